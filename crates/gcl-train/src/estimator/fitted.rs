//! A trained model that scores rows in memory.

use super::Rows;
use crate::error::Result;
use crate::model::Model;

/// A trained model and the threshold that its contamination means.
#[derive(Debug)]
pub struct FittedGcl {
    /// The model, to score from all sources or to save.
    pub model: Model,
    /// The score above which a row is called anomalous: the contamination's share of the training
    /// rows is, or less where scores are equal.
    pub threshold: f32,
    /// The training rows' scores, video by video in the order of their ids.
    pub scores: Vec<f32>,
    /// Warnings from training, found without labels, for the user.
    pub warnings: Vec<String>,
}

impl FittedGcl {
    /// One score per row, as [`Model::score_rows`].
    ///
    /// # Errors
    /// As [`Model::score_rows`].
    pub fn score(&self, rows: Rows<'_>) -> Result<Vec<f32>> {
        self.model.score_rows(rows)
    }

    /// Whether each row's score lies above the threshold.
    ///
    /// # Errors
    /// As [`FittedGcl::score`].
    pub fn predict(&self, rows: Rows<'_>) -> Result<Vec<bool>> {
        Ok(self.score(rows)?.into_iter().map(|score| score > self.threshold).collect())
    }
}

/// The score above which the share of the scores lies, as nearly as their number and ties allow,
/// and never more of them.
pub(super) fn threshold(scores: &[f32], share: f64) -> f32 {
    let mut scores = scores.to_vec();
    scores.sort_by(f32::total_cmp);
    let last = scores.len().saturating_sub(1);
    let above = ((share * scores.len() as f64).round() as usize).min(last);
    scores.get(last - above).copied().unwrap_or(f32::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn the_share_of_the_scores_lies_above_the_threshold_or_less() {
        let scores: Vec<f32> = (0..20u8).rev().map(f32::from).collect();
        let above = |scores: &[f32], share| {
            let threshold = threshold(scores, share);
            scores.iter().filter(|&&score| score > threshold).count()
        };
        for (share, expected) in [(0.0, 0), (0.02, 0), (0.05, 1), (0.5, 10), (0.99, 19)] {
            assert_eq!(above(&scores, share), expected, "{share}");
        }
        // Of equal scores none lies above another.
        assert_eq!(above(&[1.0, 2.0, 2.0, 2.0], 0.5), 0);
        assert_eq!(above(&[1.0], 0.9), 0);
    }
}
