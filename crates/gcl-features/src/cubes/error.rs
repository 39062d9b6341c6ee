//! The errors of cutting cubes.

use gcl_data::VideoId;
use gcl_data::cubes::CubeFileError;
use gcl_data::tracks::MAX_BOXES;

use crate::source::SourceError;

/// Why there are no cubes.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum CubeError {
    /// An invalid rule.
    #[error("cube {what} is {found}; expected {expected}")]
    Rule { what: &'static str, found: usize, expected: &'static str },
    /// The video cannot be decoded.
    #[error("{video}: {source}")]
    Source { video: VideoId, source: SourceError },
    /// A box after the video's end.
    #[error("video {video} has {frames} frames, but a box in frame {frame}")]
    NoFrame { video: VideoId, frame: u32, frames: usize },
    /// Boxes are not in the order of their frames.
    #[error("video {video}: a box in frame {frame} comes after one in a later frame")]
    Order { video: VideoId, frame: u32 },
    /// Implausibly many confident boxes in one frame.
    #[error("video {video}: {found} boxes in frame {frame}; at most {max} are accepted", max = MAX_BOXES)]
    Crowded { video: VideoId, frame: u32, found: usize },
    /// The file of cubes cannot be written.
    #[error(transparent)]
    File(#[from] CubeFileError),
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl CubeError {
    /// Whether it concerns one video only, so that the others can still be processed.
    pub fn is_of_video(&self) -> bool {
        match self {
            Self::Source { .. }
            | Self::NoFrame { .. }
            | Self::Order { .. }
            | Self::Crowded { .. } => true,
            Self::Rule { .. } | Self::File(_) | Self::Cancelled => false,
        }
    }
}
