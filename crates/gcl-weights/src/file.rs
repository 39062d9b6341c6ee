//! A weight file's table of contents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::limits::{self, Budget};
use crate::region::{Region, read_at as read_bytes};
use crate::torch::{Content, archive, legacy, scalars, state};
use crate::view::View;
use crate::{Dtype, Fault, Scalar, WeightError, safetensors};

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// PyTorch's zip archive, written since version 1.6.
    TorchZip,
    /// PyTorch's row of pickles, written from 0.2 to 1.5.
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
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of the elements.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.view.dtype
    }

    /// The shape; empty for a scalar.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.view.shape
    }

    /// The number of elements.
    #[must_use]
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

/// An open weight file. Its tensors are read when they are asked for.
#[derive(Debug)]
pub struct WeightFile {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
    len: u64,
    format: Format,
    location: String,
    tensors: Vec<TensorInfo>,
    index: BTreeMap<String, usize>,
    pub(crate) storages: Vec<Storage>,
    metadata: BTreeMap<String, Scalar>,
}

/// Opens a weight file and reads its table of contents.
///
/// The tensors are looked for in the usual places: under `state_dict`, `model_state_dict`,
/// `model_state`, `model`, `net`, `network`, `module`, `weights` or `params`, in this order; else at
/// the top, if there are tensors; else in the only dict that has some. [`WeightFile::location`] says
/// where they were.
///
/// # Errors
/// [`WeightError::Io`], [`WeightError::NotAFile`], or [`WeightError::Content`] with what is wrong.
pub fn read(path: impl AsRef<Path>) -> Result<WeightFile, WeightError> {
    open(path.as_ref(), None)
}

/// As [`read`], with the tensors of the dict at `location`: keys joined by dots, empty for the top.
///
/// # Errors
/// As [`read`]; also if there are no tensors at that place.
pub fn read_at(path: impl AsRef<Path>, location: &str) -> Result<WeightFile, WeightError> {
    open(path.as_ref(), Some(location))
}

fn open(path: &Path, location: Option<&str>) -> Result<WeightFile, WeightError> {
    let io = |source| WeightError::Io { path: path.to_owned(), source };
    // Asked before opening: opening a pipe would wait for its other end.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(WeightError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(io)?;
    let len = file.metadata().map_err(io)?.len();
    contents(path, file, len, location)
        .map_err(|fault| WeightError::Content { path: path.to_owned(), fault })
}

fn contents(
    path: &Path,
    file: File,
    len: u64,
    location: Option<&str>,
) -> Result<WeightFile, Fault> {
    let format = detect(&file, len)?;
    let mut budget = Budget::new();
    let all = Region { at: 0, len };
    let (format, content) = match format {
        Format::TorchZip => (format, archive::read(&file, len, &mut budget)?),
        Format::TorchLegacy | Format::Pickle => {
            match legacy::read_either(&file, all, &mut budget, false)? {
                (content, true) => (Format::TorchLegacy, content),
                (content, false) => (Format::Pickle, content),
            }
        }
        Format::Safetensors => {
            let header = safetensors::read(&file, len)?;
            if let Some(location) = location.filter(|l| !l.is_empty()) {
                let (location, found) = (location.to_owned(), vec!["the top".to_owned()]);
                return Err(Fault::Location { location, found });
            }
            let table = (String::new(), header.tensors);
            return table_of(path, file, len, format, table, header.storages, header.metadata);
        }
    };
    let Content { graph, root } = content;
    let table = state::locate(&graph, root, location)?;
    let metadata = scalars::collect(&graph, root)?;
    let storage = |record: &crate::pickle::StorageRecord| Storage {
        region: record.region.unwrap_or(Region { at: 0, len: 0 }),
        checksum: record.checksum,
        verified: OnceLock::new(),
    };
    let storages = graph.storages.iter().map(storage).collect();
    table_of(path, file, len, format, table, storages, metadata)
}

fn table_of(
    path: &Path,
    file: File,
    len: u64,
    format: Format,
    (location, tensors): (String, Vec<(String, View)>),
    storages: Vec<Storage>,
    metadata: BTreeMap<String, Scalar>,
) -> Result<WeightFile, Fault> {
    let bytes = tensors.iter().fold(0u64, |sum, (_, view)| sum.saturating_add(view.bytes()));
    let max = limits::tensor_bytes(len);
    if bytes > max {
        return Err(Fault::Limit { what: "bytes of tensors in a file of this size", max });
    }
    let index = tensors.iter().enumerate().map(|(i, (name, _))| (name.clone(), i)).collect();
    let tensors = tensors.into_iter().map(|(name, view)| TensorInfo { name, view }).collect();
    let path = path.to_owned();
    Ok(WeightFile { path, file, len, format, location, tensors, index, storages, metadata })
}

/// The format, by the first bytes. `Pickle` may turn out to be `TorchLegacy`.
fn detect(file: &File, len: u64) -> Result<Format, Fault> {
    let mut first = [0; 512];
    let first = first.get_mut(..len.min(512) as usize).unwrap_or_default();
    read_bytes(file, first, 0)?;
    let tar = first.get(257..262) == Some(b"ustar");
    match *first {
        _ if tar => Err(Fault::OldTar),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Ok(Format::TorchZip),
        // A header's length, below 4 GiB, and the start of a JSON object: nothing else begins so.
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Ok(Format::Safetensors),
        [0x80, ..] | [b'}' | b']' | b'(' | b')' | b'c', ..] => Ok(Format::Pickle),
        _ => Err(Fault::Format { first: first.iter().take(8).copied().collect() }),
    }
}

impl WeightFile {
    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's length in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.len
    }

    /// The file's format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Where in the file the tensors are, as `state_dict`; empty for the top.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The tensors, in the file's order.
    #[must_use]
    pub fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    /// The number of tensors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there are no tensors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// The tensor of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&TensorInfo> {
        self.tensors.get(*self.index.get(name)?)
    }

    /// The scalars beside the tensors by their dotted place: `epoch`, `arch`, `args.seg_len`; for
    /// safetensors, the entries of `__metadata__`. Large tables, and what stands within more than
    /// four dicts, are left out.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, Scalar> {
        &self.metadata
    }

    /// The names, sorted.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&str> {
        self.index.keys().map(String::as_str).collect()
    }
}
