//! The errors of pre-processing.

use gcl_data::{FileError, NpyError};

use crate::extractor::ExtractorError;

/// Why frames could not be pre-processed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreprocessError {
    /// A parameter is unknown or of the wrong type.
    #[error("pre-processing: {0}")]
    Json(#[from] serde_json::Error),
    /// The array of the mean cube cannot be read.
    #[error("mean cube: {0}")]
    Npy(#[from] NpyError),
    /// A parameter is out of range.
    #[error("pre-processing: {0}")]
    Parameter(String),
    /// The mean cube cannot be read, or does not match the clips.
    #[error("mean cube {0}")]
    Cube(#[from] FileError),
    /// Frames of this video do not suit; those of the next one may.
    #[error("{0}")]
    Video(String),
    /// A crop, a buffer or a clip that does not fit the others.
    #[error("{0}")]
    Refused(String),
}

impl From<PreprocessError> for ExtractorError {
    /// A frame's size concerns one video; all else would fail for the next one too.
    fn from(error: PreprocessError) -> Self {
        match error {
            PreprocessError::Video(reason) => Self::Video(reason),
            error => Self::Failed(error.to_string()),
        }
    }
}
