//! Where in the picture each moment is: which cells its score comes from.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{Clips, FeatureFile, FeatureSet, FeatureVideo, Regions};
use gcl_eval::Place;
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_train::{Model, RunDir, ScoreSource};

use crate::error::Result;
use crate::facts::Facts;
use crate::score::clip_rule;

/// Segments read at once.
const BLOCK: usize = 1024;

/// Adds to each moment its place in the picture, where the features that were scored say which of their
/// values belong where. `scored_by` is what the scores say of their source.
///
/// # Errors
/// If the features or the run's model cannot be read or do not fit together.
pub(super) fn add_places(
    moments: &mut [ShownMoment],
    videos: &[VideoScores],
    facts: &Facts,
    (run, device): (&RunDir, &Device),
    scored_by: &str,
) -> Result<()> {
    let folder = |shown: &ShownMoment| {
        let known = facts.iter().find(|(id, _)| id.as_str() == shown.moment.video);
        known.and_then(|(_, known)| known.features.as_deref())
    };
    let mut folders: Vec<&Path> = moments.iter().filter_map(folder).collect();
    folders.sort_unstable();
    folders.dedup();
    for features in folders {
        let set = FeatureSet::open(features)?;
        let Some(regions) = set.regions() else { continue };
        let model = Model::load(run.path(), device)?;
        model.check(&set)?;
        let clips = clip_rule(&model, &set)?;
        let source = source(&model, scored_by);
        for (index, video) in set.videos().iter().enumerate() {
            let here = |shown: &&mut ShownMoment| {
                shown.moment.video == video.id.as_str() && folder(shown) == Some(features)
            };
            let mut own = moments.iter_mut().filter(here).peekable();
            if own.peek().is_none() {
                continue;
            }
            let mut file = set.open_video(index)?;
            let usual = mean(&mut file, video)?;
            let scored = videos.iter().find(|scored| scored.video == video.id.as_str());
            let frames = scored.map_or(0, |scored| scored.scores.len());
            for shown in own {
                let segment = segment_at(shown.moment.peak_frame, frames, clips);
                if segment >= video.segments {
                    continue;
                }
                let mut row = Vec::new();
                file.read_rows(segment..segment + 1, &mut row)?;
                let score = |rows: &[f32]| model.score(rows)?.get(source);
                let shares = shares(&row, &usual, regions, score)?;
                shown.place = Place::from_shares(regions.columns, &shares);
            }
        }
    }
    Ok(())
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

/// What a video's features usually are: their mean. Another camera's may be others.
fn mean(file: &mut FeatureFile, video: &FeatureVideo) -> Result<Vec<f32>> {
    let mut sums = vec![0.0f64; video.dim];
    let mut rows = Vec::new();
    for start in (0..video.segments).step_by(BLOCK) {
        file.read_rows(start..video.segments.min(start + BLOCK), &mut rows)?;
        for row in rows.chunks_exact(video.dim) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
        }
    }
    Ok(sums.into_iter().map(|sum| (sum / video.segments as f64) as f32).collect())
}

/// Each cell's share of a row's score: how much more the cell's values score than the usual ones where all
/// others are the usual ones.
fn shares<E>(
    row: &[f32],
    usual: &[f32],
    regions: Regions,
    score: impl FnOnce(&[f32]) -> std::result::Result<Vec<f32>, E>,
) -> std::result::Result<Vec<f32>, E> {
    let mut rows = usual.to_vec();
    for cell in 0..regions.cells() {
        let values = row.iter().zip(usual).enumerate();
        rows.extend(values.map(|(i, (own, usual))| match regions.cell_of(i) {
            Some(of) if of == cell => own,
            _ => usual,
        }));
    }
    let scores = score(&rows)?;
    let Some((nothing, with)) = scores.split_first() else { return Ok(Vec::new()) };
    Ok(with.iter().map(|score| score - nothing).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::Tail;

    use super::*;

    #[test]
    fn shares_of_a_linear_score_are_exact() {
        let regions = Regions { rows: 1, columns: 3, first: 1 };
        let (weights, row) =
            ([100.0, 1.0, 2.0, 3.0, 0.5, 0.0, -4.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
        let usual = [9.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0];
        let linear = |rows: &[f32]| -> std::result::Result<Vec<f32>, ()> {
            let score = |row: &[f32]| row.iter().zip(weights).map(|(x, w)| x * w).sum();
            Ok(rows.chunks(7).map(score).collect())
        };
        // Cell 0: 1 (2 - 1) + 0.5 (5 - 1); cell 1: 2 (3 - 1) + 0; cell 2: 3 (4 - 1) - 4 (7 - 5).
        assert_eq!(shares(&row, &usual, regions, linear).unwrap(), [3.0, 4.0, 1.0]);
    }

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
