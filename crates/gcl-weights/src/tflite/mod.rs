//! TFLite models: the weights of their convolutions and fully connected layers.
//!
//! A model names its tensors after whatever its converter joined, and two conversions differ. Here they are
//! `layers.N.weight` and `layers.N.bias`, where N counts the layers that have weights in the order of their
//! execution, and in PyTorch's order of axes: `[out, in / groups, height, width]`, `[out, in]`. Constants in half
//! precision go through an operator that widens them; they are read as they are. All other constants (sizes,
//! shapes) belong to operators without weights, and are left out.

mod flatbuffer;

use std::collections::BTreeMap;

use crate::file::{Contents, Storage};
use crate::region::{Bytes, Region};
use crate::view::View;
use crate::{Dtype, Fault, limits};
use flatbuffer::{FlatBuffer, Table};

/// What stands behind the first offset.
pub(crate) const MAGIC: &[u8; 4] = b"TFL3";

/// Operators that matter here, by their numbers in the format.
const CONV_2D: u32 = 3;
const DEPTHWISE_CONV_2D: u32 = 4;
const DEQUANTIZE: u32 = 6;
const FULLY_CONNECTED: u32 = 9;

/// Where a model begins in a file whose `first` bytes these are: at its start, or behind a few others, as in a
/// pack of a model and its labels.
pub(crate) fn start(first: &[u8]) -> Option<u64> {
    let begins = |at: usize| {
        let bytes = first.get(at..at + 8)?;
        let (root, magic) = bytes.split_first_chunk::<4>()?;
        let root = u32::from_le_bytes(*root);
        (magic == MAGIC && (8..1 << 16).contains(&root)).then_some(at as u64)
    };
    (0..first.len()).find_map(begins)
}

/// Reads the model that fills `all`: its tensors in the order of their use.
pub(crate) fn read(file: &Bytes, all: Region) -> Result<Contents, Fault> {
    let mut flat = FlatBuffer::new(file, all);
    let root = flat.root()?;
    if flat.u32(&root, 0)? != 3 {
        return Err(Fault::Tflite("its version is not 3"));
    }
    let mut codes = Vec::new();
    for code in flat.tables(&root, 1)? {
        // Numbers below 127 once stood in a byte of their own, and still do.
        codes.push(flat.u32(&code, 3)?.max(u32::from(flat.u8(&code, 0)?)));
    }
    let graph = flat.tables(&root, 2)?.into_iter().next();
    let graph = graph.ok_or(Fault::Tflite("it has no graph"))?;
    let tensors = flat.tables(&graph, 0)?;
    let operators = flat.tables(&graph, 3)?;
    let buffers = flat.tables(&root, 4)?;
    let mut reader =
        Reader { flat, tensors, buffers, widened: BTreeMap::new(), found: Contents::default() };
    let mut layers = 0;
    for operator in operators {
        let code = reader.flat.u32(&operator, 0)?;
        let code = codes.get(code as usize).copied();
        let code = code.ok_or(Fault::Tflite("an operator of a kind that is not listed"))?;
        let inputs = reader.flat.i32s(&operator, 1)?;
        match (code, &inputs[..]) {
            (DEQUANTIZE, [from]) => {
                let outputs = reader.flat.i32s(&operator, 2)?;
                reader.widened.extend(outputs.first().map(|to| (*to, *from)));
            }
            (CONV_2D | DEPTHWISE_CONV_2D | FULLY_CONNECTED, [_, weight, rest @ ..]) => {
                reader.add(format!("layers.{layers}.weight"), *weight, code)?;
                if let Some(bias) = rest.first().filter(|bias| **bias >= 0) {
                    reader.add(format!("layers.{layers}.bias"), *bias, 0)?;
                }
                layers += 1;
            }
            (CONV_2D | DEPTHWISE_CONV_2D | FULLY_CONNECTED, _) => {
                return Err(Fault::Tflite("a layer without weights"));
            }
            _ => {}
        }
    }
    if layers == 0 {
        return Err(Fault::Tflite("no layer in it has weights"));
    }
    Ok(reader.found)
}

struct Reader<'f> {
    flat: FlatBuffer<'f>,
    tensors: Vec<Table>,
    buffers: Vec<Table>,
    /// What constants in half precision become, and they.
    widened: BTreeMap<i32, i32>,
    found: Contents,
}

impl Reader<'_> {
    /// A constant of an operator, with the axes that PyTorch has.
    fn add(&mut self, name: String, tensor: i32, operator: u32) -> Result<(), Fault> {
        if self.found.tensors.len() >= limits::TENSORS {
            return Err(Fault::Limit { what: "tensors", max: limits::TENSORS as u64 });
        }
        let index = self.widened.get(&tensor).copied().unwrap_or(tensor);
        let tensor = usize::try_from(index).ok().and_then(|i| self.tensors.get(i)).cloned();
        let tensor = tensor.ok_or(Fault::Tflite("an operator of a tensor that is not listed"))?;
        let dtype = match self.flat.u8(&tensor, 1)? {
            _ if self.flat.has(&tensor, 6) => Err("sparse".to_owned()),
            0 => Ok(Dtype::F32),
            1 => Ok(Dtype::F16),
            3 => Ok(Dtype::U8),
            9 => Ok(Dtype::I8),
            other => Err(format!("TFLite's number {other}")),
        };
        let dtype = match dtype {
            Ok(dtype @ (Dtype::F32 | Dtype::F16)) => dtype,
            // Whole numbers stand for others by a scale.
            Ok(dtype) => return Err(Fault::Dtype { name, dtype: format!("quantised {dtype}") }),
            Err(dtype) => return Err(Fault::Dtype { name, dtype }),
        };
        let shape: Vec<i128> = self.flat.i32s(&tensor, 0)?.into_iter().map(i128::from).collect();
        let (shape, stride) = axes(&shape, operator)?;
        let buffer = self.flat.u32(&tensor, 2)?;
        let buffer = self.buffers.get(buffer as usize).cloned();
        let buffer = buffer.ok_or(Fault::Tflite("a tensor of a buffer that is not listed"))?;
        let region = self.flat.bytes(&buffer, 0)?;
        let region = region.ok_or(Fault::Tflite("a layer whose weights are computed"))?;
        let storage = self.found.storages.len() as u32;
        let view = View::new(storage, dtype, region.len / dtype.size(), 0, &shape, &stride)?;
        if view.bytes() != region.len {
            let (expected, found) = (view.bytes(), region.len);
            return Err(Fault::StorageLength { key: name, expected, found });
        }
        self.found.storages.push(Storage::new(region));
        self.found.tensors.push((name, view));
        Ok(())
    }
}

/// Sizes and steps of a constant in PyTorch's order.
fn axes(shape: &[i128], operator: u32) -> Result<(Vec<i128>, Vec<i128>), Fault> {
    if shape.iter().any(|n| !(0..=i128::from(i32::MAX)).contains(n)) || shape.len() > 4 {
        let (shape, stride) = (shape.to_vec(), Vec::new());
        return Err(Fault::Impossible { shape, stride, offset: 0 });
    }
    Ok(match (operator, shape) {
        (CONV_2D, &[out, h, w, inner]) => {
            (vec![out, inner, h, w], vec![h * w * inner, 1, w * inner, inner])
        }
        (DEPTHWISE_CONV_2D, &[1, h, w, out]) => (vec![out, 1, h, w], vec![1, 1, w * out, out]),
        (FULLY_CONNECTED, &[out, inner]) => (vec![out, inner], vec![inner, 1]),
        (0, &[out]) => (vec![out], vec![1]),
        _ => return Err(Fault::Tflite("weights of another rank than their layer's")),
    })
}
