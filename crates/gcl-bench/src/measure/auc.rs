//! ROC-AUC over the frames of a large test set.

use gcl_eval::{Measure, roc_auc};

use super::{MeasureError, made_up};

/// Frames of UCF-Crime's test set.
pub const UCF_CRIME_FRAMES: usize = 1_114_144;

/// Made-up scores and labels, 8 % of them abnormal.
#[derive(Debug)]
pub struct AucCase {
    scores: Vec<f32>,
    labels: Vec<bool>,
}

impl AucCase {
    /// As many frames, each with a score of its own, or `each` frames in a row with the same, as clips have.
    pub fn new(frames: usize, each: usize) -> AucCase {
        let clips = made_up(3, frames.div_ceil(each.max(1)));
        let scores = clips.flat_map(|s| std::iter::repeat_n(s, each.max(1))).take(frames).collect();
        let labels = made_up(4, frames).map(|v| v < -0.84).collect();
        AucCase { scores, labels }
    }

    /// Of given values.
    pub fn of(scores: Vec<f32>, labels: Vec<bool>) -> AucCase {
        AucCase { scores, labels }
    }

    /// The frame AUC.
    ///
    /// # Errors
    /// [`MeasureError::Eval`] if scores and labels do not fit together.
    pub fn run(&self) -> Result<Measure, MeasureError> {
        Ok(roc_auc(std::hint::black_box(&self.scores), std::hint::black_box(&self.labels))?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn scores_that_know_nothing_rank_at_a_half() {
        for each in [1, 16] {
            let case = AucCase::new(20_000, each);
            let abnormal = case.labels.iter().filter(|l| **l).count();
            assert!((1500..1700).contains(&abnormal), "{abnormal}");
            let auc = case.run().unwrap().value().unwrap();
            assert!((auc - 0.5).abs() < 0.03, "{auc}");
        }
        let case = AucCase::of(vec![0.1, 0.4, 0.35, 0.8], vec![false, false, true, true]);
        assert_eq!(case.run().unwrap().value(), Some(0.75));
    }
}
