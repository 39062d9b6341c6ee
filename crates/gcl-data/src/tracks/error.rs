//! The errors of files of boxes.

use std::path::PathBuf;

use thiserror::Error;

use crate::file::FileError;
use crate::id::IdError;

/// Why boxes were not read.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TrackError {
    /// Reading failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A required column is missing.
    #[error(
        "{path}: there is no column `{column}`; boxes are clip,frame,x1,y1,x2,y2 and optionally confidence"
    )]
    Column { path: PathBuf, column: &'static str },
    /// A line is invalid.
    #[error("{path}, line {line}: {what}")]
    Line { path: PathBuf, line: u64, what: String },
    /// A clip's name is not a video id.
    #[error("{path}, line {line}: {source}")]
    Id { path: PathBuf, line: u64, source: IdError },
    /// Implausibly many boxes in one frame.
    #[error("frame {frame} has {found} boxes or more; at most {max} are accepted", max = super::MAX_BOXES)]
    Crowded { frame: u32, found: usize },
    /// Not one line is a box.
    #[error("{path}: no box in any of {lines} lines; the first, line {line}: {what}")]
    NoBox { path: PathBuf, lines: usize, line: u64, what: String },
}
