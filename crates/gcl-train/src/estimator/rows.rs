//! Features in memory: rows of one dimension.

/// The features of one video in memory, row-major `[rows, dim]`: one row per segment, in temporal
/// order, unscaled, in whatever units the extractor gives. There is at least one row, and all
/// values are finite.
///
/// ```
/// # use gcl_train::{Rows, RowsError};
/// let values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
/// let rows = Rows::new(&values, 3)?;
/// assert_eq!((rows.len(), rows.dim()), (2, 3));
/// assert_eq!(Rows::new(&values, 4), Err(RowsError::Partial { values: 6, dim: 4 }));
/// # Ok::<(), RowsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows<'a> {
    values: &'a [f32],
    dim: usize,
}

/// Why values are no [`Rows`].
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// There is no value, or the rows have no dimensions.
    #[error("{values} values in rows of {dim}: expected at least one row of at least one value")]
    Empty {
        /// How many values there are.
        values: usize,
        /// The dimension asked for.
        dim: usize,
    },
    /// The last row is not whole.
    #[error("{values} values are no whole number of rows of {dim}")]
    Partial {
        /// How many values there are.
        values: usize,
        /// The dimension asked for.
        dim: usize,
    },
    /// A value is infinite or not a number.
    #[error("row {row}, column {column} is {value}, expected a finite number")]
    NotFinite {
        /// Counted from 0.
        row: usize,
        /// Counted from 0.
        column: usize,
        /// What was found.
        value: f32,
    },
}

impl<'a> Rows<'a> {
    /// Values, row-major `[rows, dim]`.
    ///
    /// # Errors
    /// [`RowsError`] if there is no row, the last one is not whole, or a value is not finite.
    pub fn new(values: &'a [f32], dim: usize) -> Result<Rows<'a>, RowsError> {
        if values.is_empty() || dim == 0 {
            return Err(RowsError::Empty { values: values.len(), dim });
        }
        if !values.len().is_multiple_of(dim) {
            return Err(RowsError::Partial { values: values.len(), dim });
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => {
                let (row, column, value) = (at / dim, at % dim, values[at]);
                Err(RowsError::NotFinite { row, column, value })
            }
            None => Ok(Rows { values, dim }),
        }
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

    /// The values, row-major `[rows, dim]`.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }
}
