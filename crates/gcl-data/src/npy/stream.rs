//! Writing an `<f4` array whose number of rows is not known before its end.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::NpyError;
use super::write::header;
use crate::atomic::temporary_beside;

/// Bytes kept for the header: what every shape of up to 62 characters takes.
const HEADER: usize = 128;

/// An array that grows row by row in a temporary file beside its place, and appears there whole at the end. Memory does
/// not grow with it. Dropping the writer removes the file.
#[derive(Debug)]
pub struct NpyWriter {
    path: PathBuf,
    row: Vec<usize>,
    values: usize,
    file: BufWriter<NamedTempFile>,
}

impl NpyWriter {
    /// Starts an array of rows of shape `row`, such as `[d]`, for `path`; missing folders are made.
    ///
    /// # Errors
    /// [`NpyError::Rank`] for rows of more than three dimensions, [`NpyError::Io`].
    pub fn create(path: &Path, row: &[usize]) -> Result<Self, NpyError> {
        if row.len() >= super::MAX_RANK {
            return Err(NpyError::Rank { path: path.to_owned(), found: row.len() + 1 });
        }
        let io = |source| NpyError::Io { path: path.to_owned(), source };
        let mut file = BufWriter::with_capacity(1 << 16, temporary_beside(path).map_err(io)?);
        file.write_all(&[0; HEADER]).map_err(io)?;
        Ok(Self { path: path.to_owned(), row: row.to_owned(), values: 0, file })
    }

    /// Adds values in C order: whole rows once all is written.
    ///
    /// # Errors
    /// [`NpyError::NotFinite`] for a NaN or infinity, [`NpyError::Io`].
    pub fn append(&mut self, data: &[f32]) -> Result<(), NpyError> {
        let row = self.row.iter().product::<usize>().max(1);
        super::read::check_finite(&self.path, data, self.values / row, row)?;
        let write = |file: &mut BufWriter<_>| -> io::Result<()> {
            data.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
        };
        write(&mut self.file).map_err(|source| self.io(source))?;
        self.values += data.len();
        Ok(())
    }

    /// Puts the array in its place, byte for byte what [`write_f32`](super::write_f32) writes. `before` is called when
    /// nothing is left to do but to rename.
    ///
    /// # Errors
    /// [`NpyError::Shape`] if the values are no whole rows, [`NpyError::Io`], or what `before` answers.
    pub fn finish<E: From<NpyError>>(
        mut self,
        before: impl FnOnce(&[usize]) -> Result<(), E>,
    ) -> Result<(), E> {
        let row = self.row.iter().product::<usize>().max(1);
        let shape = [&[self.values / row], self.row.as_slice()].concat();
        let header = header("<f4", &shape);
        if !self.values.is_multiple_of(row) || header.len() != HEADER {
            let (path, found) = (self.path, self.values);
            return Err(NpyError::Shape { path, shape, found }.into());
        }
        let fill = |file: &mut BufWriter<NamedTempFile>| -> io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header)?;
            file.flush()
        };
        fill(&mut self.file).map_err(|source| self.io(source))?;
        before(&shape)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let persist = |file: NamedTempFile| file.persist(&self.path).map_err(|e| e.error);
        file.and_then(persist)
            .map(|_: File| ())
            .map_err(|source| NpyError::Io { path: self.path.clone(), source }.into())
    }

    fn io(&self, source: io::Error) -> NpyError {
        NpyError::Io { path: self.path.clone(), source }
    }
}
