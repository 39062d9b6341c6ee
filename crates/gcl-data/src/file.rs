//! Files read and written whole, and errors that name them.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::atomic::write_bytes_atomic;

/// A file or folder that could not be read, written or understood.
#[derive(Debug, thiserror::Error)]
#[error("{path}{}: {source}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
#[allow(missing_docs)]
pub struct FileError {
    pub path: PathBuf,
    /// The line, counted from 1, if it is one that is wrong.
    pub line: Option<u64>,
    pub source: Box<dyn Error + Send + Sync>,
}

impl FileError {
    /// What is wrong with a file or folder.
    pub fn new(path: impl AsRef<Path>, problem: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        FileError { path: path.as_ref().to_owned(), line: None, source: problem.into() }
    }

    /// What is wrong with a line.
    pub fn line(
        path: impl AsRef<Path>,
        line: u64,
        problem: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        FileError { line: Some(line), ..FileError::new(path, problem) }
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        let error = self.source.downcast_ref::<io::Error>();
        error.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    }
}

/// Names the file that an operation failed on.
pub trait At<T> {
    /// The result, its error with the path.
    ///
    /// # Errors
    /// [`FileError`], if it is one.
    fn at(self, path: impl AsRef<Path>) -> Result<T, FileError>;
}

impl<T, E: Into<Box<dyn Error + Send + Sync>>> At<T> for Result<T, E> {
    fn at(self, path: impl AsRef<Path>) -> Result<T, FileError> {
        self.map_err(|e| FileError::new(path, e))
    }
}

/// Reads a file of JSON; `what` it should be is for the error.
///
/// # Errors
/// [`FileError`] if there is no such file, or if it is something else.
pub fn read_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, FileError> {
    let text = std::fs::read(path).at(path)?;
    serde_json::from_slice(&text).map_err(|e| format!("not {what}: {e}")).at(path)
}

/// [`read_json`], or `None` where there is no such file.
///
/// # Errors
/// As [`read_json`].
pub fn find_json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<Option<T>, FileError> {
    match read_json(path, what) {
        Err(e) if e.is_missing() => Ok(None),
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
