//! Inputs that are not finite are refused before a network sees them: a ReLU turns NaN into 0, and the
//! score would look plausible.

use burn::tensor::Tensor;

use crate::cooperative::to_host;
use crate::error::Result;

/// An error for a tensor with a NaN or an infinity, naming its position.
pub(crate) fn ensure_finite_tensor<const D: usize>(what: &str, tensor: &Tensor<D>) -> Result<()> {
    // A sum is cheap; the values are copied to the host only if it is not finite.
    if tensor.clone().sum().into_scalar::<f32>().is_finite() {
        return Ok(());
    }
    to_host(what, tensor.clone().reshape([-1])).map(drop)
}
