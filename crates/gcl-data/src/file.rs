//! Files read and written whole, and errors that name them.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::atomic::write_bytes_atomic;

/// A file or folder that could not be read, written or understood.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {source}")]
#[allow(missing_docs)]
pub struct FileError {
    pub path: PathBuf,
    pub source: io::Error,
}

/// Names the file that an operation failed on.
pub trait At<T> {
    /// The result, its error with the path.
    ///
    /// # Errors
    /// [`FileError`], if it is one.
    fn at(self, path: impl AsRef<Path>) -> Result<T, FileError>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, path: impl AsRef<Path>) -> Result<T, FileError> {
        self.map_err(|e| FileError { path: path.as_ref().to_owned(), source: e.into() })
    }
}

/// Reads a file of JSON; `what` it should be is for the error.
///
/// # Errors
/// [`FileError`] if there is no such file, or if it is something else.
pub fn read_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, FileError> {
    let text = std::fs::read(path).at(path)?;
    let wrong = |e| io::Error::new(io::ErrorKind::InvalidData, format!("not {what}: {e}"));
    serde_json::from_slice(&text).map_err(wrong).at(path)
}

/// [`read_json`], or `None` where there is no such file.
///
/// # Errors
/// As [`read_json`].
pub fn find_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<Option<T>, FileError> {
    match read_json(path, what) {
        Err(e) if e.source.kind() == io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Replaces a file by a value as indented JSON.
///
/// # Errors
/// [`FileError`].
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FileError> {
    let mut text = serde_json::to_vec_pretty(value).at(path)?;
    text.push(b'\n');
    write_bytes_atomic(path, &text)
}

/// Removes a file, if there is one.
///
/// # Errors
/// [`FileError`] if it stays.
pub fn remove_file(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.at(path),
    }
}
