//! Opening a weight file: which format it is, and where its tensors are.

use std::fs::{self, File};
use std::path::Path;
use std::sync::OnceLock;

use crate::file::{Contents, Storage, TensorInfo};
use crate::limits::{self, WorkBudget};
use crate::pickle::StorageRecord;
use crate::region::{self, Bytes, Region};
use crate::torch::{Content, archive, legacy, scalars, state};
use crate::{Fault, Format, WeightError, WeightFile, flax, safetensors, tflite};

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
    let (format, at) = detect(&file, len)?;
    let content = Region { at, len: len - at };
    let flat = matches!(format, Format::Safetensors | Format::Tflite);
    if let Some(location) = location.filter(|l| flat && !l.is_empty()) {
        let (location, found) = (location.to_owned(), vec!["the top".to_owned()]);
        return Err(Fault::Location { location, found });
    }
    let mut budget = WorkBudget::new();
    let (format, found) = match format {
        Format::TorchZip => (format, pickled(archive::read(&file, len, &mut budget)?, location)?),
        Format::TorchLegacy | Format::Pickle => {
            let (content, legacy) = legacy::read_either(&file, content, &mut budget, false)?;
            let format = if legacy { Format::TorchLegacy } else { Format::Pickle };
            (format, pickled(content, location)?)
        }
        Format::Safetensors => (format, safetensors::read(&file, len)?),
        Format::Tflite => (format, tflite::read(&file, content)?),
    };
    let Contents { location, tensors, storages, metadata } = found;
    let bytes = tensors.iter().fold(0u64, |sum, (_, view)| sum.saturating_add(view.bytes()));
    let max = limits::tensor_bytes(len);
    if bytes > max {
        return Err(Fault::Limit { what: "bytes of tensors in a file of this size", max });
    }
    let index = tensors.iter().enumerate().map(|(i, (name, _))| (name.clone(), i)).collect();
    let tensors = tensors.into_iter().map(|(name, view)| TensorInfo { name, view }).collect();
    let path = path.to_owned();
    Ok(WeightFile {
        path,
        file,
        bytes: len,
        content,
        format,
        location,
        tensors,
        index,
        storages,
        metadata,
    })
}

/// The state dict of a pickle, and all else that it says.
fn pickled(content: Content, location: Option<&str>) -> Result<Contents, Fault> {
    let Content { graph, root } = content;
    let (location, mut tensors) = state::locate(&graph, root, location)?;
    let metadata = scalars::collect(&graph, root)?;
    let storage = |record: &StorageRecord| Storage {
        region: Some(record.region.unwrap_or(Region { at: 0, len: 0 })),
        checksum: record.checksum,
        verified: OnceLock::new(),
    };
    let mut storages = graph.storages.iter().map(storage).collect();
    flax::adapt(&mut tensors, &mut storages);
    Ok(Contents { location, tensors, storages, metadata })
}

/// The format, by the first bytes, and where it begins. `Pickle` may turn out to be `TorchLegacy`.
fn detect(file: &Bytes, len: u64) -> Result<(Format, u64), Fault> {
    let mut first = vec![0; len.min(limits::MODEL_START) as usize];
    region::read_at(file, &mut first, 0)?;
    let tar = first.get(257..262) == Some(b"ustar");
    let format = match *first {
        _ if tar => return Err(Fault::OldTar),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Format::TorchZip,
        // A header's length, below 4 GiB, and the start of a JSON object: nothing else begins so.
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Format::Safetensors,
        // Before pickles: an offset's first byte may be any.
        [_, _, _, _, b'T', b'F', b'L', b'3', ..] => Format::Tflite,
        [0x80, ..] | [b'}' | b']' | b'(' | b')' | b'c', ..] => Format::Pickle,
        _ => {
            let first8 = || first.iter().take(8).copied().collect();
            let start = tflite::start(&first);
            return Ok((Format::Tflite, start.ok_or_else(|| Fault::Format { first: first8() })?));
        }
    };
    Ok((format, 0))
}
