//! Network weights as safetensors in PyTorch's layout: what a stored model holds, so that it can
//! be opened elsewhere.

use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore};

use crate::error::{CoreError, Result};

/// A network's parameters, linear weights as `[out, in]`.
///
/// # Errors
/// [`CoreError::State`] if they cannot be read from the device.
pub fn to_safetensors<M: ModuleSnapshot>(module: &M) -> Result<Vec<u8>> {
    // Without the store's metadata, whose order changes from call to call.
    let mut store =
        SafetensorsStore::from_bytes(None).with_to_adapter(BurnToPyTorchAdapter).clear_metadata();
    module.save_into(&mut store).map_err(|e| CoreError::State(e.to_string()))?;
    store.get_bytes().map_err(|e| CoreError::State(e.to_string()))
}

/// Fills a network with the parameters in a safetensors buffer; every one must be there, and no
/// other.
///
/// # Errors
/// [`CoreError::State`] naming the parameters that are missing, unused or of another shape.
pub fn from_safetensors<M: ModuleSnapshot>(mut module: M, bytes: Vec<u8>) -> Result<M> {
    let mut store =
        SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(PyTorchToBurnAdapter);
    let applied = module.load_from(&mut store).map_err(|e| CoreError::State(e.to_string()))?;
    match applied.missing.is_empty() && applied.unused.is_empty() && applied.errors.is_empty() {
        true => Ok(module),
        false => Err(CoreError::State(format!(
            "missing parameters {:?}, unused {:?}, errors {:?}",
            applied.missing, applied.unused, applied.errors
        ))),
    }
}
