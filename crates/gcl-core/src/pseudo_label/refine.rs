//! CLAP's refinement: labels that follow the classifier they train.

use super::settings::Refine;
use super::total_variation::most_varying;

/// Revises the labels of a video's segments by the classifier's scores of them. A video without any label
/// above 0 is held to be normal and stays as it is.
///
/// The window in which the scores vary most is compared with the segments whose labels are above ½. If the two share
/// less than `disjoint` of their union, both are anomalous; otherwise each label moves halfway towards the window's.
///
/// ```
/// use gcl_core::pseudo_label::Refine;
/// use gcl_core::pseudo_label::refine::refine;
///
/// let rule = Refine { window: 0.4, ..Refine::default() };
/// let mut labels = [0.0, 1.0, 1.0, 0.0, 0.0];
/// refine(&mut labels, &[0.1, 0.1, 0.2, 0.9, 0.9], &rule);
/// assert_eq!(labels, [0.0, 0.5, 1.0, 0.5, 0.0]);
/// ```
pub fn refine(labels: &mut [f32], scores: &[f32], rule: &Refine) {
    if labels.iter().all(|&label| label <= 0.0) {
        return;
    }
    let scores: Vec<f64> = scores.iter().map(|&score| f64::from(score)).collect();
    let Some(window) = most_varying(&scores, rule.window) else { return };
    let old = |label: f32| label > 0.5;
    let (mut both, mut either) = (0.0, 0.0);
    for (i, &label) in labels.iter().enumerate() {
        let found = [old(label), window.contains(&i)];
        both += f64::from(u8::from(found == [true; 2]));
        either += f64::from(u8::from(found != [false; 2]));
    }
    let disjoint = both < rule.disjoint * either;
    for (i, label) in labels.iter_mut().enumerate() {
        let new = window.contains(&i);
        *label = match disjoint {
            true if new || old(*label) => 1.0,
            true => *label,
            false => (*label + f32::from(u8::from(new))) / 2.0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_that_hardly_meet_are_united() {
        let rule = Refine { window: 0.25, ..Refine::default() };
        let mut labels = [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let scores = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.8, 0.8];
        refine(&mut labels, &scores, &rule);
        assert_eq!(labels, [1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn a_normal_video_and_constant_scores_change_nothing() {
        let rule = Refine::default();
        let mut labels = [0.0; 4];
        refine(&mut labels, &[0.0, 1.0, 0.0, 1.0], &rule);
        assert_eq!(labels, [0.0; 4]);
        let mut labels = [0.0, 1.0, 1.0, 0.0];
        refine(&mut labels, &[0.5; 4], &rule);
        assert_eq!(labels, [0.0, 1.0, 1.0, 0.0]);
    }
}
