//! Network weights as safetensors in PyTorch's layout, so that stored models can be opened elsewhere.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, Param};
use burn::store::{BurnToPyTorchAdapter, ModuleSnapshot, SafetensorsStore};
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

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
/// ```
/// use gcl_core::weights::{from_safetensors, to_safetensors};
/// use gcl_core::{AutoencoderConfig, Device, rng};
///
/// let (config, device) = (AutoencoderConfig::new(16), Device::flex());
/// let generator = config.init(&mut rng::stream(1, "generator", 0), &device)?;
/// let bytes = to_safetensors(&generator)?;
/// let copy = from_safetensors(config.zeros(&device)?, &bytes)?;
/// assert_eq!(to_safetensors(&copy)?, bytes);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
///
/// # Errors
/// [`CoreError::State`] if the buffer is damaged, or naming the parameters that are missing, unused
/// or of another shape or type.
pub fn from_safetensors<M: Module>(module: M, bytes: impl AsRef<[u8]>) -> Result<M> {
    let file =
        SafeTensors::deserialize(bytes.as_ref()).map_err(|e| CoreError::State(e.to_string()))?;
    let mut unread: BTreeMap<String, TensorView<'_>> =
        file.iter().map(|(name, view)| (name.to_owned(), view)).collect();
    let mut filler =
        Filler { unread: &mut unread, path: Vec::new(), kinds: Vec::new(), problems: Vec::new() };
    let module = module.map(&mut filler);
    let mut problems = std::mem::take(&mut filler.problems);
    problems.extend(unread.into_keys().map(|name| format!("{name}: unused")));
    match problems.is_empty() {
        true => Ok(module),
        false => Err(CoreError::State(problems.join("; "))),
    }
}

/// Walks a network and puts stored values in place of each parameter's.
///
/// Burn's own store copies values one by one and more than once, and reading the model takes most of the
/// time of scoring a short video.
struct Filler<'a, 'b> {
    unread: &'a mut BTreeMap<String, TensorView<'b>>,
    /// The names, and the types, of the modules around the parameter.
    path: Vec<String>,
    kinds: Vec<String>,
    problems: Vec<String>,
}

impl Filler<'_, '_> {
    /// The stored values of the parameter at the current path, in burn's layout.
    fn values(&mut self, shape: &[usize]) -> std::result::Result<Vec<f32>, String> {
        let kind = self.kinds.iter().rev().find(|kind| kind.starts_with("Struct:"));
        let linear = kind.is_some_and(|kind| kind == "Struct:Linear") && shape.len() == 2;
        let mut name = self.path.join(".");
        // PyTorch calls the scale and the shift of a normalisation weight and bias.
        if kind.is_some_and(|kind| kind == "Struct:BatchNorm") {
            for (burn, torch) in [(".gamma", ".weight"), (".beta", ".bias")] {
                if let Some(module) = name.strip_suffix(burn) {
                    name = format!("{module}{torch}");
                    break;
                }
            }
        }
        let view = self.unread.remove(&name).ok_or_else(|| format!("{name}: missing"))?;
        let expected: Vec<usize> = match linear {
            true => shape.iter().rev().copied().collect(),
            false => shape.to_vec(),
        };
        if view.dtype() != Dtype::F32 || view.shape() != expected {
            let (dtype, found) = (view.dtype(), view.shape());
            return Err(format!("{name}: {dtype:?} {found:?}, expected F32 {expected:?}"));
        }
        let (values, _) = view.data().as_chunks::<4>();
        Ok(match (linear, expected.as_slice()) {
            (true, &[rows, columns]) => transposed(values, rows, columns),
            _ => values.iter().map(|value| f32::from_le_bytes(*value)).collect(),
        })
    }
}

impl ModuleMapper for Filler<'_, '_> {
    fn enter_module(&mut self, name: &str, kind: &str) {
        self.path.push(name.to_owned());
        self.kinds.push(kind.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
        self.kinds.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = parameter.lazy_shape();
        match self.values(shape.as_slice()) {
            Ok(values) => {
                let (id, device) = (parameter.id, parameter.lazy_device());
                let tensor = Tensor::from_data(TensorData::new(values, shape), &device);
                parameter.transform_for_load(tensor, id)
            }
            Err(problem) => {
                self.problems.push(problem);
                parameter
            }
        }
    }
}

/// A row-major matrix of little-endian values as its transpose, in tiles that the cache holds.
fn transposed(values: &[[u8; 4]], rows: usize, columns: usize) -> Vec<f32> {
    const TILE: usize = 32;
    let mut out = vec![0.0; rows * columns];
    for top in (0..rows).step_by(TILE) {
        let bottom = rows.min(top + TILE);
        for left in (0..columns).step_by(TILE) {
            for column in left..columns.min(left + TILE) {
                let to = &mut out[column * rows + top..column * rows + bottom];
                for (row, to) in (top..bottom).zip(to) {
                    *to = f32::from_le_bytes(values[row * columns + column]);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::networks::{Autoencoder, AutoencoderConfig};
    use crate::rng::stream;
    use burn::tensor::Device;

    fn network(batch_norm: bool) -> Autoencoder {
        let mut config = AutoencoderConfig { hidden: vec![40, 3], ..AutoencoderConfig::new(5) };
        config.batch_norm = batch_norm;
        config.init(&mut stream(1, "weights", 0), &Device::flex()).unwrap()
    }

    #[test]
    fn weights_come_back_as_they_were() {
        for batch_norm in [false, true] {
            let bytes = to_safetensors(&network(batch_norm)).unwrap();
            let mut config = AutoencoderConfig { hidden: vec![40, 3], ..AutoencoderConfig::new(5) };
            config.batch_norm = batch_norm;
            let back = from_safetensors(config.zeros(&Device::flex()).unwrap(), &bytes).unwrap();
            assert_eq!(to_safetensors(&back).unwrap(), bytes);
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let other = |network: Autoencoder| {
            from_safetensors(network, to_safetensors(&self::network(false)).unwrap())
                .map(|_| ())
                .unwrap_err()
                .to_string()
        };
        let error = other(network(true));
        assert!(error.contains("norms.0.weight: missing"), "{error}");
        let wider = AutoencoderConfig { hidden: vec![40, 4], ..AutoencoderConfig::new(5) };
        let error = other(wider.zeros(&Device::flex()).unwrap());
        assert!(error.contains("layers.1.weight: F32 [3, 40], expected F32 [4, 40]"), "{error}");
        let shallow = AutoencoderConfig { hidden: vec![40], ..AutoencoderConfig::new(5) };
        let error = other(shallow.zeros(&Device::flex()).unwrap());
        assert!(error.contains("layers.2.weight: unused"), "{error}");
        assert!(from_safetensors(network(false), [0xff; 32]).is_err());
    }
}
