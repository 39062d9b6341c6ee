//! Maps high-dimensional points to a plane for plotting: principal components, then t-SNE.

mod pca;
mod tsne;

pub use pca::principal_components;
pub use tsne::{MAX_POINTS, TsneOptions, tsne};

use crate::EvalError;

/// The number of rows; an error for a matrix that is empty, ragged or not finite.
fn check(values: &[f32], dim: usize) -> Result<usize, EvalError> {
    if dim == 0 || values.is_empty() || !values.len().is_multiple_of(dim) {
        return Err(EvalError::Matrix { values: values.len(), dim });
    }
    match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((i, value)) => {
            Err(EvalError::NotPoint { point: i / dim, column: i % dim, value: *value })
        }
        None => Ok(values.len() / dim),
    }
}
