//! What can be wrong with files of boxes.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::id::IdError;

/// Why boxes were not read.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the fields are what the messages say
pub enum TrackError {
    /// Reading failed.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// The file is no CSV.
    #[error("{path}: {source}")]
    Csv { path: PathBuf, source: csv::Error },
    /// A column that must be there is not.
    #[error(
        "{path}: there is no column `{column}`; boxes are clip,frame,x1,y1,x2,y2 and perhaps confidence"
    )]
    Column { path: PathBuf, column: &'static str },
    /// A line is not what it should be.
    #[error("{path}, line {line}: {what}")]
    Line { path: PathBuf, line: u64, what: String },
    /// A clip's name is no video id.
    #[error("{path}, line {line}: {source}")]
    Id { path: PathBuf, line: u64, source: IdError },
    /// More boxes in one frame than any detector sees.
    #[error("frame {frame} has {found} boxes or more; at most {max} are accepted", max = super::MAX_BOXES)]
    Crowded { frame: u32, found: usize },
    /// Not one line is a box.
    #[error("{path}: no box in any of {lines} lines; the first, line {line}: {what}")]
    NoBox { path: PathBuf, lines: usize, line: u64, what: String },
}
