//! The errors of ground truth.

use std::path::PathBuf;

use thiserror::Error;

use crate::clips::Span;
use crate::file::FileError;
use crate::files::FilesError;
use crate::id::{IdError, VideoId};
use crate::npy::NpyError;
use crate::resolve::ResolveError;

/// Why ground truth was not read, or does not fit a video.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TruthError {
    /// A folder could not be listed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// A mask file cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The truth has no entry for a video, or more than one.
    #[error("truth: {0}")]
    Resolve(#[from] ResolveError),
    /// Reading or writing failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has none of the formats.
    #[error(
        "{0}: no known form of truth: neither UCF-Crime's annotation text, nor a CSV of ranges \
         (id,start,end,frames), nor masks (.npy), nor one 0 or 1 per frame (.csv or .txt)"
    )]
    Unknown(PathBuf),
    /// A folder that holds masks and flags.
    #[error("{0}: both .npy and .csv or .txt files; name the format")]
    Mixed(PathBuf),
    /// No video at all.
    #[error("{0}: no video")]
    Empty(PathBuf),
    /// A file name or a line's name is not a video id.
    #[error("{path}, line {line}: {source}")]
    Id { path: PathBuf, line: u64, source: IdError },
    /// A line is invalid.
    #[error("{path}, line {line}: {what}")]
    Line { path: PathBuf, line: u64, what: String },
    /// A mask of another rank.
    #[error("{path}: shape {shape:?}; a mask is [frames]")]
    MaskShape { path: PathBuf, shape: Vec<usize> },
    /// A video is listed twice.
    #[error("{path}: video {id} appears twice")]
    Duplicate { path: PathBuf, id: VideoId },
    /// The file has ranges only, so the video's length must come from elsewhere.
    #[error(
        "video {0}: the truth does not say how many frames it has; features, scores or a manifest must"
    )]
    FramesUnknown(VideoId),
    /// The video's frames and the truth's differ.
    #[error("video {id} has {expected} frames, its truth {found}")]
    FrameCount { id: VideoId, expected: usize, found: usize },
    /// A range outside the video.
    #[error("video {id} has {frames} frames, but its truth has an anomaly at {}..{}", span.start, span.end)]
    Outside { id: VideoId, span: Span, frames: usize },
    /// An implausible number of frames.
    #[error("video {id}: {frames} frames; at most {max} are accepted", max = super::MAX_FRAMES)]
    TooLong { id: VideoId, frames: usize },
}
