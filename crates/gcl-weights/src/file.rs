//! A weight file's table of contents.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::region::{Bytes, Region};
use crate::view::View;
use crate::{Dtype, Scalar};

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// PyTorch's zip archive, written since version 1.6.
    TorchZip,
    /// PyTorch's sequence of pickles, written from 0.2 to 1.5.
    TorchLegacy,
    /// A state dict pickled without PyTorch's `save`.
    Pickle,
    /// Safetensors.
    Safetensors,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::TorchZip => "PyTorch zip",
            Format::TorchLegacy => "PyTorch legacy",
            Format::Pickle => "pickle",
            Format::Safetensors => "safetensors",
        })
    }
}

/// A tensor of a file: its name, type and shape.
#[derive(Debug, Clone)]
pub struct TensorInfo {
    pub(crate) name: String,
    pub(crate) view: View,
}

impl TensorInfo {
    /// The name, with the names of nested dicts in front, separated by dots.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.view.dtype
    }

    /// The shape; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        &self.view.shape
    }

    /// The number of elements.
    pub fn elements(&self) -> u64 {
        self.view.elements
    }
}

/// Bytes that tensors lie in.
#[derive(Debug)]
pub(crate) struct Storage {
    pub region: Region,
    /// The CRC-32 that the file gives, and whether it has been held against the bytes.
    pub checksum: Option<u32>,
    pub verified: OnceLock<()>,
}

/// An open weight file. Its tensors are read on demand.
#[derive(Debug)]
pub struct WeightFile {
    /// The file's path.
    pub path: PathBuf,
    pub(crate) file: Bytes,
    /// The file's length in bytes.
    pub bytes: u64,
    /// The file's format.
    pub format: Format,
    /// Where in the file the tensors are, as `state_dict`; empty for the top.
    pub location: String,
    /// The tensors, in the file's order.
    pub tensors: Vec<TensorInfo>,
    pub(crate) index: BTreeMap<String, usize>,
    pub(crate) storages: Vec<Storage>,
    /// The scalars beside the tensors by their dotted path: `epoch`, `arch`, `args.seg_len`; for
    /// safetensors, the entries of `__metadata__`. Large tables, and values nested in more than four
    /// dicts, are left out.
    pub metadata: BTreeMap<String, Scalar>,
}

impl WeightFile {
    /// The number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there are no tensors.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(*self.index.get(name)?)
    }
}
