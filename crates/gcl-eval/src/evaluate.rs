//! Frame-level evaluation of a test set.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ranking::{Pool, Ranking};
use crate::resample::{Interval, resampled_aucs};
use crate::wins::{VideoRanks, Wins};
use crate::{EvalError, Measure, Reason, RocPoint, stats};

/// One video's part of an [`Evaluation`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VideoEvaluation {
    /// The video's id.
    pub video: String,
    /// Number of frames.
    pub frames: u64,
    /// Number of abnormal frames.
    pub abnormal_frames: u64,
    /// ROC-AUC of this video alone.
    pub auc: Measure,
}

/// How well scores agree with frame labels, over a whole test set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of frames.
    pub frames: u64,
    /// Number of abnormal frames.
    pub abnormal_frames: u64,
    /// ROC-AUC of all frames of all videos pooled into one ranking: the frame-level AUC of GCL
    /// (section 4) and of most of the field.
    pub micro_auc: Measure,
    /// Where 95 % of the pooled AUCs lie if the videos are resampled ([`resampled_aucs`]).
    pub micro_interval: Option<Interval>,
    /// ROC-AUC of the frames of those videos that have an abnormal one, pooled: easy normal videos do not lift it.
    pub abnormal_videos_auc: Measure,
    /// Average precision of the pooled frames.
    pub average_precision: Measure,
    /// Equal error rate of the pooled frames.
    pub equal_error_rate: Measure,
    /// Mean of the videos' own AUCs, over those videos that have both classes.
    pub macro_auc: Measure,
    /// Number of videos in that mean.
    pub macro_videos: usize,
    /// Every video, in order of id.
    pub videos: Vec<VideoEvaluation>,
    /// ROC curve of the pooled frames, for plotting; not part of the JSON.
    #[serde(skip)]
    pub roc: Vec<RocPoint>,
    /// How the videos stand against each other; not part of the JSON.
    #[serde(skip)]
    pub wins: Wins,
}

/// Evaluates videos one at a time, so that their scores need not be in memory together.
#[derive(Debug, Clone, Default)]
pub struct Evaluator {
    pool: Pool,
    ranks: VideoRanks,
    videos: BTreeMap<String, VideoEvaluation>,
}

impl Evaluator {
    /// Adds a video. `scores` (higher = more anomalous) and `labels` (`true` = abnormal) have one
    /// entry per frame.
    ///
    /// # Errors
    /// [`EvalError::Duplicate`] for an id seen before; [`EvalError::InVideo`] naming the video if
    /// lengths differ or a score is not finite. The video is then not counted.
    pub fn push(
        &mut self,
        video: impl Into<String>,
        scores: &[f32],
        labels: &[bool],
    ) -> Result<(), EvalError> {
        let video = video.into();
        if self.videos.contains_key(&video) {
            return Err(EvalError::Duplicate { video });
        }
        let own = Ranking::new(scores, labels).map_err(|e| e.in_video(&video))?;
        self.pool.push(scores, labels).map_err(|e| e.in_video(&video))?;
        let result = VideoEvaluation {
            video: video.clone(),
            frames: own.frames(),
            abnormal_frames: own.abnormal_frames(),
            auc: own.auc(),
        };
        self.ranks.push(video.clone(), &own);
        self.videos.insert(video, result);
        Ok(())
    }

    /// The evaluation of all videos added.
    pub fn finish(self) -> Evaluation {
        self.finish_with_ranking().0
    }

    /// As [`finish`](Self::finish), with the pooled ranking for score histograms and further measures.
    pub fn finish_with_ranking(self) -> (Evaluation, Ranking) {
        let all = self.pool.rank();
        let videos: Vec<_> = self.videos.into_values().collect();
        let aucs: Vec<f64> = videos.iter().filter_map(|v| v.auc.value()).collect();
        let macro_auc = match stats::mean(&aucs) {
            Measure::Undefined { .. } => Measure::undefined(Reason::NoVideoDefined),
            mean => mean,
        };
        let wins = self.ranks.wins();
        let evaluation = Evaluation {
            frames: all.frames(),
            abnormal_frames: all.abnormal_frames(),
            micro_auc: all.auc(),
            micro_interval: Interval::of(resampled_aucs(&[&wins]).into_iter().flatten().collect()),
            abnormal_videos_auc: wins.auc(&wins.with_abnormal_frames()),
            average_precision: all.average_precision(),
            equal_error_rate: all.equal_error_rate(),
            macro_auc,
            macro_videos: aucs.len(),
            videos,
            roc: all.roc_curve(),
            wins,
        };
        (evaluation, all)
    }
}

/// Evaluates videos given as (id, scores, labels), one score and one label per frame.
///
/// ```
/// let evaluation = gcl_eval::evaluate([
///     ("test/01".to_owned(), &[0.1, 0.9, 0.8, 0.2][..], &[false, true, true, false][..]),
///     ("test/02".to_owned(), &[0.3, 0.3][..], &[false, false][..]),
/// ])?;
/// assert_eq!(evaluation.micro_auc.value(), Some(1.0));
/// assert_eq!(evaluation.macro_videos, 1); // the second video has no abnormal frame
/// println!("{evaluation}");
/// # Ok::<(), gcl_eval::EvalError>(())
/// ```
///
/// # Errors
/// As [`Evaluator::push`], for the first video that is refused.
pub fn evaluate<I, S, L>(videos: I) -> Result<Evaluation, EvalError>
where
    I: IntoIterator<Item = (String, S, L)>,
    S: AsRef<[f32]>,
    L: AsRef<[bool]>,
{
    let mut evaluator = Evaluator::default();
    for (video, scores, labels) in videos {
        evaluator.push(video, scores.as_ref(), labels.as_ref())?;
    }
    Ok(evaluator.finish())
}
