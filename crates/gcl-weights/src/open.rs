//! Opening a weight file: which format it is, and where its tensors are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::OnceLock;

use crate::file::{Storage, TensorInfo};
use crate::limits::{self, WorkBudget};
use crate::pickle::StorageRecord;
use crate::region::{self, Bytes, Region};
use crate::torch::{Content, archive, legacy, scalars, state};
use crate::view::View;
use crate::{Fault, Format, Scalar, WeightError, WeightFile, safetensors};

/// Opens a weight file and reads its table of contents.
///
/// The tensors are taken from one of the usual places: under `state_dict`, `model_state_dict`,
/// `model_state`, `model`, `net`, `network`, `module`, `weights` or `params`, in this order; else the
/// top level, if it has tensors; else the only dict that has some. [`WeightFile::location`] returns the
/// place.
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

/// As [`read`], of a file that is part of the program; `name` takes the place of its path, in messages.
///
/// # Errors
/// [`WeightError::Content`] with what is wrong.
pub fn read_bytes(name: &str, bytes: &'static [u8]) -> Result<WeightFile, WeightError> {
    let path = Path::new(name);
    contents(path, Bytes::Memory(bytes), bytes.len() as u64, None)
        .map_err(|fault| WeightError::Content { path: path.to_owned(), fault })
}

fn open(path: &Path, location: Option<&str>) -> Result<WeightFile, WeightError> {
    let io = |source| WeightError::Io { path: path.to_owned(), source };
    // Asked before opening: opening a pipe would wait for its other end.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err(WeightError::NotAFile(path.to_owned()));
    }
    let file = File::open(path).map_err(io)?;
    let len = file.metadata().map_err(io)?.len();
    contents(path, Bytes::File(file), len, location)
        .map_err(|fault| WeightError::Content { path: path.to_owned(), fault })
}

fn contents(
    path: &Path,
    file: Bytes,
    len: u64,
    location: Option<&str>,
) -> Result<WeightFile, Fault> {
    let format = detect(&file, len)?;
    let mut budget = WorkBudget::new();
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
    let storage = |record: &StorageRecord| Storage {
        region: record.region.unwrap_or(Region { at: 0, len: 0 }),
        checksum: record.checksum,
        verified: OnceLock::new(),
    };
    let storages = graph.storages.iter().map(storage).collect();
    table_of(path, file, len, format, table, storages, metadata)
}

fn table_of(
    path: &Path,
    file: Bytes,
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
    Ok(WeightFile { path, file, bytes: len, format, location, tensors, index, storages, metadata })
}

/// The format, by the first bytes. `Pickle` may turn out to be `TorchLegacy`.
fn detect(file: &Bytes, len: u64) -> Result<Format, Fault> {
    let mut first = [0; 512];
    let first = first.get_mut(..len.min(512) as usize).unwrap_or_default();
    region::read_at(file, first, 0)?;
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
