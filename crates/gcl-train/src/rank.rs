//! A score's rank among the training scores: what makes two networks' scores comparable without
//! looking at what else is scored.

use serde::{Deserialize, Serialize};

use crate::error::{Result, TrainError};

/// Quantiles kept of a training distribution; ranks are exact to one part in this many.
const KNOTS: usize = 4096;

/// The distribution of a network's training scores.
///
/// ```
/// use gcl_train::rank::RankScale;
///
/// let scale = RankScale::new(vec![0.0, 1.0, 2.0, 3.0])?;
/// assert!(scale.rank(0.5) < scale.rank(2.5));
/// assert!(scale.rank(100.0) < 1.0); // beyond all training scores
/// # Ok::<(), gcl_train::TrainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f32>", into = "Vec<f32>")]
pub struct RankScale {
    /// Evenly spaced order statistics, ascending.
    knots: Vec<f32>,
}

impl TryFrom<Vec<f32>> for RankScale {
    type Error = &'static str;

    fn try_from(knots: Vec<f32>) -> std::result::Result<RankScale, &'static str> {
        let ascending = knots.windows(2).all(|w| w[0] <= w[1]);
        match !knots.is_empty() && ascending && knots.iter().all(|k| k.is_finite()) {
            true => Ok(RankScale { knots }),
            false => Err("a distribution of scores must be finite, ascending and not empty"),
        }
    }
}

impl From<RankScale> for Vec<f32> {
    fn from(scale: RankScale) -> Vec<f32> {
        scale.knots
    }
}

impl RankScale {
    /// The distribution of these scores.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] for no scores.
    pub fn new(mut scores: Vec<f32>) -> Result<RankScale> {
        scores.sort_by(f32::total_cmp);
        let last = scores
            .len()
            .checked_sub(1)
            .ok_or_else(|| TrainError::Mismatch("no training scores to rank among".to_owned()))?;
        let count = scores.len().min(KNOTS);
        let at = |i: usize| scores[i * last / (count - 1).max(1)];
        Ok(RankScale { knots: (0..count).map(at).collect() })
    }

    /// The share of training scores below this one, linear between knots, in [0, 1].
    ///
    /// Scores beyond the largest training score would all rank 1; to keep their order they share
    /// the topmost part of the interval, approaching 1 as they grow.
    pub fn rank(&self, score: f32) -> f32 {
        let n = self.knots.len();
        let (first, last) = (self.knots[0], self.knots[n - 1]);
        // One more interval than the knots have, for what lies above them.
        let step = 1.0 / n as f64;
        if score > last {
            let spread = f64::from(last - self.knots[n / 2]).max(1e-6);
            let beyond = f64::from(score - last);
            return (1.0 - step / (1.0 + beyond / spread)) as f32;
        }
        if score < first {
            return 0.0;
        }
        // Ties take the middle of their run.
        let below = self.knots.partition_point(|&k| k < score);
        let through = self.knots.partition_point(|&k| k <= score);
        let position = match through > below {
            true => (below + through - 1) as f64 / 2.0,
            false => {
                let (a, b) = (f64::from(self.knots[below - 1]), f64::from(self.knots[below]));
                (below - 1) as f64 + (f64::from(score) - a) / (b - a)
            }
        };
        (position * step) as f32
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ranks_are_monotone_within_and_beyond_the_training_scores() {
        let scale = RankScale::new((0..=10_000u16).map(f32::from).collect()).unwrap();
        let ranks: Vec<f32> = [-5.0, 0.0, 10.0, 5000.0, 9999.5, 10_000.0, 10_001.0, 1e6, 1e9]
            .map(|s| scale.rank(s))
            .into();
        assert!(ranks.windows(2).all(|w| w[0] <= w[1]), "{ranks:?}");
        assert!(ranks[5] < ranks[6] && ranks[6] < ranks[7], "{ranks:?}");
        assert!(ranks.iter().all(|r| (0.0..=1.0).contains(r)));
        approx::assert_relative_eq!(ranks[3], 0.5, epsilon = 1e-3);
    }

    #[test]
    fn ties_and_constants() {
        let scale = RankScale::new(vec![1.0, 2.0, 2.0, 2.0, 3.0]).unwrap();
        approx::assert_relative_eq!(scale.rank(2.0), 0.4);
        let constant = RankScale::new(vec![7.0; 3]).unwrap();
        assert!(constant.rank(6.0) < constant.rank(7.0) && constant.rank(7.0) < constant.rank(8.0));
        assert!(RankScale::new(vec![]).is_err());
    }
}
