//! The errors of `.npy` files, one variant per fault.

use std::path::PathBuf;

use thiserror::Error;

use crate::file::FileError;
/// Why a `.npy` file was not read or written. Every variant names the file.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum NpyError {
    /// Opening, reading or writing failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A folder, pipe or device.
    #[error("{0}: not a regular file")]
    NotAFile(PathBuf),
    /// The first six bytes are not `.npy`'s.
    #[error("{0}: not a .npy file (its first bytes are not \\x93NUMPY)")]
    Magic(PathBuf),
    /// A format version other than 1, 2 or 3.
    #[error("{path}: .npy format version {major}.{minor}; 1.0, 2.0 and 3.0 are read")]
    Version { path: PathBuf, major: u8, minor: u8 },
    /// An implausibly long header.
    #[error("{path}: the header claims {found} bytes; at most {max} are accepted")]
    HeaderLength { path: PathBuf, found: usize, max: usize },
    /// The file ends within its header.
    #[error("{0}: the file ends within its header")]
    HeaderCut(PathBuf),
    /// The header is not the dictionary it should be.
    #[error(
        "{path}: bad header `{found}`; expected a dictionary such as \
         {{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}"
    )]
    Literal { path: PathBuf, found: String },
    /// A Python object array: reading it means running code.
    #[error("{0}: an object array (pickle); save it as numbers, e.g. arr.astype('float32')")]
    Object(PathBuf),
    /// A structured type, with named fields.
    #[error("{0}: a structured array; save one field as a plain array")]
    Structured(PathBuf),
    /// An element type that is not read.
    #[error(
        "{path}: element type `{descr}` is not read (bool, integers and floats of up to 8 bytes are)"
    )]
    Dtype { path: PathBuf, descr: String },
    /// More dimensions than are read.
    #[error("{path}: {found} dimensions; at most {max} are read", max = super::MAX_RANK)]
    Rank { path: PathBuf, found: usize },
    /// The shape's size does not fit into 64 bits.
    #[error("{path}: shape {shape:?} is larger than any file")]
    Overflow { path: PathBuf, shape: Vec<usize> },
    /// The file is shorter than its header claims.
    #[error(
        "{path}: shape {shape:?} of {dtype} needs {expected} bytes of data, the file has {found}"
    )]
    Truncated { path: PathBuf, shape: Vec<usize>, dtype: String, expected: u64, found: u64 },
    /// The file is longer than its header claims.
    #[error("{path}: {extra} bytes follow the data of shape {shape:?}")]
    Trailing { path: PathBuf, shape: Vec<usize>, extra: u64 },
    /// The file's length changed since it was opened.
    #[error("{path}: the file had {expected} bytes when it was opened and now has {found}")]
    Changed { path: PathBuf, expected: u64, found: u64 },
    /// A NaN or an infinity, or an `f8` too large for `f4`.
    #[error("{path}: {value} at row {row}, column {column}; every value must be a finite number")]
    NotFinite { path: PathBuf, row: usize, column: usize, value: f32 },
    /// A mask's value other than 0 and 1.
    #[error("{path}: {value} at position {position} of a mask; only 0 and 1 are allowed")]
    NotBool { path: PathBuf, position: usize, value: f32 },
    /// Rows outside the array.
    #[error("{path}: rows {start}..{end} were requested, but the array has {rows}")]
    Rows { path: PathBuf, start: usize, end: usize, rows: usize },
    /// The values do not fit into memory.
    #[error("{path}: no memory for {values} values")]
    Memory { path: PathBuf, values: usize },
    /// The caller's shape and data do not fit each other.
    #[error("{path}: shape {shape:?} does not fit {found} values")]
    Shape { path: PathBuf, shape: Vec<usize>, found: usize },
}
