//! The fine step of C2FPL and CLAP: which segments of an anomalous video are.

use super::total_variation::most_varying;

/// The label of each segment of each video, 0 or 1, from the segments' sizes.
///
/// All segments of videos that are not `anomalous` are normal; one Gaussian describes their sizes. Of an anomalous
/// video the window of `share` of its segments is anomalous in which their density varies most. Sizes so far from
/// the normal ones that no density is left of any window are compared by its logarithm; a video whose
/// segments do not differ has no anomalous one.
///
/// ```
/// use gcl_core::pseudo_label::fine::labels;
///
/// let (calm, odd) = (vec![1.0, 1.1, 0.9, 1.0, 1.05], vec![1.0, 1.0, 1.0, 4.0, 1.0]);
/// let labels = labels(&[calm, odd], &[false, true], 0.4);
/// assert_eq!(labels, [[0.0; 5], [0.0, 0.0, 1.0, 1.0, 0.0]]);
/// ```
pub fn labels(sizes: &[Vec<f64>], anomalous: &[bool], share: f64) -> Vec<Vec<f32>> {
    let normal = || sizes.iter().zip(anomalous).filter(|(_, odd)| !**odd).flat_map(|(v, _)| v);
    let count = normal().count().max(1) as f64;
    let mean = normal().sum::<f64>() / count;
    let variance = normal().map(|size| (size - mean).powi(2)).sum::<f64>() / count;
    let variance = if variance > 0.0 { variance } else { 1.0 };
    let label = |(sizes, &odd): (&Vec<f64>, &bool)| {
        let mut labels = vec![0.0; sizes.len()];
        if odd {
            // The density but for a constant factor, which moves no window.
            let log: Vec<f64> =
                sizes.iter().map(|size| -(size - mean).powi(2) / (2.0 * variance)).collect();
            let density: Vec<f64> = log.iter().map(|log| log.exp()).collect();
            let window = most_varying(&density, share).or_else(|| most_varying(&log, share));
            labels[window.unwrap_or(0..0)].fill(1.0);
        }
        labels
    };
    sizes.iter().zip(anomalous).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(normal: &[f64], odd: &[f64]) -> Vec<f32> {
        labels(&[normal.to_vec(), odd.to_vec()], &[false, true], 0.4).remove(1)
    }

    #[test]
    fn a_density_of_zero_everywhere_is_compared_by_its_logarithm() {
        let far = [1000.0, 1000.0, 1000.0, 1200.0, 1000.0];
        assert_eq!(of(&[1.0, 1.1, 0.9], &far), [0.0, 0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn what_does_not_vary_is_not_labelled() {
        assert_eq!(of(&[1.0, 1.1, 0.9], &[7.0; 5]), [0.0; 5]);
        assert_eq!(of(&[1.0, 1.1, 0.9], &[7.0]), [0.0]);
        // Normal videos that do not vary, or are not there.
        assert_eq!(of(&[1.0; 4], &[1.0, 1.0, 1.0, 2.0, 1.0]), [0.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(of(&[], &[1.0, 1.0, 1.0, 2.0, 1.0]), [0.0, 0.0, 1.0, 1.0, 0.0]);
    }
}
