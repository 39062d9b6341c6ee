//! An open `.npy` file and its values.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::at::read_at;
use super::dtype::{Dtype, Kind};
use super::error::NpyError;
use super::header::{self, NpyHeader};
use crate::file::{At, FileError};

/// Bytes that are read from the file at a time.
const BLOCK: usize = 1 << 18;

/// An open `.npy` file, whose header matches the file's length.
///
/// "Rows" are steps along the first axis. Opening reads the header only; every read goes to the file, in
/// blocks, so that only the requested values take memory. Reads take `&self` and are independent of each
/// other.
///
/// ```
/// use gcl_data::{Npy, write_f32};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("features.npy");
/// write_f32(&path, &[3, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let npy = Npy::open(&path)?;
/// assert_eq!((npy.shape(), npy.dtype().to_string().as_str()), (&[3, 2][..], "<f4"));
/// let mut rows = Vec::new();
/// npy.read_rows(1..3, &mut rows)?;
/// assert_eq!(rows, [3.0, 4.0, 5.0, 6.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Npy {
    path: PathBuf,
    data: NpyData,
    length: u64,
    header: NpyHeader,
}

/// Where an array's bytes are.
#[derive(Debug)]
enum NpyData {
    File(File),
    /// Unpacked, with the time at which the file was last modified.
    Memory(Vec<u8>, Option<SystemTime>),
}

impl Npy {
    /// Opens `path` and checks its header against its length.
    ///
    /// # Errors
    /// [`NpyError`], one variant per fault.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, NpyError> {
        let path = path.as_ref();
        // Asked before opening, since opening a pipe would wait for its other end.
        if !std::fs::metadata(path).at(path)?.is_file() {
            return Err(NpyError::NotAFile(path.to_owned()));
        }
        let file = File::open(path).at(path)?;
        let length = file.metadata().at(path)?.len();
        let header = header::read(path, length, &file)?;
        Ok(Self { path: path.to_owned(), data: NpyData::File(file), length, header })
    }

    /// An array whose `.npy` bytes came out of the file at `path`, of `length` bytes itself.
    pub(super) fn of_bytes(path: &Path, bytes: Vec<u8>, length: u64) -> Result<Self, NpyError> {
        let header = header::read(path, bytes.len() as u64, bytes.as_slice())?;
        let data = NpyData::Memory(bytes, modified_at(path));
        Ok(Self { path: path.to_owned(), data, length, header })
    }

    /// An array of `shape`, which has as many values, that came out of the file at `path`.
    pub(super) fn of_values(path: &Path, shape: Vec<usize>, values: &[f32], length: u64) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let dtype = Dtype { kind: Kind::F4, big_endian: false };
        Self::of_raw(path, shape, dtype, false, bytes, length)
    }

    /// An array of `shape` and `dtype`, whose bytes fit these, that came out of the file at `path`.
    pub(super) fn of_raw(
        path: &Path,
        shape: Vec<usize>,
        dtype: Dtype,
        fortran_order: bool,
        bytes: Vec<u8>,
        length: u64,
    ) -> Self {
        let data = NpyData::Memory(bytes, modified_at(path));
        let (row, values) = (shape.iter().skip(1).product(), shape.iter().product());
        let header = NpyHeader { dtype, fortran_order, shape, values, row, offset: 0 };
        Self { path: path.to_owned(), data, length, header }
    }

    /// The file's path, as it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When the file was last modified, where the system records it.
    pub fn modified(&self) -> Option<SystemTime> {
        match &self.data {
            NpyData::File(file) => file.metadata().and_then(|m| m.modified()).ok(),
            NpyData::Memory(_, modified) => *modified,
        }
    }

    /// The array's shape; empty for a single value.
    pub fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    /// The element type.
    pub fn dtype(&self) -> Dtype {
        self.header.dtype
    }

    /// The file's length in bytes when it was opened.
    pub fn file_length(&self) -> u64 {
        self.length
    }

    /// The number of rows: the first axis, or 1 for a single value.
    pub fn rows(&self) -> usize {
        self.header.shape.first().copied().unwrap_or(1)
    }

    /// Replaces `out` by the rows in `range`, flattened in C order whatever the file's order is.
    /// Integers come as the nearest `f32`.
    ///
    /// # Errors
    /// [`NpyError::Rows`] for rows that do not exist, [`NpyError::NotFinite`] for a NaN or infinity
    /// with its row and column, [`NpyError::Changed`] if the file's length changed since it was
    /// opened, [`NpyError::Memory`], [`NpyError::File`]. `out` is then empty.
    pub fn read_rows(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<(), NpyError> {
        out.clear();
        let Range { start, end } = range;
        if start > end || end > self.rows() {
            let (path, rows) = (self.path.clone(), self.rows());
            return Err(NpyError::Rows { path, start, end, rows });
        }
        // No overflow: at most as many as `values`, which fits.
        let values = (end - start) * self.header.row;
        if values == 0 {
            return Ok(());
        }
        out.try_reserve_exact(values)
            .map_err(|_| NpyError::Memory { path: self.path.clone(), values })?;
        let read = if self.header.fortran_order && self.header.shape.len() > 1 {
            self.read_fortran(start, end, out)
        } else {
            self.blocks(start * self.header.row, values, |bytes| {
                self.header.dtype.decode(bytes, out);
            })
        };
        read.and_then(|()| check_finite(&self.path, out, start, self.header.row))
            .inspect_err(|_| out.clear())
    }

    /// Replaces `out` by the rows in `range` of the part `index` of an array `[parts, rows, d]`.
    ///
    /// # Errors
    /// As [`Npy::read_rows`]; [`NpyError::File`] for an array in Fortran order.
    pub(crate) fn read_part(
        &self,
        index: usize,
        range: Range<usize>,
        out: &mut Vec<f32>,
    ) -> Result<(), NpyError> {
        out.clear();
        let (parts, rows, dim) = match *self.shape() {
            [parts, rows, dim] => (parts, rows, dim),
            _ => (0, 0, 0),
        };
        let Range { start, end } = range;
        if index >= parts || start > end || end > rows {
            return Err(NpyError::Rows { path: self.path.clone(), start, end, rows });
        }
        if self.header.fortran_order {
            let what = "an array with crops first, in Fortran order; save it in C order";
            return Err(FileError::new(&self.path, what).into());
        }
        let (first, count) = ((index * rows + start) * dim, (end - start) * dim);
        if count > 0 {
            self.blocks(first, count, |bytes| self.header.dtype.decode(bytes, out))?;
        }
        check_finite(&self.path, out, start, dim).inspect_err(|_| out.clear())
    }

    /// All values, flattened in C order.
    ///
    /// # Errors
    /// As [`Npy::read_rows`].
    pub fn to_f32(&self) -> Result<Vec<f32>, NpyError> {
        let mut out = Vec::new();
        self.read_rows(0..self.rows(), &mut out)?;
        Ok(out)
    }

    /// All values as booleans, flattened in C order.
    ///
    /// # Errors
    /// [`NpyError::NotBool`] for a value other than 0 and 1, otherwise as [`Npy::read_rows`].
    pub fn to_bools(&self) -> Result<Vec<bool>, NpyError> {
        let values = self.to_f32()?;
        let bad = values.iter().enumerate().find(|(_, v)| **v != 0.0 && **v != 1.0);
        if let Some((position, &value)) = bad {
            return Err(NpyError::NotBool { path: self.path.clone(), position, value });
        }
        Ok(values.into_iter().map(|v| v == 1.0).collect())
    }

    /// Calls `take` with the bytes of `count` values from value `first` on, block by block.
    fn blocks(
        &self,
        first: usize,
        count: usize,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), NpyError> {
        self.check_length()?;
        let size = self.header.dtype.size();
        let mut buffer = vec![0; BLOCK.min(count * size)];
        let (mut at, end) = (first * size, (first + count) * size);
        while at < end {
            let part = buffer.len().min(end - at);
            let bytes = buffer.get_mut(..part).unwrap_or_default();
            let from = self.header.offset + at as u64;
            match &self.data {
                NpyData::Memory(all, _) => {
                    // The header was held against their length.
                    let own = all.get(from as usize..from as usize + part).unwrap_or_default();
                    own.iter().zip(bytes.iter_mut()).for_each(|(from, to)| *to = *from);
                }
                NpyData::File(file) => {
                    let read = read_at(file, bytes, from);
                    if read.is_err() {
                        self.check_length()?; // says more than "unexpected end of file"
                    }
                    read.at(&self.path)?;
                }
            }
            take(bytes);
            at += part;
        }
        Ok(())
    }

    /// Fortran order: the file holds column after column, each a run over all rows. Columns are
    /// read one block at a time and scattered into the rows of `out`.
    fn read_fortran(&self, start: usize, end: usize, out: &mut Vec<f32>) -> Result<(), NpyError> {
        let (rows, row) = (self.rows(), self.header.row);
        out.resize((end - start) * row, 0.0);
        let axes = self.header.shape.get(1..).unwrap_or_default();
        let mut values = Vec::with_capacity(BLOCK);
        let (mut seen, mut position) = (0, 0);
        self.blocks(0, self.header.values, |bytes| {
            values.clear();
            self.header.dtype.decode(bytes, &mut values);
            for &value in &values {
                let r = seen % rows;
                if r == 0 {
                    position = c_position(seen / rows, axes);
                }
                seen += 1;
                if (start..end).contains(&r)
                    && let Some(slot) = out.get_mut((r - start) * row + position)
                {
                    *slot = value;
                }
            }
        })
    }

    pub(super) fn check_length(&self) -> Result<(), NpyError> {
        let NpyData::File(file) = &self.data else { return Ok(()) };
        let (expected, found) = (self.length, file.metadata().at(&self.path)?.len());
        if found == expected {
            return Ok(());
        }
        Err(NpyError::Changed { path: self.path.clone(), expected, found })
    }
}

fn modified_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

/// Where the element that is `i`th in Fortran order of `axes` stands in C order.
fn c_position(mut i: usize, axes: &[usize]) -> usize {
    let mut stride: usize = axes.iter().product();
    let mut position = 0;
    for &axis in axes {
        stride /= axis.max(1);
        position += i % axis.max(1) * stride;
        i /= axis.max(1);
    }
    position
}

/// Checks for NaN and infinity; `data` starts at row `first_row`, rows have `row` values.
pub(crate) fn check_finite(
    path: &Path,
    data: &[f32],
    first_row: usize,
    row: usize,
) -> Result<(), NpyError> {
    match data.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(i) => Err(NpyError::NotFinite {
            path: path.to_owned(),
            row: first_row + i / row.max(1),
            column: i % row.max(1),
            value: data.get(i).copied().unwrap_or(f32::NAN),
        }),
    }
}
