//! HDF5, and MATLAB's `.mat` of version 7.3, which is HDF5.

use std::path::Path;

use hdf5_reader::{ByteOrder, Dataset, Datatype, Hdf5File, OpenOptions};

use super::dtype::{Dtype, Kind};
use super::error::NpyError;
use super::read::Npy;
use super::single::only_features;
use crate::file::FileError;

/// Bytes of the largest array.
const MOST: usize = 1 << 31;

/// Bytes that a byte of deflate may be, and those that any file's arrays may have.
const DEFLATED: usize = 1032;
const LEAST: usize = 1 << 20;

/// Bytes of the largest description of an array.
const MOST_IN_HEADER: usize = 1 << 20;

/// How deep groups are searched.
const MAX_DEPTH: usize = 4;

/// Most arrays that are looked at.
const MOST_ARRAYS: usize = 4096;

/// Whether HDF5's mark is where it may be: at the start, or behind MATLAB's 512 bytes.
pub(super) fn is_hdf5(bytes: &[u8]) -> bool {
    [0, 512].iter().any(|at| bytes.get(*at..*at + 8) == Some(b"\x89HDF\r\n\x1a\n"))
}

/// The features in a file's bytes: its one array of numbers of two axes, neither of them 1, or the one that is named so.
pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Npy, NpyError> {
    let refuse = |what: String| NpyError::from(FileError::new(path, what));
    let length = bytes.len() as u64;
    // MATLAB stores columns; HDF5 itself rows.
    let columns = bytes.starts_with(b"MATLAB");
    let damaged = |error: hdf5_reader::error::Error| refuse(format!("HDF5: {error}"));
    // An array's size is as the file states it, whether or not its values are there.
    let most = bytes.len().saturating_mul(DEFLATED).clamp(LEAST, MOST);
    let options = OpenOptions::default()
        .with_max_read_bytes(most)
        .with_max_chunk_bytes(most)
        .with_max_object_header_bytes(MOST_IN_HEADER);
    let file = Hdf5File::from_vec_with_options(bytes, options).map_err(damaged)?;
    let mut arrays = Vec::new();
    collect(&file.root_group().map_err(damaged)?, "", 0, &mut arrays).map_err(damaged)?;
    let candidates: Vec<(&str, &[usize])> =
        arrays.iter().map(|array| (array.name.as_str(), array.shape.as_slice())).collect();
    let only = only_features(&candidates).map_err(refuse)?;
    let Some(Array { mut shape, dtype, dataset, .. }) = arrays.into_iter().nth(only) else {
        return Err(refuse("no arrays of numbers".to_owned()));
    };
    let values = dataset.read_raw_bytes().map_err(damaged)?;
    if columns {
        shape.reverse();
    }
    Ok(Npy::of_raw(path, shape, dtype, columns, values, length))
}

/// An array of numbers.
struct Array {
    name: String,
    shape: Vec<usize>,
    dtype: Dtype,
    dataset: Dataset,
}

/// Adds the arrays of numbers in a group and the groups in it; names are paths.
fn collect(
    group: &hdf5_reader::group::Group,
    before: &str,
    depth: usize,
    arrays: &mut Vec<Array>,
) -> Result<(), hdf5_reader::error::Error> {
    let (groups, datasets) = group.members()?;
    for dataset in datasets {
        let shape: Option<Vec<usize>> =
            dataset.shape().iter().map(|axis| usize::try_from(*axis).ok()).collect();
        if let (Some(shape), Some(dtype)) = (shape, dtype(dataset.dtype()))
            && arrays.len() < MOST_ARRAYS
        {
            let name = format!("{before}{}", dataset.name());
            arrays.push(Array { name, shape, dtype, dataset });
        }
    }
    // Groups whose names start so are MATLAB's own.
    for group in groups.iter().filter(|group| depth < MAX_DEPTH && !group.name().starts_with('#')) {
        collect(group, &format!("{before}{}/", group.name()), depth + 1, arrays)?;
    }
    Ok(())
}

/// The type of an array's elements, if they are numbers.
fn dtype(datatype: &Datatype) -> Option<Dtype> {
    let (kind, order) = match datatype {
        Datatype::FixedPoint { size, signed, byte_order } => {
            let kind = match (size, signed) {
                (1, true) => Kind::I1,
                (1, false) => Kind::U1,
                (2, true) => Kind::I2,
                (2, false) => Kind::U2,
                (4, true) => Kind::I4,
                (4, false) => Kind::U4,
                (8, true) => Kind::I8,
                (8, false) => Kind::U8,
                _ => return None,
            };
            (kind, byte_order)
        }
        Datatype::FloatingPoint { size, byte_order } => {
            let kind = match size {
                2 => Kind::F2,
                4 => Kind::F4,
                8 => Kind::F8,
                _ => return None,
            };
            (kind, byte_order)
        }
        _ => return None,
    };
    let dtype = Dtype { kind, big_endian: false };
    Some(Dtype { big_endian: *order == ByteOrder::BigEndian && dtype.size() > 1, ..dtype })
}
