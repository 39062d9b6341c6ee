//! NumPy's `.npy` files, format versions 1 to 3, of rank 5 at most.
//!
//! Read: booleans, integers of 1 to 8 bytes and floats of 2, 4 and 8 bytes, little- or big-endian,
//! in C or Fortran order. Written: little-endian `f4`, and `u1` row by row, in C order. Object and
//! structured arrays are refused, and so is a file whose length is not exactly what its header claims,
//! before anything is allocated for it.
//!
//! It is written here because a file's length must be held against its header before anything is allocated, and
//! because rows are written before anyone knows how many there will be.

mod at;
mod dtype;
mod error;
mod hdf5;
mod header;
mod inflate;
mod literal;
mod mat;
mod npz;
mod numbers;
mod read;
mod rows;
mod single;
mod write;

pub use dtype::{Dtype, Kind};
pub use error::NpyError;
pub(crate) use numbers::is_numbers;
pub use read::Npy;
pub(crate) use read::check_finite;
pub use rows::{Element, RowWriter};
pub use write::write_f32;

/// Opens an array by its file's extension, in whatever letters: `.npz`, `.mat`, `.h5`, `.hdf5`, `.txt`, `.csv`, or `.npy`. All but the
/// last are read into memory.
pub(crate) fn open_any(path: &std::path::Path) -> Result<Npy, NpyError> {
    let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    match extension.as_deref() {
        Some("npz") => npz::open(path),
        Some("mat" | "h5" | "hdf5") => mat::open(path),
        Some("txt" | "csv") => numbers::open(path),
        _ => Npy::open(path),
    }
}

/// The largest number of dimensions that is read or written.
pub const MAX_RANK: usize = 5;
