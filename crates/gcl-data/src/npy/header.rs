//! The part of a `.npy` file before its data, checked against the file's length.

use std::io::{self, Read};
use std::path::Path;

use super::dtype::Dtype;
use super::error::NpyError;
use super::literal::{self, Descr};
use crate::file::At;
use crate::quote::shorten;

pub(super) const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// Usual headers take about 118 bytes; this leaves room without letting a file ask for gigabytes.
const MAX_HEADER: usize = 1 << 16;

/// A header's content, checked against the file's length.
#[derive(Debug)]
pub(super) struct NpyHeader {
    pub dtype: Dtype,
    pub fortran_order: bool,
    pub shape: Vec<usize>,
    /// Values in all.
    pub values: usize,
    /// Values in one row, i.e. in one step of the first axis.
    pub row: usize,
    /// Where the data starts.
    pub offset: u64,
}

/// Reads the header of a file of `length` bytes from its start.
pub(super) fn read(path: &Path, length: u64, mut file: impl Read) -> Result<NpyHeader, NpyError> {
    let mut take = |bytes: &mut [u8]| match file.read_exact(bytes) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
            Err(NpyError::HeaderCut(path.to_owned()))
        }
        read => Ok(read.at(path)?),
    };
    let mut magic = [0; 6];
    // A file shorter than the magic bytes is no .npy file either.
    if length < 6 || take(&mut magic).is_err() || magic != *MAGIC {
        return Err(NpyError::Magic(path.to_owned()));
    }
    let mut version = [0; 2];
    take(&mut version)?;
    let (prefix, found) = match version {
        [1, 0] => {
            let mut size = [0; 2];
            take(&mut size)?;
            (10, usize::from(u16::from_le_bytes(size)))
        }
        [2 | 3, 0] => {
            let mut size = [0; 4];
            take(&mut size)?;
            (12, usize::try_from(u32::from_le_bytes(size)).unwrap_or(usize::MAX))
        }
        [major, minor] => {
            return Err(NpyError::Version { path: path.to_owned(), major, minor });
        }
    };
    if found > MAX_HEADER {
        return Err(NpyError::HeaderLength { path: path.to_owned(), found, max: MAX_HEADER });
    }
    let mut text = vec![0; found];
    take(&mut text)?;
    judge(path, &text, length, prefix + found as u64)
}

/// The header's text against the file's length.
fn judge(path: &Path, text: &[u8], length: u64, offset: u64) -> Result<NpyHeader, NpyError> {
    let text = String::from_utf8_lossy(text);
    let literal = literal::parse(&text).ok_or_else(|| {
        let found = shorten(text.trim_end(), 120);
        NpyError::Literal { path: path.to_owned(), found }
    })?;
    let descr = match literal.descr {
        Descr::Structured => return Err(NpyError::Structured(path.to_owned())),
        Descr::Plain(descr) if descr.contains('O') => {
            return Err(NpyError::Object(path.to_owned()));
        }
        Descr::Plain(descr) => descr,
    };
    let Some(dtype) = Dtype::parse(&descr) else {
        return Err(NpyError::Dtype { path: path.to_owned(), descr });
    };
    let shape = literal.shape;
    if shape.len() > super::MAX_RANK {
        return Err(NpyError::Rank { path: path.to_owned(), found: shape.len() });
    }
    let product = |axes: &[usize]| axes.iter().try_fold(1usize, |n, &axis| n.checked_mul(axis));
    let sizes = product(&shape)
        .zip(product(shape.get(1..).unwrap_or_default()))
        .and_then(|(values, row)| Some((values, row, values.checked_mul(dtype.size())?)));
    let Some((values, row, bytes)) = sizes else {
        return Err(NpyError::Overflow { path: path.to_owned(), shape });
    };
    let (expected, found) = (bytes as u64, length.saturating_sub(offset));
    if found < expected {
        let (path, dtype) = (path.to_owned(), dtype.to_string());
        return Err(NpyError::Truncated { path, shape, dtype, expected, found });
    }
    if found > expected {
        let extra = found - expected;
        return Err(NpyError::Trailing { path: path.to_owned(), shape, extra });
    }
    Ok(NpyHeader { dtype, fortran_order: literal.fortran_order, shape, values, row, offset })
}
