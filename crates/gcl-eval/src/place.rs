//! Where in the picture a moment is anomalous.

use serde::{Deserialize, Serialize};

/// The cells of a box have at least this much of the strongest cell's share of the score.
const STRONG: f32 = 0.5;

/// A part of the picture: a box, and the heat map that it was taken from. All positions are fractions of the
/// picture's width and height, from its top left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The box's left side.
    pub x1: f32,
    /// The box's top.
    pub y1: f32,
    /// The box's right side.
    pub x2: f32,
    /// The box's bottom.
    pub y2: f32,
    /// Rows from the top of cells of one size, from the left: each cell's share of the score, 1 for the
    /// largest, 0 for what only lowers the score.
    pub heat_map: Vec<Vec<f32>>,
}

impl Place {
    /// The place that the cells of a grid of `columns` columns tell, row by row from the top left: the smallest
    /// box around the cell with the largest share and all that are connected with it, side by side or by a
    /// corner, by cells with at least half its share. `None` if no share is positive, one is not finite, or
    /// they are no whole rows.
    ///
    /// ```
    /// use gcl_eval::Place;
    ///
    /// let shares = [
    ///     0.0, 0.1, 0.2, 3.0, // far from the strongest cell
    ///     2.0, 4.0, 0.0, 0.0,
    /// ];
    /// let place = Place::from_shares(4, &shares).ok_or("no share is positive")?;
    /// assert_eq!([place.x1, place.y1, place.x2, place.y2], [0.0, 0.5, 0.5, 1.0]);
    /// assert_eq!(place.heat_map[1], [0.5, 1.0, 0.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_shares(columns: usize, shares: &[f32]) -> Option<Self> {
        if columns == 0 || !shares.len().is_multiple_of(columns) {
            return None;
        }
        if shares.iter().any(|share| !share.is_finite()) {
            return None;
        }
        let (peak, &most) = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        if most <= 0.0 {
            return None;
        }
        let heat_map: Vec<Vec<f32>> = shares
            .chunks(columns)
            .map(|row| row.iter().map(|share| share.max(0.0) / most).collect())
            .collect();
        let [left, top, right, bottom] = connected(&heat_map, peak / columns, peak % columns);
        let (rows, columns) = (heat_map.len() as f32, columns as f32);
        Some(Self {
            x1: left as f32 / columns,
            y1: top as f32 / rows,
            x2: right as f32 / columns,
            y2: bottom as f32 / rows,
            heat_map,
        })
    }

    /// Left, top, right and bottom.
    #[must_use]
    pub fn sides(&self) -> [f32; 4] {
        [self.x1, self.y1, self.x2, self.y2]
    }
}

/// The first column and row, and one past the last, of what is connected with a cell.
fn connected(heat_map: &[Vec<f32>], row: usize, column: usize) -> [usize; 4] {
    let mut seen: Vec<Vec<bool>> = heat_map.iter().map(|row| vec![false; row.len()]).collect();
    let mut sides = [column, row, column + 1, row + 1];
    let mut waiting = vec![(row, column)];
    while let Some((row, column)) = waiting.pop() {
        let strong = heat_map.get(row).and_then(|cells| cells.get(column));
        let seen = seen.get_mut(row).and_then(|cells| cells.get_mut(column));
        let (Some(share), Some(seen)) = (strong, seen) else { continue };
        if *share < STRONG || std::mem::replace(seen, true) {
            continue;
        }
        let [left, top, right, bottom] = sides;
        sides = [left.min(column), top.min(row), right.max(column + 1), bottom.max(row + 1)];
        for row in row.saturating_sub(1)..=row + 1 {
            waiting.extend((column.saturating_sub(1)..=column + 1).map(|column| (row, column)));
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn corners_connect_and_gaps_do_not() {
        let shares = [
            0.0, 0.9, 0.0, 0.0, //
            1.0, 0.0, 0.0, 0.0, //
            0.0, 0.5, 0.49, 0.8, //
        ];
        assert_eq!(Place::from_shares(4, &shares).unwrap().sides(), [0.0, 0.0, 0.5, 1.0]);
    }

    #[test]
    fn a_share_that_lowers_the_score_has_no_heat() {
        let place = Place::from_shares(2, &[-8.0, 2.0, 1.0, 0.5]).unwrap();
        assert_eq!(place.heat_map, [[0.0, 1.0], [0.5, 0.25]]);
        assert_eq!(place.sides(), [0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn nothing_is_no_place() {
        for (columns, shares) in [
            (2, &[0.0, -1.0][..]),
            (2, &[f32::NAN, 1.0]),
            (2, &[1.0, f32::INFINITY]),
            (2, &[1.0, 2.0, 3.0]),
            (0, &[1.0]),
            (2, &[]),
        ] {
            assert_eq!(Place::from_shares(columns, shares), None, "{columns} {shares:?}");
        }
    }
}
