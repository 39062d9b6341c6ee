//! Refusing inputs that are not finite before a network sees them: a ReLU turns NaN into 0, and
//! the score would look sound.

use burn::tensor::Tensor;

use crate::error::{CoreError, Result, ensure_finite};

/// Refuses a tensor with a value that is NaN or infinite, naming its position.
pub(crate) fn ensure_finite_tensor<const D: usize>(what: &str, tensor: &Tensor<D>) -> Result<()> {
    // A sum tells cheaply; only a bad one makes the values travel.
    if tensor.clone().sum().into_scalar::<f32>().is_finite() {
        return Ok(());
    }
    let data = tensor.clone().into_data().convert::<f32>();
    let values =
        data.try_to_vec::<f32>().map_err(|e| CoreError::State(format!("{what}: {e:?}")))?;
    ensure_finite(what, &values)
}
