//! The errors of cutting cubes.

use gcl_data::VideoId;
use gcl_data::cubes::CubeFileError;

/// Why there are no cubes.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum CubeError {
    /// An invalid rule.
    #[error("{0}")]
    Rule(String),
    /// A video cannot be decoded, or does not match its boxes; the others can still be processed.
    #[error("video {video}: {problem}")]
    Video { video: VideoId, problem: String },
    /// The file of cubes cannot be written.
    #[error(transparent)]
    File(#[from] CubeFileError),
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl CubeError {
    pub(super) fn of(video: &VideoId, problem: impl ToString) -> Self {
        Self::Video { video: video.clone(), problem: problem.to_string() }
    }
}
