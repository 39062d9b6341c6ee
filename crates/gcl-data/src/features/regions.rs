//! Which part of the picture each value of a feature vector belongs to.

use serde::{Deserialize, Serialize};

/// A grid over the picture, and which cell each value of a feature vector belongs to: from value `first` on
/// to the end, one value for each cell in turn, row by row from the top left, again and again. The values
/// before `first` belong to no part of the picture.
///
/// ```
/// use gcl_data::Regions;
///
/// // Two values for the whole picture, then two for each cell of one row of three.
/// let regions = Regions { rows: 1, columns: 3, first: 2 };
/// assert!(regions.fits(8));
/// let cells: Vec<_> = (0..8).map(|value| regions.cell_of(value)).collect();
/// assert_eq!(cells, [None, None, Some(0), Some(1), Some(2), Some(0), Some(1), Some(2)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// Rows of cells, from the top.
    pub rows: usize,
    /// Columns of cells, from the left.
    pub columns: usize,
    /// The first value that belongs to a cell.
    #[serde(default)]
    pub first: usize,
}

impl Regions {
    /// The number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.rows.saturating_mul(self.columns)
    }

    /// The cell of a value, row by row from the top left; `None` where it belongs to no part of the picture.
    #[must_use]
    pub fn cell_of(&self, value: usize) -> Option<usize> {
        value.checked_sub(self.first)?.checked_rem(self.cells())
    }

    /// Whether vectors of `dim` values can be laid out so: whole rounds of all cells, at least one.
    #[must_use]
    pub fn fits(&self, dim: usize) -> bool {
        let placed = dim.saturating_sub(self.first);
        self.cells() > 0 && placed > 0 && placed.is_multiple_of(self.cells())
    }
}
