//! The errors of files of boxes.

use thiserror::Error;

use crate::file::FileError;

/// Why boxes were not read.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TrackError {
    /// A file cannot be read, or holds no boxes.
    #[error(transparent)]
    File(#[from] FileError),
    /// Implausibly many boxes in one frame.
    #[error("frame {frame} has {found} boxes or more; at most {max} are accepted", max = super::MAX_BOXES)]
    Crowded { frame: u32, found: usize },
}
