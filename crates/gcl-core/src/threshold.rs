//! From a batch of scores to pseudo-labels (paper §3.2.2, §3.2.4 and §4).

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result, ensure_finite};

/// The score from which on a sample is labelled anomalous, found anew in every batch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule", deny_unknown_fields)]
pub enum Threshold {
    /// μ + k·σ of the batch (paper §4: k = 1 for G's errors, 0.1 for D's probabilities).
    /// σ is the sample standard deviation.
    MeanStd {
        /// How many standard deviations above the mean.
        k: f64,
    },
    /// A fixed share of the batch, the highest scores (paper §3.2.2, share not given): from the
    /// exact (1 − share) quantile on, linear between neighbours. Where ties would carry more than
    /// the share over it, the tied samples are normal.
    Top {
        /// The share labelled anomalous, in (0, 1).
        share: f64,
    },
    /// The valley of a histogram smoothed until two modes are left (paper §3.2.2, in words); μ + σ
    /// where it has one mode.
    Valley {
        /// The number of histogram bins, at least 8.
        bins: usize,
    },
}

impl Threshold {
    /// The threshold for these scores.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a share outside (0, 1), a non-finite k or under 8 bins;
    /// [`CoreError::Shape`] for an empty batch; [`CoreError::NotFinite`] for a bad score.
    pub fn of(&self, scores: &[f32]) -> Result<f64> {
        ensure_finite("score", scores)?;
        if scores.is_empty() {
            return Err(CoreError::shape("scores to find a threshold in", "at least 1", 0));
        }
        match *self {
            Threshold::MeanStd { k } if k.is_finite() => {
                let (mean, std) = mean_std(scores);
                Ok(mean + k * std)
            }
            Threshold::MeanStd { k } => Err(CoreError::setting("k", "a finite number", k)),
            Threshold::Top { share } if share > 0.0 && share < 1.0 => {
                Ok(quantile(scores, 1.0 - share))
            }
            Threshold::Top { share } => Err(CoreError::setting("share", "in (0, 1)", share)),
            Threshold::Valley { bins } if bins >= 8 => {
                Ok(valley(scores, bins).unwrap_or_else(|| {
                    let (mean, std) = mean_std(scores);
                    mean + std
                }))
            }
            Threshold::Valley { bins } => Err(CoreError::setting("bins", "at least 8", bins)),
        }
    }

    /// Whether labels depend on the scores' order alone.
    pub fn is_by_rank(&self) -> bool {
        matches!(self, Threshold::Top { .. })
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
                // A network that answers many samples with one number says nothing about them.
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

/// The q-quantile, linear between the two nearest order statistics.
pub fn quantile(values: &[f32], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let position = q.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let below = f64::from(sorted[position.floor() as usize]);
    let above = f64::from(sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}

/// The lowest point between the two modes that are left after smoothing away all others (Prewitt
/// and Mendelsohn's minimum method); `None` if fewer than two modes are left.
fn valley(values: &[f32], bins: usize) -> Option<f64> {
    let min = f64::from(values.iter().copied().fold(f32::INFINITY, f32::min));
    let max = f64::from(values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let width = (max - min) / bins as f64;
    if width <= 0.0 {
        return None;
    }
    let mut counts = vec![0.0; bins];
    for &v in values {
        counts[(((f64::from(v) - min) / width) as usize).min(bins - 1)] += 1.0;
    }
    for _ in 0..MAX_SMOOTHINGS {
        let modes = modes(&counts);
        match modes[..] {
            [first, second] => {
                let lowest = (first..=second).min_by(|&a, &b| counts[a].total_cmp(&counts[b]))?;
                return Some(min + (lowest as f64 + 0.5) * width);
            }
            [] | [_] => return None,
            _ => counts = smooth(&counts),
        }
    }
    None
}

/// Smoothings after which a histogram with more than two modes is taken to have none that count.
const MAX_SMOOTHINGS: usize = 10_000;

/// The local maxima; a plateau counts once, at its left end.
fn modes(counts: &[f64]) -> Vec<usize> {
    let mut modes = Vec::new();
    let mut rising = true;
    let mut top = 0;
    for i in 1..=counts.len() {
        let (before, now) = (counts[i - 1], counts.get(i).copied().unwrap_or(f64::NEG_INFINITY));
        if now > before {
            (rising, top) = (true, i);
        } else if now < before {
            if rising && before > 0.0 {
                modes.push(top);
            }
            rising = false;
        }
    }
    modes
}

/// A three-bin mean, edges repeated.
fn smooth(counts: &[f64]) -> Vec<f64> {
    let last = counts.len() - 1;
    let at = |i: usize| counts[i.min(last)];
    (0..=last).map(|i| (at(i.saturating_sub(1)) + at(i) + at(i + 1)) / 3.0).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_papers_rule_is_mean_plus_k_std() {
        let (labels, threshold) =
            Threshold::MeanStd { k: 1.0 }.label(&[1.0, 2.0, 3.0, 4.0]).unwrap();
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
    fn bad_input_is_refused() {
        assert!(Threshold::MeanStd { k: 1.0 }.of(&[]).is_err());
        assert!(Threshold::MeanStd { k: 1.0 }.of(&[1.0, f32::NAN]).is_err());
        assert!(Threshold::Top { share: 1.0 }.of(&[1.0]).is_err());
        assert!(Threshold::Valley { bins: 2 }.of(&[1.0]).is_err());
    }
}
