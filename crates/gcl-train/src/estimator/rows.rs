//! Features in memory: rows of one dimension.

use crate::error::{Result, TrainError};

/// The features of one video in memory, row-major `[rows, dim]`: one row per segment, in temporal
/// order, unscaled, in whatever units the extractor gives. There is at least one row, and all
/// values are finite.
///
/// ```
/// # use gcl_train::{Rows, TrainError};
/// let values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
/// let rows = Rows::new(&values, 3)?;
/// assert_eq!((rows.len(), rows.dim()), (2, 3));
/// assert!(Rows::new(&values, 4).is_err(), "6 values are no whole number of rows of 4");
/// # Ok::<(), TrainError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows<'a> {
    values: &'a [f32],
    dim: usize,
}

impl<'a> Rows<'a> {
    /// Values, row-major `[rows, dim]`.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if there is no row, the last one is not whole, or a value is not finite.
    pub fn new(values: &'a [f32], dim: usize) -> Result<Rows<'a>> {
        let count = values.len();
        let problem = if values.is_empty() || dim == 0 {
            format!(
                "{count} values in rows of {dim}: expected at least one row of at least one value"
            )
        } else if !count.is_multiple_of(dim) {
            format!("{count} values are no whole number of rows of {dim}")
        } else if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (row, column, value) = (at / dim, at % dim, values[at]);
            format!("row {row}, column {column} is {value}, expected a finite number")
        } else {
            return Ok(Rows { values, dim });
        };
        Err(TrainError::Mismatch(problem))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.values.len() / self.dim
    }

    /// Whether there is no row; never, since that is refused.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The number of values in a row.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Refuses rows of another dimension.
    pub(crate) fn check_dim(&self, expected: usize) -> Result<()> {
        match self.dim {
            found if found == expected => Ok(()),
            found => Err(TrainError::Mismatch(format!(
                "expected rows of {expected} dimensions, found {found}"
            ))),
        }
    }

    /// The values, row-major `[rows, dim]`.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }
}
