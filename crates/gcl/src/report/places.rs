//! Where in the picture each moment is: which cells its score comes from.

use std::path::Path;

use gcl_core::Device;
use gcl_data::{Clips, FeatureFile, FeatureSet, FeatureVideo, Regions};
use gcl_eval::Place;
use gcl_eval::report::{ShownMoment, VideoScores};
use gcl_features::Extractor;
use gcl_features::gradient::Gradient;
use gcl_train::{Model, RunDir, ScoreSource};

use super::kind::Kind;
use super::pictures::Motion;
use crate::error::Result;
use crate::facts::Facts;
use crate::pair::row_scores;
use crate::score::clip_rule;

/// Segments read at once.
const BLOCK: usize = 1024;

/// Adds to each moment its place in the picture, where the features that were scored say which of their
/// values belong where; what moves around it makes large cells finer. `scored_by` is what the scores say of their source.
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
            let mut file = set.open_video(index)?;
            let usual = mean(&mut file, video)?;
            let scored = videos.iter().find(|scored| scored.video == video.id.as_str());
            let frames = scored.map_or(0, |scored| scored.scores.len());
            for (shown, motion) in own {
                let segment = segment_at(shown.moment.peak_frame, frames, clips);
                if segment >= video.segments {
                    continue;
                }
                let mut row = Vec::new();
                file.read_rows(segment..segment + 1, &mut row)?;
                let shares = shares(&row, &usual, regions, &score)?;
                shown.place = place(&shares, regions, motion.as_deref());
            }
        }
    }
    Ok(())
}

/// The place that the shares of cells tell: of the gradient descriptor's cells where those are smaller, each with its
/// share of the cell that it is in times how much changes in it.
fn place(shares: &[f32], regions: Regions, motion: Option<&[f32]>) -> Option<Place> {
    let fine = Gradient.regions().filter(|fine| {
        let divides = fine.rows.is_multiple_of(regions.rows);
        divides && fine.columns.is_multiple_of(regions.columns) && fine.cells() > regions.cells()
    });
    let (Some(fine), Some(motion)) = (fine, motion) else {
        return Place::from_shares(regions.columns, shares);
    };
    let [high, wide] = [fine.rows / regions.rows, fine.columns / regions.columns];
    let share = |(cell, change): (usize, &f32)| {
        let (row, column) = (cell / fine.columns / high, cell % fine.columns / wide);
        let share = shares.get(row * regions.columns + column).copied().unwrap_or_default();
        share * change
    };
    let shares: Vec<f32> = motion.iter().enumerate().map(share).collect();
    Place::from_shares(fine.columns, &shares)
}

/// What scores rows of features.
type Score<'a> = Box<dyn Fn(&[f32]) -> Result<Vec<f32>> + 'a>;

/// How the run's features are cut, and what scores them; `None` where nothing says how they are cut.
fn scorer<'a>(
    set: &'a FeatureSet,
    (run, kind, device): (&RunDir, &Kind, &'a Device),
    scored_by: &str,
) -> Result<Option<(Clips, Score<'a>)>> {
    if let Kind::Pair(_) = kind {
        let score: Score<'a> = Box::new(row_scores(run, set, device)?);
        return Ok(set.clips().map(|clips| (clips, score)));
    }
    let model = Model::load(run.path(), device)?;
    model.check(set)?;
    let clips = clip_rule(&model, set)?;
    let source = source(&model, scored_by);
    Ok(Some((clips, Box::new(move |rows| Ok(model.score(rows)?.get(source)?)))))
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
    fn large_cells_are_made_finer_by_what_moves() {
        let regions = Regions { rows: 3, columns: 4, first: 0 };
        let mut shares = [0.0; 12];
        (shares[5], shares[6], shares[11]) = (4.0, 1.0, -1.0);
        let coarse = place(&shares, regions, None).unwrap();
        assert_eq!(coarse.sides(), [0.25, 1.0 / 3.0, 0.5, 2.0 / 3.0]);
        // In the strongest area the cells of row 5 and columns 6 and 7; elsewhere more, which counts for nothing.
        let mut motion = vec![0.0; 192];
        (motion[5 * 16 + 6], motion[5 * 16 + 7], motion[5 * 16 + 8]) = (2.0, 1.5, 3.0);
        (motion[0], motion[191]) = (9.0, 9.0);
        let fine = place(&shares, regions, Some(&motion)).unwrap();
        assert_eq!(fine.sides(), [6.0 / 16.0, 5.0 / 12.0, 0.5, 0.5]);
        assert_eq!((fine.heat_map.len(), fine.heat_map[5][8]), (12, 3.0 / 8.0));
        // Nothing moves where the score comes from.
        assert_eq!(place(&shares, regions, Some(&[0.0; 192])), None);
        // The descriptor's own cells, and others that it does not divide, stay.
        for regions in
            [Regions { rows: 12, columns: 16, first: 0 }, Regions { rows: 1, columns: 5, first: 0 }]
        {
            let shares: Vec<f32> =
                (0..regions.cells()).map(|cell| f32::from(u8::from(cell == 3))).collect();
            let found = place(&shares, regions, Some(&[1.0; 192]));
            assert_eq!(found, Place::from_shares(regions.columns, &shares));
        }
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
