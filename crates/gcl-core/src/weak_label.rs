//! How video-level labels change pseudo-labels (GCL_WS, [Zaheer et al., CVPR
//! 2022](https://arxiv.org/abs/2203.03962), §4: labels "are infused"). The paper does not say how;
//! see `docs/method.md`.

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// The label of a sample's video.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VideoLabel {
    /// Not labelled.
    #[default]
    Unknown,
    /// The video holds no anomaly.
    Normal,
    /// The video holds an anomaly somewhere.
    Anomalous,
}

/// How known labels change a network's pseudo-labels. Samples of videos labelled normal are always
/// labelled normal.
///
/// ```
/// use gcl_core::VideoLabel::{Normal, Unknown};
/// use gcl_core::soft_label::LabelRule;
/// use gcl_core::{threshold::Threshold, weak_label::WeakLabels};
///
/// let rule = LabelRule::Hard { threshold: Threshold::mean_std(0.0) };
/// let known = [Normal, Unknown, Unknown];
/// let label = |scores: &[f32]| rule.label(scores);
/// let (labels, _) = WeakLabels::default().label(&[0.9, 0.8, 0.1], Some(&known), label)?;
/// assert_eq!(labels, [0.0, 1.0, 0.0]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeakLabels {
    /// The pseudo-labels of samples of videos labelled anomalous.
    pub anomalous: AnomalousVideos,
    /// Which samples the network's threshold is found over.
    pub thresholds: ThresholdOver,
}

/// The pseudo-labels of samples of videos labelled anomalous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "rule", deny_unknown_fields)]
pub enum AnomalousVideos {
    /// The network's, as for unlabelled videos.
    #[default]
    Leave,
    /// Anomalous for the samples with the highest scores among all such samples of the batch, the
    /// network's for the others.
    Top {
        /// The share forced to be anomalous, rounded up, in (0, 1].
        share: f64,
    },
    /// Anomalous for all.
    All,
}

crate::spelling::spelled_as_table!(AnomalousVideos);

/// The samples over which a threshold is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdOver {
    /// All of the batch.
    #[default]
    All,
    /// Those whose label is not forced by a video's.
    Unforced,
}

crate::spelled_by_serde!(ThresholdOver);

impl WeakLabels {
    /// Refuses settings without sense.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a share outside (0, 1].
    pub fn validate(&self) -> Result<()> {
        match self.anomalous {
            AnomalousVideos::Top { share } if !(share > 0.0 && share <= 1.0) => {
                Err(CoreError::setting("share", "in (0, 1]", share))
            }
            _ => Ok(()),
        }
    }

    /// The labels that `rule` gives these scores, with those of labelled videos forced; and the rule's
    /// threshold, if it found one.
    ///
    /// # Errors
    /// [`CoreError::Shape`] if `known` has another length than `scores`, [`CoreError::Setting`] for
    /// a share outside (0, 1]; any error of `rule`.
    pub fn label(
        &self,
        scores: &[f32],
        known: Option<&[VideoLabel]>,
        rule: impl Fn(&[f32]) -> Result<(Vec<f32>, Option<f64>)>,
    ) -> Result<(Vec<f32>, Option<f64>)> {
        let Some(known) = known else { return rule(scores) };
        let forced = self.forced(scores, known)?;
        let (mut labels, threshold) = match self.thresholds {
            ThresholdOver::All => rule(scores)?,
            ThresholdOver::Unforced => {
                let open: Vec<usize> = (0..scores.len()).filter(|&i| forced[i].is_none()).collect();
                let mut labels = vec![0.0; scores.len()];
                if open.is_empty() {
                    (labels, None)
                } else {
                    let their: Vec<f32> = open.iter().map(|&i| scores[i]).collect();
                    let (found, threshold) = rule(&their)?;
                    open.iter().zip(found).for_each(|(&i, label)| labels[i] = label);
                    (labels, threshold)
                }
            }
        };
        for (label, forced) in labels.iter_mut().zip(forced) {
            *label = forced.unwrap_or(*label);
        }
        Ok((labels, threshold))
    }

    /// The label of each sample that is not the network's to decide.
    fn forced(&self, scores: &[f32], known: &[VideoLabel]) -> Result<Vec<Option<f32>>> {
        if known.len() != scores.len() {
            let (expected, found) = (scores.len(), known.len());
            return Err(CoreError::shape("known labels of a batch", expected, found));
        }
        self.validate()?;
        let normal = |label: &VideoLabel| (*label == VideoLabel::Normal).then_some(0.0);
        let mut forced: Vec<Option<f32>> = known.iter().map(normal).collect();
        let mut anomalous: Vec<usize> =
            (0..known.len()).filter(|&i| known[i] == VideoLabel::Anomalous).collect();
        let count = match self.anomalous {
            AnomalousVideos::Leave => 0,
            AnomalousVideos::All => anomalous.len(),
            AnomalousVideos::Top { share } => {
                // Stable: of equal scores the first in the batch is forced.
                anomalous.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
                (share * anomalous.len() as f64).ceil() as usize
            }
        };
        anomalous.iter().take(count).for_each(|&i| forced[i] = Some(1.0));
        Ok(forced)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::VideoLabel::{Anomalous as A, Normal as N, Unknown as U};
    use super::*;

    /// Anomalous from the mean on.
    fn mean(scores: &[f32]) -> Result<(Vec<f32>, Option<f64>)> {
        let mean = scores.iter().sum::<f32>() / scores.len() as f32;
        let labels = scores.iter().map(|&s| if s >= mean { 1.0 } else { 0.0 }).collect();
        Ok((labels, Some(f64::from(mean))))
    }

    const SCORES: [f32; 6] = [10.0, 1.0, 2.0, 3.0, 0.0, 2.0];
    const KNOWN: [VideoLabel; 6] = [N, U, A, A, A, U];

    fn labels(anomalous: AnomalousVideos, thresholds: ThresholdOver) -> (Vec<f32>, Option<f64>) {
        WeakLabels { anomalous, thresholds }.label(&SCORES, Some(&KNOWN), mean).unwrap()
    }

    #[test]
    fn normal_is_forced_and_the_rest_left_alone() {
        let (found, at) = labels(AnomalousVideos::Leave, ThresholdOver::All);
        assert_eq!((found, at), (vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0], Some(3.0)));
        let (found, at) = labels(AnomalousVideos::Leave, ThresholdOver::Unforced);
        assert_eq!((found, at), (vec![0.0, 0.0, 1.0, 1.0, 0.0, 1.0], Some(f64::from(1.6f32))));
    }

    #[test]
    fn anomalous_videos_are_forced_as_asked() {
        let (found, _) = labels(AnomalousVideos::Top { share: 0.5 }, ThresholdOver::All);
        assert_eq!(found, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        let (found, _) = labels(AnomalousVideos::All, ThresholdOver::All);
        assert_eq!(found, [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
        let (found, at) = labels(AnomalousVideos::All, ThresholdOver::Unforced);
        assert_eq!((found, at), (vec![0.0, 0.0, 1.0, 1.0, 1.0, 1.0], Some(1.5)));
    }

    #[test]
    fn a_batch_without_an_open_sample_has_no_threshold() {
        let weak = WeakLabels { thresholds: ThresholdOver::Unforced, ..WeakLabels::default() };
        assert_eq!(weak.label(&[1.0, 2.0], Some(&[N, N]), mean).unwrap(), (vec![0.0; 2], None));
        assert!(weak.label(&[1.0], Some(&[N, N]), mean).is_err());
        let weak = WeakLabels { anomalous: AnomalousVideos::Top { share: 0.0 }, ..weak };
        assert!(weak.label(&[1.0], Some(&[A]), mean).is_err());
        assert_eq!(weak.label(&SCORES, None, mean).unwrap(), mean(&SCORES).unwrap());
    }
}
