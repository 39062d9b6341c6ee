//! From a batch of scores to pseudo-labels ([Zaheer et al., CVPR
//! 2022](https://arxiv.org/abs/2203.03962), §3.2.2, §3.2.4 and §4).

mod split;

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use self::split::{otsu, valley};
use crate::error::{CoreError, Result, ensure_finite};

/// How to find the score at or above which a sample is labelled anomalous, anew in every batch.
///
/// ```
/// use gcl_core::threshold::Threshold;
///
/// let scores = [0.1, 0.2, 0.15, 0.9];
/// let (labels, threshold) = Threshold::mean_std(1.0).label(&scores)?; // μ + σ
/// assert_eq!(labels, [false, false, false, true]);
/// assert!((threshold - 0.715).abs() < 1e-3);
///
/// let (labels, _) = Threshold::Top { share: 0.5 }.label(&scores)?;
/// assert_eq!(labels, [false, true, false, true]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule", deny_unknown_fields)]
pub enum Threshold {
    /// μ + k·σ of the batch (paper §4: k = 1 for G's errors, 0.1 for D's probabilities).
    MeanStd {
        /// How many standard deviations above the mean.
        k: f64,
        /// What σ divides by; unspecified in the paper.
        #[serde(default)]
        std: Deviation,
    },
    /// A fixed share of the batch, the highest scores (paper §3.2.2, share not given): at or above the
    /// (1 − share) quantile, linear between neighbours. Where ties would put more than the share at or
    /// above it, the tied samples are normal.
    Top {
        /// The share labelled anomalous, in (0, 1).
        share: f64,
    },
    /// The valley of a histogram smoothed until two modes are left (paper §3.2.2, in words); μ + σ
    /// where it has one mode.
    Valley {
        /// The number of histogram bins, from 8 to 65,536.
        bins: usize,
    },
    /// [Otsu's method](https://doi.org/10.1109/TSMC.1979.4310076): the split with the largest
    /// variance between its two sides, over all splits of the sorted scores; the threshold is the
    /// upper side's smallest score. μ + σ where all are equal.
    Otsu,
}

crate::spelling::spelled_as_table!(Threshold);

/// What a standard deviation of n values divides by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// n − 1, the default of the paper's framework.
    #[default]
    Sample,
    /// n.
    Population,
}

crate::spelled_by_serde!(Deviation);

/// The numbers of bins that are accepted: fewer have no valley, more are a typing error.
const BINS: RangeInclusive<usize> = 8..=65_536;

impl Threshold {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a share outside (0, 1), a k that is not finite, or under 8 or
    /// over 65,536 bins.
    pub fn validate(&self) -> Result<()> {
        match *self {
            Threshold::MeanStd { k, .. } if !k.is_finite() => {
                Err(CoreError::setting("k", "a finite number", k))
            }
            Threshold::Top { share } if !(share > 0.0 && share < 1.0) => {
                Err(CoreError::setting("share", "in (0, 1)", share))
            }
            Threshold::Valley { bins } if !BINS.contains(&bins) => {
                Err(CoreError::setting("bins", "from 8 to 65536", bins))
            }
            _ => Ok(()),
        }
    }

    /// μ + k·σ with the sample standard deviation.
    pub fn mean_std(k: f64) -> Threshold {
        Threshold::MeanStd { k, std: Deviation::Sample }
    }

    /// The threshold for these scores.
    ///
    /// # Errors
    /// [`CoreError::Setting`] as [`Threshold::validate`]; [`CoreError::Shape`] for an empty batch;
    /// [`CoreError::NotFinite`] for a NaN or infinite score.
    pub fn of(&self, scores: &[f32]) -> Result<f64> {
        ensure_finite("score", scores)?;
        if scores.is_empty() {
            return Err(CoreError::shape("scores to find a threshold in", "at least 1", 0));
        }
        self.validate()?;
        let one_mode = || mean_plus(scores, 1.0, Deviation::Sample);
        Ok(match *self {
            Threshold::MeanStd { k, std } => mean_plus(scores, k, std),
            Threshold::Top { share } => quantile(scores, 1.0 - share),
            Threshold::Valley { bins } => valley(scores, bins).unwrap_or_else(one_mode),
            Threshold::Otsu => otsu(scores).unwrap_or_else(one_mode),
        })
    }

    /// The pseudo-labels of these scores, anomalous iff score ≥ threshold, and the threshold
    /// (infinite if ties leave no sample to label).
    ///
    /// # Errors
    /// As [`Threshold::of`].
    pub fn label(&self, scores: &[f32]) -> Result<(Vec<bool>, f64)> {
        let mut threshold = self.of(scores)?;
        if let Threshold::Top { share } = *self {
            let most = (share * scores.len() as f64).ceil() as usize;
            let reach = |t: f64| scores.iter().filter(|&&s| f64::from(s) >= t).count();
            if reach(threshold) > most {
                // A network that gives many samples the same score does not separate them.
                let above = scores.iter().map(|&s| f64::from(s)).filter(|&s| s > threshold);
                threshold = above.fold(f64::INFINITY, f64::min);
            }
        }
        Ok((scores.iter().map(|&s| f64::from(s) >= threshold).collect(), threshold))
    }
}

/// Mean and sample standard deviation (0 for a single value).
pub fn mean_std(values: &[f32]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>();
    (mean, if values.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 })
}

fn mean_plus(scores: &[f32], k: f64, std: Deviation) -> f64 {
    let (mean, sample) = mean_std(scores);
    let n = scores.len() as f64;
    match std {
        Deviation::Sample => mean + k * sample,
        Deviation::Population => mean + k * sample * ((n - 1.0) / n).sqrt(),
    }
}

/// The q-quantile, linear between the two nearest order statistics.
pub fn quantile(values: &[f32], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let position = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = f64::from(sorted[position.floor() as usize]);
    let above = f64::from(sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_papers_rule_is_mean_plus_k_std() {
        let (labels, threshold) = Threshold::mean_std(1.0).label(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        approx::assert_relative_eq!(threshold, 2.5 + (5.0f64 / 3.0).sqrt());
        assert_eq!(labels, [false, false, false, true]);
    }

    #[test]
    fn a_share_is_exact_and_includes_the_threshold() {
        let scores: Vec<f32> = (0..100u8).map(f32::from).collect();
        let (labels, threshold) = Threshold::Top { share: 0.1 }.label(&scores).unwrap();
        approx::assert_relative_eq!(threshold, 89.1, epsilon = 1e-9);
        assert_eq!(labels.iter().filter(|&&l| l).count(), 10);
    }

    #[test]
    fn ties_never_carry_more_than_the_share() {
        let label = |share, scores: &[f32]| Threshold::Top { share }.label(scores).unwrap().0;
        assert_eq!(label(0.5, &[1.0; 4]), [false; 4]);
        assert_eq!(label(0.5, &[1.0, 1.0, 1.0, 2.0]), [false, false, false, true]);
        assert_eq!(label(0.5, &[1.0, 2.0, 2.0, 0.0]), [false, true, true, false]);
    }

    #[test]
    fn the_valley_lies_between_two_modes() {
        let mut scores = vec![];
        for i in 0..400 {
            scores.push(1.0 + 0.4 * ((i % 20) as f32 / 20.0 - 0.5));
        }
        for i in 0..60 {
            scores.push(5.0 + 0.4 * ((i % 20) as f32 / 20.0 - 0.5));
        }
        let threshold = Threshold::Valley { bins: 100 }.of(&scores).unwrap();
        assert!((1.3..4.7).contains(&threshold), "{threshold}");
    }

    #[test]
    fn one_mode_falls_back_to_mean_plus_std() {
        let scores = vec![2.0; 16];
        assert_eq!(Threshold::Valley { bins: 100 }.of(&scores).unwrap(), 2.0);
    }

    #[test]
    fn the_population_deviation_is_smaller() {
        let rule = Threshold::MeanStd { k: 1.0, std: Deviation::Population };
        let threshold = rule.of(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        approx::assert_relative_eq!(threshold, 2.5 + 1.25f64.sqrt(), epsilon = 1e-12);
    }

    #[test]
    fn otsu_splits_between_two_groups() {
        let (labels, threshold) = Threshold::Otsu.label(&[1.0, 9.0, 1.2, 0.8, 8.0]).unwrap();
        assert_eq!(threshold, 8.0);
        assert_eq!(labels, [false, true, false, false, true]);
        assert_eq!(Threshold::Otsu.of(&[2.0; 5]).unwrap(), 2.0);
        assert_eq!(Threshold::Otsu.of(&[2.0]).unwrap(), 2.0);
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(Threshold::mean_std(1.0).of(&[]).is_err());
        assert!(Threshold::mean_std(1.0).of(&[1.0, f32::NAN]).is_err());
        assert!(Threshold::Top { share: 1.0 }.of(&[1.0]).is_err());
        assert!(Threshold::mean_std(f64::INFINITY).of(&[1.0]).is_err());
        for bins in [0, 2, 7, 65_537, usize::MAX] {
            let rule = Threshold::Valley { bins };
            assert!(rule.of(&[1.0, 2.0]).is_err() && rule.validate().is_err(), "{bins}");
        }
        for bins in [8, 65_536] {
            assert!(Threshold::Valley { bins }.of(&[1.0, 2.0]).is_ok(), "{bins}");
        }
    }
}
