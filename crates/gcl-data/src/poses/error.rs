//! The error of windows.

use crate::file::FileError;
use crate::npy::NpyError;

/// Why there are no windows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WindowError {
    /// A window file's array cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A window file holds no windows, or has a name that is no video id.
    #[error(transparent)]
    File(#[from] FileError),
    /// A rule, a track or a number that does not fit.
    #[error("{0}")]
    Refused(String),
}

impl WindowError {
    pub(crate) fn rule(what: &str, found: usize, max: usize) -> Self {
        Self::Refused(format!("window {what} is {found}; it must be 1 to {max}"))
    }
}
