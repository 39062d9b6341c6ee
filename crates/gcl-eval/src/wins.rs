//! How videos stand against each other: all that the AUC of any choice of videos depends on.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ranking::{Ranking, Tie};
use crate::{Measure, Reason};

/// The distinct scores of each of several videos.
#[derive(Debug, Clone, Default)]
pub(crate) struct VideoRanks {
    videos: Vec<(String, Vec<Tie>)>,
}

impl VideoRanks {
    pub(crate) fn push(&mut self, video: String, frames: &Ranking) {
        self.videos.push((video, frames.ties().collect()));
    }

    /// Compares every video with every other: V² passes over two videos' distinct scores.
    pub(crate) fn wins(&self) -> Wins {
        let sum =
            |of: fn(&Tie) -> u64| self.videos.iter().map(|v| v.1.iter().map(of).sum()).collect();
        let one = |(_, ties): &(String, Vec<Tie>)| {
            let against = |(_, other): &(String, Vec<Tie>)| twice_won(ties, other);
            self.videos.iter().map(against).collect()
        };
        Wins {
            videos: self.videos.iter().map(|(video, _)| video.clone()).collect(),
            abnormal: sum(|tie| tie.abnormal),
            normal: sum(|tie| tie.normal),
            twice: self.videos.par_iter().map(one).collect(),
        }
    }
}

/// Twice the number of pairs of an abnormal frame of `own` and a normal one of `other` in which the abnormal one
/// scores higher; a tie counts once. Both have their highest score first.
fn twice_won(own: &[Tie], other: &[Tie]) -> u64 {
    let (mut won, mut below) = (0, 0);
    let mut rest = other.iter().rev().peekable();
    for tie in own.iter().rev().filter(|tie| tie.abnormal > 0) {
        while let Some(lower) = rest.next_if(|normal| normal.score < tie.score) {
            below += lower.normal;
        }
        let equal = rest.peek().filter(|normal| normal.score == tie.score);
        won += tie.abnormal * (2 * below + equal.map_or(0, |normal| normal.normal));
    }
    won
}

/// For every pair of videos, how often abnormal frames of the one score higher than normal frames of the other.
///
/// ```
/// let mut evaluator = gcl_eval::Evaluator::default();
/// evaluator.push("a", &[0.1, 0.9], &[false, true])?;
/// evaluator.push("b", &[0.95, 0.2], &[false, false])?;
/// let wins = evaluator.finish().wins;
/// assert_eq!(wins.auc(&[1, 1]).value(), Some(2.0 / 3.0)); // as of all frames pooled
/// assert_eq!(wins.auc(&[1, 0]).value(), Some(1.0)); // of video a alone
/// assert_eq!(wins.auc(&[1, 2]).value(), Some(0.6)); // of a test set in which b is there twice
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wins {
    videos: Vec<String>,
    abnormal: Vec<u64>,
    normal: Vec<u64>,
    /// A row for each video's abnormal frames, a column for each video's normal ones.
    twice: Vec<Vec<u64>>,
}

impl Wins {
    /// The videos, in the order in which they were added.
    pub fn videos(&self) -> &[String] {
        &self.videos
    }

    /// Which videos have an abnormal frame, as [`auc`](Self::auc) takes it: 1 or 0 for each.
    pub fn with_abnormal_frames(&self) -> Vec<u32> {
        self.abnormal.iter().map(|&frames| u32::from(frames > 0)).collect()
    }

    /// Frame AUC of a test set in which each video is there `times` times, as of all its frames pooled. Videos that
    /// `times` does not reach are left out.
    pub fn auc(&self, times: &[u32]) -> Measure {
        let frames = |frames: &[u64]| -> f64 {
            frames.iter().zip(times).map(|(&frames, &times)| frames as f64 * f64::from(times)).sum()
        };
        let (abnormal, normal) = (frames(&self.abnormal), frames(&self.normal));
        match (abnormal > 0.0, normal > 0.0) {
            (true, true) => {}
            (false, false) => return Measure::undefined(Reason::NoFrames),
            (false, true) => return Measure::undefined(Reason::NoAbnormalFrame),
            (true, false) => return Measure::undefined(Reason::NoNormalFrame),
        }
        let own = self.twice.iter().zip(times).filter(|(_, times)| **times > 0);
        let won: f64 = own.map(|(row, &times)| frames(row) * f64::from(times)).sum();
        Measure::Value(won / (2.0 * abnormal * normal))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Evaluator, roc_auc};

    #[test]
    fn any_choice_of_videos_has_the_auc_of_its_pooled_frames() {
        // Scores with ties, within videos and between them.
        let score = |i: usize| (i * 7919 % 23) as f32;
        let videos: Vec<(Vec<f32>, Vec<bool>)> = (0..6)
            .map(|v| (0..30 + v).map(|i| (score(i + 31 * v), v > 1 && i % (v + 2) == 0)).unzip())
            .collect();
        let mut evaluator = Evaluator::default();
        for (i, (scores, labels)) in videos.iter().enumerate() {
            evaluator.push(format!("{i}"), scores, labels).unwrap();
        }
        let wins = evaluator.finish().wins;
        for times in [[1; 6], [0, 1, 2, 0, 1, 3], [1, 1, 0, 0, 0, 0], [0; 6]] {
            let (mut scores, mut labels) = (Vec::new(), Vec::new());
            for (video, &times) in videos.iter().zip(&times) {
                for _ in 0..times {
                    scores.extend(&video.0);
                    labels.extend(&video.1);
                }
            }
            let pooled = roc_auc(&scores, &labels).unwrap();
            match (wins.auc(&times).value(), pooled.value()) {
                (Some(found), Some(pooled)) => assert!((found - pooled).abs() < 1e-12),
                _ => assert_eq!(wins.auc(&times), pooled),
            }
        }
    }
}
