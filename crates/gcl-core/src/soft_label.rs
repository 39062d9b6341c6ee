//! The labels with which the generator trains the discriminator: hard by a threshold (Eq. 2), or
//! soft for the ablation that skips it ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962),
//! §4.2, "soft labels").

use serde::{Deserialize, Serialize};

use crate::error::{Result, ensure_finite};
use crate::threshold::{Threshold, mean_std};

/// From G's reconstruction errors to labels in [0, 1].
///
/// ```
/// use gcl_core::soft_label::{LabelRule, Squeeze};
///
/// let (labels, threshold) = LabelRule::Soft { squeeze: Squeeze::MinMax }.label(&[2.0, 3.0, 4.0])?;
/// assert_eq!((labels, threshold), (vec![0.0, 0.5, 1.0], None));
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "labels", deny_unknown_fields)]
pub enum LabelRule {
    /// 1 at or above the threshold, 0 below.
    Hard {
        /// How the threshold is found.
        threshold: Threshold,
    },
    /// The errors themselves, mapped to [0, 1]; unspecified in the paper, see `docs/method.md`.
    Soft {
        /// How errors become labels.
        squeeze: Squeeze,
    },
}

crate::spelling::spelled_as_table!(LabelRule);

/// How errors are mapped to [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Squeeze {
    /// By the batch's smallest and largest error.
    #[default]
    MinMax,
    /// Logistic of the standardised error.
    Logistic,
    /// The share of the batch with a smaller error.
    Rank,
}

crate::spelled_by_serde!(Squeeze);

impl LabelRule {
    /// Refuses settings without sense.
    ///
    /// # Errors
    /// As [`Threshold::validate`].
    pub fn validate(&self) -> Result<()> {
        match self {
            LabelRule::Hard { threshold } => threshold.validate(),
            LabelRule::Soft { .. } => Ok(()),
        }
    }

    /// The labels of a batch, and the threshold where there is one.
    ///
    /// # Errors
    /// As [`Threshold::of`].
    pub fn label(&self, errors: &[f32]) -> Result<(Vec<f32>, Option<f64>)> {
        match self {
            LabelRule::Hard { threshold } => {
                let (labels, at) = threshold.label(errors)?;
                Ok((labels.into_iter().map(|l| f32::from(u8::from(l))).collect(), Some(at)))
            }
            LabelRule::Soft { squeeze } => {
                ensure_finite("reconstruction error", errors)?;
                Ok((squeeze.apply(errors), None))
            }
        }
    }
}

impl Squeeze {
    fn apply(self, errors: &[f32]) -> Vec<f32> {
        match self {
            Squeeze::MinMax => {
                let min = errors.iter().copied().fold(f32::INFINITY, f32::min);
                let max = errors.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let span = if max > min { max - min } else { 1.0 };
                errors.iter().map(|&e| (e - min) / span).collect()
            }
            Squeeze::Logistic => {
                let (mean, std) = mean_std(errors);
                let std = if std > 0.0 { std } else { 1.0 };
                let logistic = |e: f32| 1.0 / (1.0 + (-(f64::from(e) - mean) / std).exp());
                errors.iter().map(|&e| logistic(e) as f32).collect()
            }
            Squeeze::Rank => {
                let mut sorted = errors.to_vec();
                sorted.sort_by(f32::total_cmp);
                let below = |e: f32| sorted.partition_point(|&s| s < e) as f32;
                errors.iter().map(|&e| below(e) / errors.len() as f32).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn soft(squeeze: Squeeze, errors: &[f32]) -> Vec<f32> {
        LabelRule::Soft { squeeze }.label(errors).unwrap().0
    }

    #[test]
    fn soft_labels_stay_in_the_unit_interval_and_keep_the_order() {
        assert_eq!(soft(Squeeze::MinMax, &[1.0, 3.0, 2.0]), [0.0, 1.0, 0.5]);
        assert_eq!(soft(Squeeze::Rank, &[1.0, 3.0, 1.0, 2.0]), [0.0, 0.75, 0.0, 0.5]);
        let logistic = soft(Squeeze::Logistic, &[1.0, 3.0, 2.0]);
        approx::assert_relative_eq!(logistic[1], 1.0 / (1.0 + (-1f32).exp()), epsilon = 1e-6);
        assert_eq!(soft(Squeeze::MinMax, &[2.0, 2.0]), [0.0, 0.0]);
    }

    #[test]
    fn hard_labels_come_with_their_threshold() {
        let rule = LabelRule::Hard { threshold: Threshold::mean_std(0.0) };
        assert_eq!(rule.label(&[1.0, 3.0]).unwrap(), (vec![0.0, 1.0], Some(2.0)));
    }
}
