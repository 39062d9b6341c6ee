//! Writing `<f4` arrays.

use std::io::Write;
use std::path::Path;

use super::error::NpyError;
use super::header::MAGIC;
use crate::atomic::write_atomic;

/// Writes `data`, in C order, as an array of `shape`: format version 1.0, little-endian `f4`. The
/// file is written atomically ([`write_atomic`]).
///
/// # Errors
/// [`NpyError::Rank`], [`NpyError::Shape`] unless `shape` holds as many values as `data`,
/// [`NpyError::NotFinite`] for a NaN or infinity, which the readers here refuse,
/// [`NpyError::File`].
pub fn write_f32(path: &Path, shape: &[usize], data: &[f32]) -> Result<(), NpyError> {
    if shape.len() > super::MAX_RANK {
        return Err(NpyError::Rank { path: path.to_owned(), found: shape.len() });
    }
    let values = shape.iter().try_fold(1usize, |n, &axis| n.checked_mul(axis));
    if values != Some(data.len()) {
        let (path, shape, found) = (path.to_owned(), shape.to_owned(), data.len());
        return Err(NpyError::Shape { path, shape, found });
    }
    let row = shape.iter().skip(1).product::<usize>().max(1);
    super::read::check_finite(path, data, 0, row)?;
    let header = header("<f4", shape);
    Ok(write_atomic(path, |out| {
        out.write_all(&header)?;
        let mut bytes = Vec::with_capacity(1 << 16);
        for part in data.chunks(1 << 14) {
            bytes.clear();
            bytes.extend(part.iter().flat_map(|v| v.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        Ok(())
    })?)
}

/// Everything before the data, filled with spaces so that the data starts at a multiple of 64.
pub(super) fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let axes: Vec<String> = shape.iter().map(|axis| format!("{axis},")).collect();
    let axes = axes.join(" ");
    // NumPy itself writes `(3,)` and `(3, 4)`.
    let axes = if shape.len() > 1 { axes.trim_end_matches(',') } else { &axes };
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({axes}), }}");
    let length = (10 + text.len() + 1).next_multiple_of(64) - 10;
    let mut header = Vec::with_capacity(10 + length);
    header.extend(MAGIC);
    header.extend([1, 0]);
    // At most five axes of at most 20 digits: far below 65,536.
    header.extend((length as u16).to_le_bytes());
    header.extend(format!("{text:<width$}\n", width = length - 1).as_bytes());
    header
}
