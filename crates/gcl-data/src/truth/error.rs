//! The errors of ground truth.

use thiserror::Error;

use crate::clips::Span;
use crate::file::FileError;
use crate::id::VideoId;
use crate::npy::NpyError;
use crate::resolve::ResolveError;

/// Why ground truth was not read, or does not fit a video.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TruthError {
    /// A mask file cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The truth has no entry for a video, or more than one.
    #[error("truth: {0}")]
    Resolve(#[from] ResolveError),
    /// A file cannot be read or written, or is no truth.
    #[error(transparent)]
    File(#[from] FileError),
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
