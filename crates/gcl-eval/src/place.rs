//! Where in the picture a moment is anomalous.

use serde::{Deserialize, Serialize};

/// The cells of a box have at least this much of the strongest cell's share of the score.
const STRONG: f32 = 0.5;

/// A box that covers more of the picture than this says nothing of where in it a moment is.
const MOST: f32 = 0.6;

/// A part of the picture: a box, and the heat map where it was taken from one. All positions are fractions of the
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
    /// largest, 0 for what only lowers the score. Empty for an object's box.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heat_map: Vec<Vec<f32>>,
}

impl Place {
    /// The place that the cells of a grid of `columns` columns tell, row by row from the top left: the smallest
    /// box around the cell with the largest share and all that are connected with it, side by side or by a
    /// corner, by cells with at least half its share. `None` if no share is positive, one is not finite, they are
    /// no whole rows, or the box would cover more than three fifths of the picture.
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
        let [x1, x2] = [left, right].map(|side| side as f32 / columns);
        let [y1, y2] = [top, bottom].map(|side| side as f32 / rows);
        Self { x1, y1, x2, y2, heat_map }.telling()
    }

    /// The place of an object by its box in pixels (left, top, right, bottom) of a picture of this width and
    /// height; what is outside it is cut off. `None` if nothing is left, or more than three fifths of the picture.
    ///
    /// ```
    /// use gcl_eval::Place;
    ///
    /// let place = Place::of_box([32.0, -8.0, 64.0, 60.0], [160, 120]).ok_or("outside the picture")?;
    /// assert_eq!(place.sides(), [0.2, 0.0, 0.4, 0.5]);
    /// assert!(place.heat_map.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of_box([left, top, right, bottom]: [f32; 4], [width, height]: [u32; 2]) -> Option<Self> {
        let share = |side: f32, of: u32| (side / of as f32).clamp(0.0, 1.0);
        let [x1, x2] = [left, right].map(|side| share(side, width));
        let [y1, y2] = [top, bottom].map(|side| share(side, height));
        Self { x1, y1, x2, y2, heat_map: Vec::new() }.telling()
    }

    /// Itself, if its box says where in the picture it is.
    fn telling(self) -> Option<Self> {
        let [x1, y1, x2, y2] = self.sides();
        (x1 < x2 && y1 < y2 && (x2 - x1) * (y2 - y1) <= MOST).then_some(self)
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
        let place = Place::from_shares(2, &[-8.0, 2.0, 0.25, 1.0]).unwrap();
        assert_eq!(place.heat_map, [[0.0, 1.0], [0.125, 0.5]]);
        assert_eq!(place.sides(), [0.5, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_box_that_covers_most_of_the_picture_is_none() {
        assert_eq!(Place::from_shares(2, &[1.0, 0.9, 0.8, 0.0]), None);
        assert!(Place::from_shares(5, &[1.0, 1.0, 1.0, 0.0, 0.0]).is_some());
        assert!(Place::from_shares(5, &[1.0, 1.0, 1.0, 1.0, 0.0]).is_none());
        let sides = |bounds| Place::of_box(bounds, [100, 50]).map(|place| place.sides());
        assert_eq!(sides([10.0, 10.0, 60.0, 200.0]), Some([0.1, 0.2, 0.6, 1.0]));
        for none in [
            [0.0, 0.0, 100.0, 50.0],
            [-50.0, -50.0, 200.0, 35.0], // most of it once what is outside is cut off
            [100.0, 0.0, 120.0, 10.0],
            [20.0, 10.0, 20.0, 20.0],
            [30.0, 10.0, 20.0, 20.0],
            [f32::NAN, 0.0, 10.0, 10.0],
        ] {
            assert_eq!(sides(none), None, "{none:?}");
        }
        assert_eq!(Place::of_box([0.0, 0.0, 1.0, 1.0], [0, 0]), None);
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
