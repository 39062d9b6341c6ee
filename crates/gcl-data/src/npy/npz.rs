//! NumPy's `.npz`: a zip archive of `.npy` files, stored or deflated.

use std::path::Path;

use super::error::NpyError;
use super::inflate::inflate;
use super::read::Npy;
use super::single::only_features;
use crate::file::{At, FileError};

/// Bytes of the largest archive, and of all arrays in one, unpacked.
const MOST: u64 = 1 << 31;

/// Opens the one array of features in the archive at `path`, in memory: the only one with two axes or more, or the one
/// named so. Arrays beside it, such as a label or a frame rate, have fewer.
pub(super) fn open(path: &Path) -> Result<Npy, NpyError> {
    let length = std::fs::metadata(path).at(path)?.len();
    let refuse = |what: String| NpyError::from(FileError::new(path, what));
    if length > MOST {
        return Err(refuse(format!("{length} bytes; at most {MOST} of an archive are read")));
    }
    let bytes = std::fs::read(path).at(path)?;
    let damaged = || refuse("a damaged archive (.npz)".to_owned());
    let entries = entries(&bytes).ok_or_else(damaged)?;
    let mut found: Vec<(String, Npy)> = Vec::new();
    for Entry { name, method, packed, size } in entries {
        let Some(name) = name.strip_suffix(".npy") else { continue };
        let values = match method {
            0 => packed.to_vec(),
            8 => inflate(packed, size).filter(|v| v.len() == size).ok_or_else(damaged)?,
            _ => {
                return Err(refuse(format!(
                    "`{name}` is packed by method {method}; 0 and 8 are read"
                )));
            }
        };
        match Npy::of_bytes(path, values, length) {
            Ok(npy) => found.push((name.to_owned(), npy)),
            // A side array of text or objects is nobody's features.
            Err(NpyError::Object(_) | NpyError::Dtype { .. } | NpyError::Structured(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let shapes: Vec<(&str, &[usize])> =
        found.iter().map(|(name, npy)| (name.as_str(), npy.shape())).collect();
    let only = only_features(&shapes).map_err(refuse)?;
    found.into_iter().nth(only).map(|(_, npy)| npy).ok_or_else(damaged)
}

/// A file in an archive.
struct Entry<'a> {
    name: String,
    method: u16,
    packed: &'a [u8],
    size: usize,
}

/// The files of an archive, by the directory at its end.
fn entries(bytes: &[u8]) -> Option<Vec<Entry<'_>>> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?) as usize);
    // The record at the end may be followed by a comment.
    let last = bytes.len().checked_sub(22)?;
    let end = (last.saturating_sub(0xffff)..=last).rev();
    let end = end.into_iter().find(|at| bytes.get(*at..at + 4) == Some(b"PK\x05\x06"))?;
    let (count, mut at) = (u16_at(end + 10)?, u32_at(end + 16)?);
    let mut entries = Vec::new();
    let mut unpacked = 0u64;
    for _ in 0..count {
        if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (mut packed, mut size, start) = (u32_at(at + 20)?, u32_at(at + 24)?, u32_at(at + 42)?);
        let (name, extra) = (usize::from(u16_at(at + 28)?), usize::from(u16_at(at + 30)?));
        let comment = usize::from(u16_at(at + 32)?);
        // NumPy writes sizes of 64 bits (an extra field of kind 1) whether or not they are needed.
        let wide = bytes.get(at + 46 + name..at + 46 + name + extra)?;
        if let [1, 0, _, _, rest @ ..] = wide {
            let mut wide = rest.as_chunks::<8>().0.iter().map(|v| u64::from_le_bytes(*v));
            for slot in [&mut size, &mut packed] {
                if *slot == u32::MAX as usize {
                    *slot = usize::try_from(wide.next()?).ok()?;
                }
            }
        }
        let text = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned();
        // The header in front of the bytes has lengths of its own.
        let own = usize::from(u16_at(start.checked_add(26)?)?);
        let before = start + 30 + own + usize::from(u16_at(start + 28)?);
        let packed = bytes.get(before..before.checked_add(packed)?)?;
        // Together, since entries may share their bytes.
        unpacked = unpacked.saturating_add(size as u64);
        if unpacked > MOST {
            return None;
        }
        entries.push(Entry { name: text, method: u16_at(at + 10)?, packed, size });
        at += 46 + name + extra + comment;
    }
    Some(entries)
}
