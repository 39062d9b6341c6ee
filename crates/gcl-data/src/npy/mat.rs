//! MATLAB's `.mat` of level 5 (versions 5 to 7): arrays of numbers, deflated or not. Newer ones are HDF5.

use std::path::Path;

use super::dtype::{Dtype, Kind};
use super::error::NpyError;
use super::hdf5::{self, is_hdf5};
use super::inflate::inflate;
use super::read::Npy;
use super::single::only_features;
use crate::file::{At, FileError};

/// Bytes of the largest file, and of all arrays in it, unpacked.
const MOST: usize = 1 << 31;

/// Bytes before the first array.
const HEADER: usize = 128;

const DEFLATED: u32 = 15;
const ARRAY: u32 = 14;

/// Opens the features in the file at `path`, `.mat` or `.h5`, in memory: its one array of numbers of two axes, neither
/// of them 1, or the one that is named so.
pub(super) fn open(path: &Path) -> Result<Npy, NpyError> {
    let length = std::fs::metadata(path).at(path)?.len();
    let refuse = |what: String| NpyError::from(FileError::new(path, what));
    if length > MOST as u64 {
        return Err(refuse(format!("{length} bytes; at most {MOST} of a .mat are read")));
    }
    let bytes = std::fs::read(path).at(path)?;
    if is_hdf5(&bytes) {
        return hdf5::read(path, bytes);
    }
    let damaged = || refuse("neither HDF5 nor MATLAB's level 5, or damaged".to_owned());
    let arrays = arrays(&bytes).ok_or_else(damaged)?;
    let candidates: Vec<(&str, &[usize])> =
        arrays.iter().map(|array| (array.name.as_str(), array.shape.as_slice())).collect();
    let array = only_features(&candidates).map_err(refuse)?;
    let MatArray { shape, dtype, values, .. } =
        arrays.into_iter().nth(array).ok_or_else(damaged)?;
    // MATLAB stores columns.
    Ok(Npy::of_raw(path, shape, dtype, true, values, length))
}

/// An array of numbers.
struct MatArray {
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
    values: Vec<u8>,
}

/// The arrays of numbers in a file; `None` if it is damaged.
fn arrays(bytes: &[u8]) -> Option<Vec<MatArray>> {
    let big_endian = match bytes.get(126..HEADER)? {
        b"IM" => false,
        b"MI" => true,
        _ => return None,
    };
    let mut found = Vec::new();
    let (mut rest, mut left) = (bytes.get(HEADER..)?, MOST);
    while !rest.is_empty() {
        let (kind, content, after) = element(rest, big_endian)?;
        match kind {
            DEFLATED => {
                // Two bytes of zlib's in front; its sum behind is not looked at.
                let unpacked = inflate(content.get(2..)?, left)?;
                left = left.checked_sub(unpacked.len())?;
                let (kind, content, _) = element(&unpacked, big_endian)?;
                if kind == ARRAY {
                    found.extend(array(content, big_endian)?);
                }
            }
            ARRAY => found.extend(array(content, big_endian)?),
            _ => {}
        }
        rest = after;
    }
    Some(found)
}

/// The first element of `bytes`: its kind, its content, and what is behind it.
fn element(bytes: &[u8], big_endian: bool) -> Option<(u32, &[u8], &[u8])> {
    let word = |at: usize| {
        let word = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(if big_endian { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
    };
    let first = word(0)?;
    if first >> 16 != 0 {
        // A small one, with its content in the place of its length.
        let content = bytes.get(4..4 + usize::try_from(first >> 16).ok()?.min(4))?;
        return Some((first & 0xffff, content, bytes.get(8..)?));
    }
    let length = word(4)? as usize;
    let content = bytes.get(8..8usize.checked_add(length)?)?;
    // All but deflated ones end at a multiple of eight; the last one may not.
    let padded = if first == DEFLATED { length } else { length.checked_next_multiple_of(8)? };
    Some((first, content, bytes.get(8 + padded..).unwrap_or_default()))
}

/// An array, if it is one of real numbers: `Some(None)` if it is of another kind, `None` if it is damaged.
fn array(content: &[u8], big_endian: bool) -> Option<Option<MatArray>> {
    let (_, flags, rest) = element(content, big_endian)?;
    let flags = *flags.first_chunk::<4>()?;
    let flags = if big_endian { u32::from_be_bytes(flags) } else { u32::from_le_bytes(flags) };
    // Classes 6 to 15 are numbers; of complex ones there are two lists.
    if !(6..=15).contains(&(flags & 0xff)) || flags & 0x800 != 0 {
        return Some(None);
    }
    let (_, sizes, rest) = element(rest, big_endian)?;
    let (_, name, rest) = element(rest, big_endian)?;
    let (kind, values, _) = element(rest, big_endian)?;
    // Values may be stored smaller than their class.
    let kind = match kind {
        1 => Kind::I1,
        2 => Kind::U1,
        3 => Kind::I2,
        4 => Kind::U2,
        5 => Kind::I4,
        6 => Kind::U4,
        7 => Kind::F4,
        9 => Kind::F8,
        12 => Kind::I8,
        13 => Kind::U8,
        _ => return None,
    };
    let dtype = Dtype { kind, big_endian: big_endian && !matches!(kind, Kind::I1 | Kind::U1) };
    let size = |word: &[u8; 4]| {
        let size = if big_endian { i32::from_be_bytes(*word) } else { i32::from_le_bytes(*word) };
        usize::try_from(size).ok()
    };
    let shape = sizes.as_chunks::<4>().0.iter().map(size).collect::<Option<Vec<usize>>>()?;
    let count = shape.iter().try_fold(1usize, |all, axis| all.checked_mul(*axis))?;
    if shape.len() > super::MAX_RANK || Some(values.len()) != count.checked_mul(dtype.size()) {
        return None;
    }
    let name = String::from_utf8_lossy(name).into_owned();
    Some(Some(MatArray { name, shape, dtype, values: values.to_vec() }))
}
