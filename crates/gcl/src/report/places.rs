//! Where in the picture each moment is, by the model: which cells its score comes from.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{Clips, FeatureSet};
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_train::{Model, RunDir, ScoreSource};

use super::cells;
use super::kind::Kind;
use super::pictures::Motion;
use crate::error::Result;
use crate::facts::Facts;
use crate::pair::row_scores;
use crate::score::clip_rule;

/// Adds to each moment its place in the picture, where the features that were scored say which of their
/// values belong where. `scored_by` is what the scores say of their source.
///
/// # Errors
/// If the features or the run's model cannot be read or do not fit together.
pub(super) fn add_places(
    mut moments: Vec<(&mut ShownMoment, &Option<Motion>)>,
    videos: &[VideoScores],
    facts: &Facts,
    (run, kind, device): (&RunDir, &Kind, &Device),
    scored_by: &str,
) -> Result<()> {
    let folder = |shown: &ShownMoment| {
        let known = facts.iter().find(|(id, _)| id.as_str() == shown.moment.video);
        known.and_then(|(_, known)| known.features.as_deref())
    };
    let mut folders: Vec<&Path> = moments.iter().filter_map(|(shown, _)| folder(shown)).collect();
    folders.sort_unstable();
    folders.dedup();
    for features in folders {
        let set = FeatureSet::open(features)?;
        let Some(regions) = set.regions() else { continue };
        let Some((clips, score)) = scorer(&set, (run, kind, device), scored_by)? else { continue };
        for (index, video) in set.videos().iter().enumerate() {
            let here = |(shown, _): &&mut (&mut ShownMoment, &Option<Motion>)| {
                shown.moment.video == video.id.as_str() && folder(shown) == Some(features)
            };
            let mut own = moments.iter_mut().filter(here).peekable();
            if own.peek().is_none() {
                continue;
            }
            let scored = videos.iter().find(|scored| scored.video == video.id.as_str());
            let frames = scored.map_or(0, |scored| scored.scores.len());
            let own = own.map(|(shown, motion)| {
                let segment = segment_at(shown.moment.peak_frame, frames, clips);
                (&mut **shown, *motion, segment)
            });
            let own = own.filter(|(.., segment)| *segment < video.segments).collect();
            cells::add(own, (&set, index, video), regions, &score)?;
        }
    }
    Ok(())
}

/// What scores rows of features, those of a video with this mean and as many segments.
pub(super) type Score<'a> = Box<dyn Fn(&[f32], &[f32], usize) -> Result<Vec<f32>> + 'a>;

/// A moment, what moves around it, and the segment of its video that its peak's score is of.
pub(super) type Located<'a> = (&'a mut ShownMoment, &'a Option<Motion>, usize);

/// How the run's features are cut, and what scores them; `None` where nothing says how they are cut.
fn scorer<'a>(
    set: &'a FeatureSet,
    (run, kind, device): (&RunDir, &Kind, &'a Device),
    scored_by: &str,
) -> Result<Option<(Clips, Score<'a>)>> {
    if let Kind::Pair(_) = kind {
        let of_rows = row_scores(run, set, device)?;
        let score: Score<'a> = Box::new(move |rows, _, _| of_rows(rows));
        return Ok(set.clips().map(|clips| (clips, score)));
    }
    let model = Model::load(run.path(), device)?;
    model.check(set)?;
    let clips = clip_rule(&model, set)?;
    let source = source(&model, scored_by);
    let score: Score<'a> = Box::new(move |rows, mean, segments| {
        Ok(model.score_part(rows, mean, segments)?.get(source)?)
    });
    Ok(Some((clips, score)))
}

/// The score that the scores are of, else the run's own.
fn source(model: &Model, scored_by: &str) -> ScoreSource {
    let name = scored_by.split(',').next().unwrap_or_default();
    name.parse().unwrap_or(model.card().config.score)
}

/// The segment whose score a frame has.
pub(super) fn segment_at(frame: usize, frames: usize, clips: Clips) -> usize {
    let count = clips.count(frames);
    let holds = |segment: &usize| frame < clips.span(*segment, frames).end;
    (0..count).find(holds).unwrap_or(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::Tail;

    use super::*;

    #[test]
    fn a_frame_has_its_segments_score() {
        let clips = Clips { length: 16, stride: 8, ..Clips::default() };
        let scores: Vec<f32> = (0..clips.count(50)).map(|i| i as f32).collect();
        let of_frames = clips.expand(&scores, 50).unwrap();
        for (frame, score) in of_frames.into_iter().enumerate() {
            assert_eq!(segment_at(frame, 50, clips) as f32, score, "frame {frame}");
        }
        // Frames after the last clip have its score.
        let dropped = Clips { tail: Tail::Drop, ..Clips::default() };
        assert_eq!(segment_at(47, 47, dropped), 1);
        assert_eq!(segment_at(0, 3, dropped), 0);
    }
}
