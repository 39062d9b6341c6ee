//! Temporal-difference cleaning: which segments are temporally stable enough to pre-train the
//! generator on ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962), §3.3, "Unsupervised
//! pre-training").

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// Keeps f^{t+1} where it differs little from f^t. The first segment of a video is kept.
///
/// The paper gives ‖f^{t+1} − f^t‖₂ ≤ 0.70 and no feature scale; `docs/method.md` explains why unit
/// norm is the default. The other rules are the remaining readings.
///
/// ```
/// use gcl_core::temporal::TemporalDifference;
///
/// // Three segments of two dimensions; the last one points elsewhere.
/// let video = [1.0, 0.0, 1.0, 0.1, 0.0, 1.0];
/// let keep = TemporalDifference::default().keep(&[&video], 2)?;
/// assert_eq!(keep, [[true, true, false]]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule", deny_unknown_fields)]
pub enum TemporalDifference {
    /// Difference of the features scaled to unit L2 norm, in [0, 2].
    UnitNorm {
        /// The largest difference kept.
        limit: f64,
    },
    /// L2 difference of the features as they are.
    Raw {
        /// The largest difference kept.
        limit: f64,
    },
    /// Root-mean-square difference over the dimensions.
    RootMeanSquare {
        /// The largest difference kept.
        limit: f64,
    },
    /// L2 difference, scaled to [0, 1] by the video's own smallest and largest.
    VideoMinMax {
        /// The largest scaled difference kept.
        limit: f64,
    },
    /// The share of all segments of all videos with the smallest raw L2 differences.
    Calmest {
        /// The share kept, in (0, 1].
        share: f64,
    },
    /// Below |μ + k·σ| of the video's own differences; the first segment takes the second's.
    VideoMeanStd {
        /// How many standard deviations above the mean.
        k: f64,
    },
}

crate::spelling::spelled_as_table!(TemporalDifference);

impl Default for TemporalDifference {
    fn default() -> Self {
        TemporalDifference::UnitNorm { limit: 0.70 }
    }
}

impl TemporalDifference {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a share outside (0, 1], or a limit or k that is NaN.
    pub fn validate(&self) -> Result<()> {
        match *self {
            TemporalDifference::Calmest { share } if !(share > 0.0 && share <= 1.0) => {
                Err(CoreError::setting("share", "in (0, 1]", share))
            }
            TemporalDifference::UnitNorm { limit: value }
            | TemporalDifference::Raw { limit: value }
            | TemporalDifference::RootMeanSquare { limit: value }
            | TemporalDifference::VideoMinMax { limit: value }
            | TemporalDifference::VideoMeanStd { k: value }
                if value.is_nan() =>
            {
                Err(CoreError::setting("limit", "a number", value))
            }
            _ => Ok(()),
        }
    }

    /// Which segments are kept.
    ///
    /// `videos` holds each video's features in temporal order, row-major `[segments, d]`; the result
    /// has one flag per segment, in the same order.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if a video's length is not a multiple of `d`;
    /// [`CoreError::Setting`] as [`TemporalDifference::validate`].
    pub fn keep(&self, videos: &[&[f32]], d: usize) -> Result<Vec<Vec<bool>>> {
        let differences: Result<Vec<_>> =
            videos.iter().map(|video| self.differences(video, d)).collect();
        self.keep_by(&differences?)
    }

    /// Which segments are kept, from each video's [`differences`](Self::differences): as
    /// [`keep`](Self::keep), for videos that are not in memory together.
    ///
    /// # Errors
    /// [`CoreError::Setting`] as [`TemporalDifference::validate`].
    pub fn keep_by(&self, differences: &[Vec<f64>]) -> Result<Vec<Vec<bool>>> {
        self.validate()?;
        let pooled_limit = match *self {
            TemporalDifference::Calmest { share } => {
                let mut all: Vec<f64> = differences.iter().flatten().copied().collect();
                all.sort_by(f64::total_cmp);
                let count = (share * all.len() as f64).ceil() as usize;
                count.checked_sub(1).and_then(|i| all.get(i)).copied().unwrap_or(f64::MAX)
            }
            _ => 0.0,
        };
        Ok(differences.iter().map(|video| self.keep_video(video, pooled_limit)).collect())
    }

    /// The difference of each segment from the one before, under the rule's own measure; 0 for the
    /// first. `features` are segments in temporal order, row-major `[segments, d]`.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if their length is not a multiple of `d`.
    pub fn differences(&self, features: &[f32], d: usize) -> Result<Vec<f64>> {
        if d == 0 || !features.len().is_multiple_of(d) {
            let expected = format!("a multiple of the dimension {d}");
            return Err(CoreError::shape("values of a video", expected, features.len()));
        }
        let unit = matches!(self, TemporalDifference::UnitNorm { .. });
        let rms = matches!(self, TemporalDifference::RootMeanSquare { .. });
        let scale = |row: &[f32]| if unit { 1.0 / norm(row).max(1e-12) } else { 1.0 };
        let mut result: Vec<f64> = vec![0.0; (features.len() / d).min(1)];
        result.extend(features.windows(2 * d).step_by(d).map(|pair| {
            let (before, after) = pair.split_at(d);
            let (a, b) = (scale(before), scale(after));
            let squares: f64 = before
                .iter()
                .zip(after)
                .map(|(&x, &y)| (f64::from(y) * b - f64::from(x) * a).powi(2))
                .sum();
            if rms { (squares / d as f64).sqrt() } else { squares.sqrt() }
        }));
        Ok(result)
    }

    fn keep_video(&self, differences: &[f64], pooled_limit: f64) -> Vec<bool> {
        let rest = differences.get(1..).unwrap_or_default();
        match *self {
            TemporalDifference::UnitNorm { limit }
            | TemporalDifference::Raw { limit }
            | TemporalDifference::RootMeanSquare { limit } => {
                differences.iter().map(|&x| x <= limit).collect()
            }
            TemporalDifference::Calmest { .. } => {
                differences.iter().map(|&x| x <= pooled_limit).collect()
            }
            TemporalDifference::VideoMinMax { limit } => {
                let min = rest.iter().copied().fold(f64::INFINITY, f64::min);
                let max = rest.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let span = if max > min { max - min } else { 1.0 };
                let scaled = differences.iter().map(|&x| (x - min) / span <= limit);
                scaled.collect()
            }
            TemporalDifference::VideoMeanStd { k } => {
                let first = rest.first().copied().unwrap_or(0.0);
                let all = || std::iter::once(first).chain(rest.iter().copied());
                let n = differences.len() as f64;
                let mean = all().sum::<f64>() / n;
                let std = (all().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
                // A video of one segment has no difference to judge by: it is kept.
                all()
                    .map(|x| rest.is_empty() || x < (mean + k * std).abs())
                    .take(differences.len())
                    .collect()
            }
        }
    }
}

fn norm(row: &[f32]) -> f64 {
    row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two dimensions: still, a turn by 90°, still, the same direction ten times as long.
    const VIDEO: [f32; 10] = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 10.0];

    fn kept(rule: TemporalDifference) -> Vec<bool> {
        rule.keep(&[&VIDEO], 2).unwrap().remove(0)
    }

    #[test]
    fn unit_norm_sees_direction_and_raw_sees_length() {
        let unit = kept(TemporalDifference::UnitNorm { limit: 0.7 });
        assert_eq!(unit, [true, true, false, true, true]);
        let raw = kept(TemporalDifference::Raw { limit: 2.0 });
        assert_eq!(raw, [true, true, true, true, false]);
        let rms = kept(TemporalDifference::RootMeanSquare { limit: 0.9 });
        assert_eq!(rms, [true, true, false, true, false]);
    }

    #[test]
    fn the_videos_own_scale() {
        let scaled = kept(TemporalDifference::VideoMinMax { limit: 0.7 });
        assert_eq!(scaled, [true, true, true, true, false]);
        let mean = kept(TemporalDifference::VideoMeanStd { k: 0.1 });
        assert_eq!(mean, [true, true, true, true, false]);
    }

    #[test]
    fn the_calmest_share_is_taken_over_all_videos() {
        let rule = TemporalDifference::Calmest { share: 0.8 };
        assert_eq!(kept(rule), [true, true, true, true, false]);
        let two = rule.keep(&[&VIDEO, &[5.0, 5.0]], 2).unwrap();
        assert_eq!(two[1], [true]);
    }

    #[test]
    fn one_segment_and_no_segment_are_fine() {
        for rule in [
            TemporalDifference::default(),
            TemporalDifference::VideoMinMax { limit: 0.7 },
            TemporalDifference::VideoMeanStd { k: 0.1 },
        ] {
            assert_eq!(rule.keep(&[&[1.0, 2.0], &[]], 2).unwrap(), [vec![true], vec![]]);
        }
        assert!(TemporalDifference::default().keep(&[&[1.0]], 2).is_err());
    }
}
