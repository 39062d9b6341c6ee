//! Writing an array row by row, where the number of rows is not known beforehand.

use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::NpyError;
use super::read::check_finite;
use super::write::header;
use crate::atomic::temporary_beside;
use crate::file::At;

/// The element types of arrays that can be written row by row.
pub trait Element: Copy + private::Sealed {
    /// NumPy's name.
    #[doc(hidden)]
    const DESCR: &'static str;
    /// Appends the little-endian bytes.
    #[doc(hidden)]
    fn bytes(values: &[Self], out: &mut Vec<u8>);
    /// Checks for values that the readers refuse.
    #[doc(hidden)]
    fn check(
        _path: &Path,
        _values: &[Self],
        _first_row: usize,
        _row: usize,
    ) -> Result<(), NpyError> {
        Ok(())
    }
}

mod private {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for u8 {}
}

impl Element for f32 {
    const DESCR: &'static str = "<f4";
    fn bytes(values: &[Self], out: &mut Vec<u8>) {
        out.extend(values.iter().flat_map(|v| v.to_le_bytes()));
    }
    fn check(path: &Path, values: &[Self], first_row: usize, row: usize) -> Result<(), NpyError> {
        check_finite(path, values, first_row, row)
    }
}

impl Element for u8 {
    const DESCR: &'static str = "|u1";
    fn bytes(values: &[Self], out: &mut Vec<u8>) {
        out.extend_from_slice(values);
    }
}

/// An array `[rows, ...]` that grows by whole rows. The complete file appears under its name when
/// [`RowWriter::finish`] is called, and not at all if the writer is dropped before.
///
/// ```
/// use gcl_data::{Npy, RowWriter};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("rows.npy");
/// let mut writer = RowWriter::<f32>::create(&path, &[2])?;
/// writer.push(&[1.0, 2.0])?;
/// writer.push(&[3.0, 4.0])?;
/// assert!(!path.exists());
/// assert_eq!(writer.finish()?, 2);
/// assert_eq!(Npy::open(&path)?.shape(), [2, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowWriter<T: Element> {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
    /// The shape; its first axis counts the rows written.
    shape: Vec<usize>,
    row: usize,
    bytes: Vec<u8>,
    element: PhantomData<T>,
}

/// The header's length: room for the largest number of rows of any shape.
const HEADER: usize = 256;

impl<T: Element> RowWriter<T> {
    /// Starts an array at `path` whose rows have the shape `row`.
    ///
    /// # Errors
    /// [`NpyError::Rank`], [`NpyError::Overflow`] or [`NpyError::File`].
    pub fn create(path: impl AsRef<Path>, row: &[usize]) -> Result<Self, NpyError> {
        let path = path.as_ref().to_owned();
        let mut shape = vec![0];
        shape.extend_from_slice(row);
        if shape.len() > super::MAX_RANK {
            return Err(NpyError::Rank { path, found: shape.len() });
        }
        let Some(row) = row.iter().try_fold(1usize, |n, &axis| n.checked_mul(axis)) else {
            return Err(NpyError::Overflow { path, shape });
        };
        let file = temporary_beside(&path).at(&path)?;
        let out = BufWriter::with_capacity(1 << 16, file);
        let mut writer = Self { path, out, shape, row, bytes: Vec::new(), element: PhantomData };
        writer.header()?;
        Ok(writer)
    }

    /// Appends one row.
    ///
    /// # Errors
    /// [`NpyError::Shape`] for another number of values than a row has, [`NpyError::NotFinite`],
    /// [`NpyError::File`].
    pub fn push(&mut self, values: &[T]) -> Result<(), NpyError> {
        let row = self.row;
        if values.len() != row {
            let (path, shape) = (self.path.clone(), self.shape.clone());
            return Err(NpyError::Shape { path, shape, found: values.len() });
        }
        T::check(&self.path, values, self.rows(), row.max(1))?;
        self.bytes.clear();
        T::bytes(values, &mut self.bytes);
        self.out.write_all(&self.bytes).at(&self.path)?;
        if let Some(rows) = self.shape.first_mut() {
            *rows += 1;
        }
        Ok(())
    }

    /// Rows so far.
    pub fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or(0)
    }

    /// Removes all rows but the first `rows`.
    ///
    /// # Errors
    /// [`NpyError::File`]; the writer must not be used again.
    pub fn truncate(&mut self, rows: usize) -> Result<(), NpyError> {
        if rows >= self.rows() {
            return Ok(());
        }
        // No overflow: more than this was written.
        let end = (HEADER + rows * self.row * size_of::<T>()) as u64;
        self.out.seek(SeekFrom::Start(end)).at(&self.path)?;
        self.out.get_ref().as_file().set_len(end).at(&self.path)?;
        if let Some(count) = self.shape.first_mut() {
            *count = rows;
        }
        Ok(())
    }

    /// Writes everything that is still buffered, so that only the rename can fail afterwards. No row may
    /// follow.
    pub(crate) fn complete(&mut self) -> Result<(), NpyError> {
        self.out.seek(SeekFrom::Start(0)).at(&self.path)?;
        self.header()?;
        Ok(self.out.flush().at(&self.path)?)
    }

    /// Renames the file to its final name; returns the number of rows.
    ///
    /// # Errors
    /// [`NpyError::File`].
    pub fn finish(mut self) -> Result<usize, NpyError> {
        self.complete()?;
        let rows = self.rows();
        let file = self.out.into_inner().map_err(|e| e.into_error()).at(&self.path)?;
        file.persist(&self.path).at(&self.path)?;
        Ok(rows)
    }

    /// Writes the header, always of the same length.
    fn header(&mut self) -> Result<(), NpyError> {
        let mut bytes = header(T::DESCR, &self.shape);
        // The blanks before the line's end grow; the length is in bytes 8 and 9.
        bytes.pop();
        bytes.resize(HEADER - 1, b' ');
        bytes.push(b'\n');
        let length = ((HEADER - 10) as u16).to_le_bytes();
        bytes.splice(8..10, length);
        Ok(self.out.write_all(&bytes).at(&self.path)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::Npy;
    use super::*;

    #[test]
    fn rows_come_back_and_an_unfinished_file_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/cubes.npy");
        let mut rows = RowWriter::<u8>::create(&path, &[1, 2, 1, 3]).unwrap();
        for i in 0..12 {
            rows.push(&[i; 6]).unwrap();
        }
        assert!(!path.exists());
        assert_eq!(rows.finish().unwrap(), 12);
        let npy = Npy::open(&path).unwrap();
        assert_eq!(npy.shape(), [12, 1, 2, 1, 3]);
        assert_eq!(npy.to_f32().unwrap()[6 * 11..], [11.0; 6]);

        let mut rows = RowWriter::<f32>::create(&path, &[2]).unwrap();
        rows.push(&[1.5, -2.0]).unwrap();
        assert!(matches!(rows.push(&[1.0]), Err(NpyError::Shape { found: 1, .. })));
        let bad = rows.push(&[1.0, f32::NAN]);
        assert!(matches!(bad, Err(NpyError::NotFinite { row: 1, column: 1, .. })));
        drop(rows);
        assert_eq!(Npy::open(&path).unwrap().rows(), 12);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert!(RowWriter::<f32>::create(&path, &[1; 5]).is_err());
        assert!(RowWriter::<f32>::create(&path, &[usize::MAX, 2]).is_err());
        assert_eq!(RowWriter::<f32>::create(&path, &[4]).unwrap().finish().unwrap(), 0);
        assert_eq!(Npy::open(&path).unwrap().shape(), [0, 4]);
    }

    #[test]
    fn rows_that_are_taken_back_leave_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.npy");
        let mut rows = RowWriter::<f32>::create(&path, &[3, 1000]).unwrap();
        for i in 0..20u8 {
            rows.push(&[f32::from(i); 3000]).unwrap();
        }
        rows.truncate(20).unwrap();
        assert_eq!(rows.rows(), 20);
        rows.truncate(2).unwrap();
        rows.push(&[7.0; 3000]).unwrap();
        assert_eq!(rows.finish().unwrap(), 3);
        let npy = Npy::open(&path).unwrap();
        assert_eq!(npy.shape(), [3, 3, 1000]);
        let values = npy.to_f32().unwrap();
        let firsts: Vec<f32> = values.chunks(3000).map(|row| row[0]).collect();
        assert_eq!((firsts, values[8999]), (vec![0.0, 1.0, 7.0], 7.0));
    }
}
