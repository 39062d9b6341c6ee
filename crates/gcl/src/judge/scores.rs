//! What a model's scores are worth on a test set.

use gcl_eval::{Evaluation, Evaluator, Pool, Ranking};
use gcl_train::{Model, ScoreSource, SegmentScores};

use super::test_set::{TestSet, TestVideo};
use crate::error::{Error, Result};

/// One score of a model, judged.
#[derive(Debug)]
pub struct Judgement {
    /// Which score.
    pub source: ScoreSource,
    /// The numbers.
    pub evaluation: Evaluation,
    /// All frames in order of their scores, for histograms.
    pub ranking: Ranking,
}

/// Judges every score that the model has, over all test videos that have a truth; one video is in
/// memory at a time.
///
/// # Errors
/// If a video cannot be read, scored or judged.
pub fn judge(model: &Model, test: &TestSet) -> Result<Vec<Judgement>> {
    let mut judges: Vec<(ScoreSource, Evaluator)> = Vec::new();
    for video in &test.videos {
        for (source, scores) in judge_video(model, test, video)? {
            match judges.iter_mut().find(|(known, _)| *known == source) {
                Some((_, judge)) => judge.push(video.id.as_str(), &scores, &video.labels)?,
                None => {
                    let mut judge = Evaluator::default();
                    judge.push(video.id.as_str(), &scores, &video.labels)?;
                    judges.push((source, judge));
                }
            }
        }
    }
    let finish = |(source, judge): (ScoreSource, Evaluator)| {
        let (evaluation, ranking) = judge.finish_with_ranking();
        Judgement { source, evaluation, ranking }
    };
    Ok(judges.into_iter().map(finish).collect())
}

/// One video's frame scores from every source that the model has.
///
/// # Errors
/// If the video cannot be read or scored.
pub fn judge_video(
    model: &Model,
    test: &TestSet,
    video: &TestVideo,
) -> Result<Vec<(ScoreSource, Vec<f32>)>> {
    let mut rows = Vec::new();
    test.features.read(video.index, &mut rows)?;
    let all = model.score(&rows)?;
    let mut scores = Vec::new();
    for source in ScoreSource::ALL {
        if let Some(segments) = all.of(source) {
            scores.push((source, test.expand(video, segments)?));
        }
    }
    Ok(scores)
}

/// The frame scores of some sources over all test videos that have a truth, pooled; `None` for a source
/// that the scorer has not. `look` is shown each video's frame scores as they come.
///
/// # Errors
/// If a video cannot be read, scored or judged.
pub fn pooled<const N: usize>(
    test: &TestSet,
    score: impl Fn(&[f32]) -> gcl_train::Result<SegmentScores>,
    sources: [ScoreSource; N],
    mut look: impl FnMut(&TestVideo, ScoreSource, &[f32]),
) -> Result<[Option<Pool>; N]> {
    let mut pools = sources.map(|_| Some(Pool::default()));
    let mut rows = Vec::new();
    for video in &test.videos {
        test.features.read(video.index, &mut rows)?;
        let scores = score(&rows)?;
        for (pool, source) in pools.iter_mut().zip(sources) {
            let Some(segments) = scores.of(source) else {
                *pool = None;
                continue;
            };
            let frames = test.expand(video, segments)?;
            if let Some(pool) = pool {
                let located = |source| Error::Video { id: video.id.clone(), source };
                pool.push(&frames, &video.labels).map_err(located)?;
            }
            look(video, source, &frames);
        }
    }
    Ok(pools)
}
