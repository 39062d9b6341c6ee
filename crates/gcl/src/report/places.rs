//! Where in the picture each moment is: which cells its score comes from.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{Clips, FeatureSet, Regions, VideoId};
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_eval::{Moment, Place};
use gcl_train::{Model, RunDir, ScoreSource, TrainError};

use crate::error::Result;
use crate::facts::Facts;

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
        let unknown = || TrainError::NoClipLength { path: features.to_owned() };
        let clips = set.clips().or(model.card().clips).ok_or_else(unknown)?;
        let source = source(&model, scored_by);
        for shown in moments.iter_mut().filter(|shown| folder(shown) == Some(features)) {
            let video = videos.iter().find(|video| video.video == shown.moment.video);
            let frames = video.map_or(0, |video| video.scores.len());
            let Some((row, usual)) = peak(&shown.moment, frames, clips, &set)? else {
                continue;
            };
            let shares = shares(&row, &usual, regions, |rows| model.score(rows)?.get(source))?;
            shown.place = Place::from_shares(regions.columns, &shares);
        }
    }
    Ok(())
}

/// The score that the scores are of, else the run's own.
fn source(model: &Model, scored_by: &str) -> ScoreSource {
    let name = scored_by.split(',').next().unwrap_or_default();
    name.parse().unwrap_or(model.card().config.score)
}

/// The features of the segment at a moment's peak, and what they usually are: their mean over the video, whose
/// camera the others may not share.
fn peak(
    moment: &Moment,
    frames: usize,
    clips: Clips,
    set: &FeatureSet,
) -> Result<Option<(Vec<f32>, Vec<f32>)>> {
    let id = VideoId::new(moment.video.as_str()).ok();
    let Some(index) = id.and_then(|id| set.index_of(&id)) else { return Ok(None) };
    let mut segments = 0..clips.count(frames);
    let at_peak = segments.find(|i| moment.peak_frame < clips.span(*i, frames).end);
    let segment = at_peak.unwrap_or(segments.end.saturating_sub(1));
    let mut all = Vec::new();
    set.read(index, &mut all)?;
    let Some(row) = all.chunks_exact(set.dim()).nth(segment) else { return Ok(None) };
    Ok(Some((row.to_vec(), mean(&all, set.dim()))))
}

/// The mean row of a matrix.
fn mean(rows: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; columns];
    for row in rows.chunks_exact(columns) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    let count = (rows.len() / columns.max(1)) as f64;
    sums.into_iter().map(|sum| (sum / count) as f32).collect()
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
    fn the_mean_is_by_column() {
        assert_eq!(mean(&[1.0, 10.0, 3.0, 30.0], 2), [2.0, 20.0]);
    }
}
