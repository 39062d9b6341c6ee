//! Which cells of a grid over the picture a moment's score comes from.

use gcl_core::scaler::center::Mean;
use gcl_data::{FeatureFile, FeatureSet, FeatureVideo, Regions};
use gcl_eval::Place;
use gcl_features::Extractor;
use gcl_features::gradient::Gradient;

use super::places::{Located, Score};
use crate::error::Result;

/// Segments read at once.
const BLOCK: usize = 1024;

/// Adds the places of moments of a video, by its place in the set; what moves around them makes large cells finer.
pub(super) fn add(
    moments: Vec<Located<'_>>,
    (set, index, video): (&FeatureSet, usize, &FeatureVideo),
    regions: Regions,
    score: &Score<'_>,
) -> Result<()> {
    let mut file = set.open_video(index)?;
    let usual = mean(&mut file, video)?;
    for (shown, motion, segment) in moments {
        let mut row = Vec::new();
        file.read_rows(segment..segment + 1, &mut row)?;
        let of_rows = |rows: &[f32]| score(rows, &usual, video.segments);
        let shares = shares(&row, &usual, regions, of_rows)?;
        shown.place = place(&shares, regions, motion.as_deref());
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

/// What a video's features usually are: their mean. Another camera's may be others.
fn mean(file: &mut FeatureFile, video: &FeatureVideo) -> Result<Vec<f32>> {
    let mut mean = Mean::new(video.dim);
    let mut rows = Vec::new();
    for start in (0..video.segments).step_by(BLOCK) {
        file.read_rows(start..video.segments.min(start + BLOCK), &mut rows)?;
        mean.add(&rows);
    }
    Ok(mean.get())
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
}
