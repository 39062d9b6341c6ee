//! Evaluating scores and truth that are stored in files.

use gcl_data::{NpyError, ScoreSet, Truth, TruthError, VideoId};

use crate::{EvalError, Evaluation, Evaluator, Ranking};

/// An evaluation of stored scores, and the videos that it does not cover.
#[derive(Debug, Clone)]
pub struct StoredEvaluation {
    /// The evaluation of the videos that have both scores and truth.
    pub evaluation: Evaluation,
    /// The pooled frames of those videos.
    pub ranking: Ranking,
    /// Scored videos without ground truth, left out.
    pub without_truth: Vec<VideoId>,
    /// Videos of the truth, by its names, that have no scores, left out. A number over fewer videos
    /// than the test set has is not comparable with one over all of them.
    pub without_scores: Vec<VideoId>,
}

/// Why stored scores could not be evaluated.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum StoredError {
    /// Scores could not be read.
    #[error(transparent)]
    Scores(#[from] NpyError),
    /// The truth does not match the scores.
    #[error(transparent)]
    Truth(#[from] TruthError),
    /// A video's scores cannot be evaluated.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// No video has both.
    #[error(
        "none of the {scored} scored videos (such as {score_example}) is among the {known} videos of \
         the truth (such as {truth_example})"
    )]
    Disjoint { scored: usize, score_example: String, known: usize, truth_example: String },
    /// The flags of all videos in one list.
    #[error(
        "the truth is one list, {list}, of {frames} frames, as many as all {scored} scored videos together have; it does not \
         say in which order they are in it: write a file for each video, named as the video"
    )]
    Concatenated { list: VideoId, frames: usize, scored: usize },
}

/// Evaluates stored scores against stored truth, one video in memory at a time. Videos are matched by
/// id, as [`Truth::match_all`] does.
///
/// # Errors
/// [`StoredError`]: an id that could mean several videos, numbers of frames that differ, a score that
/// is not finite, or no video in common.
pub fn evaluate_stored(scores: &ScoreSet, truth: &Truth) -> Result<StoredEvaluation, StoredError> {
    let ids: Vec<VideoId> = scores.videos().iter().map(|(id, _)| id.clone()).collect();
    let names = truth.match_all(&ids)?;
    if names.iter().all(Option::is_none) {
        let frames = scores.videos().iter().map(|(_, frames)| frames).sum();
        if let (Some(list), 1, 2..) = (truth.ids().next(), truth.len(), ids.len())
            && truth.frames(list)? == Some(frames)
        {
            let (list, scored) = (list.clone(), ids.len());
            return Err(StoredError::Concatenated { list, frames, scored });
        }
        let example = |id: Option<&VideoId>| id.map(VideoId::to_string).unwrap_or_default();
        return Err(StoredError::Disjoint {
            scored: ids.len(),
            score_example: example(ids.first()),
            known: truth.len(),
            truth_example: example(truth.ids().next()),
        });
    }
    let mut evaluator = Evaluator::default();
    let mut without_truth = Vec::new();
    for (id, name) in ids.iter().zip(&names) {
        let Some(name) = name else {
            without_truth.push(id.clone());
            continue;
        };
        let scores = scores.read(id)?;
        let labels = truth.labels(name, Some(scores.len()))?;
        evaluator.push(id.as_str(), &scores, &labels)?;
    }
    let matched: std::collections::BTreeSet<&VideoId> = names.into_iter().flatten().collect();
    let without_scores = truth.ids().filter(|id| !matched.contains(id)).cloned().collect();
    let (evaluation, ranking) = evaluator.finish_with_ranking();
    Ok(StoredEvaluation { evaluation, ranking, without_truth, without_scores })
}
