//! What a model's scores are worth on a test set.

use gcl_eval::{Evaluation, Evaluator, Ranking};
use gcl_train::{Model, ScoreSource, SegmentScores};

use super::data::{TestSet, TestVideo};
use super::error::{BenchmarkError, Result};

/// One score of a model, judged.
pub struct Judgement {
    /// Which score.
    pub source: ScoreSource,
    /// The numbers.
    pub evaluation: Evaluation,
    /// All frames in order of their scores, for histograms.
    pub ranking: Ranking,
}

/// Every score source.
pub(super) const SOURCES: [ScoreSource; 4] = [
    ScoreSource::Generator,
    ScoreSource::Discriminator,
    ScoreSource::MeanRank,
    ScoreSource::Detector,
];

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
                    let mut judge = Evaluator::new();
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
    for source in SOURCES {
        if let Some(segments) = of(&all, source) {
            let frames = test.clips.expand(segments, video.labels.len());
            let located = |source| BenchmarkError::Clips { id: video.id.clone(), source };
            scores.push((source, frames.map_err(located)?));
        }
    }
    Ok(scores)
}

/// A source's scores, where there are some.
pub(super) fn of(scores: &SegmentScores, source: ScoreSource) -> Option<&[f32]> {
    match source {
        ScoreSource::Generator => scores.generator.as_deref(),
        ScoreSource::Discriminator => scores.discriminator.as_deref(),
        ScoreSource::MeanRank => scores.mean_rank.as_deref(),
        ScoreSource::Detector => scores.detector.as_deref(),
    }
}

/// The name of a score source, as files and the command line have it.
pub fn source_name(source: ScoreSource) -> &'static str {
    match source {
        ScoreSource::Discriminator => "discriminator",
        ScoreSource::Generator => "generator",
        ScoreSource::MeanRank => "mean-rank",
        ScoreSource::Detector => "detector",
    }
}
