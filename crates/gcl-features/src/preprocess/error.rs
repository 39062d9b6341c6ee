//! The errors of pre-processing.

use std::path::PathBuf;

use gcl_data::NpyError;

use crate::extractor::ExtractorError;
use crate::frame::MAX_SIDE;

/// Why frames could not be pre-processed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum PreprocessError {
    /// A parameter is out of range.
    #[error("pre-processing: {name} is {found}, expected {expected}")]
    Parameter { name: &'static str, found: String, expected: &'static str },
    /// A parameter is unknown or of the wrong type.
    #[error("pre-processing: {0}")]
    Json(#[from] serde_json::Error),
    /// The file of the mean cube cannot be read.
    #[error("mean cube: {0}")]
    Cube(#[from] NpyError),
    /// The file of the mean cube cannot be read.
    #[error("mean cube {path}: {source}", path = path.display())]
    CubeFile { path: PathBuf, source: std::io::Error },
    /// The mean cube's shape does not match the clips.
    #[error("mean cube {path}: its shape is {found:?}, the clips need {expected:?}", path = path.display())]
    CubeShape {
        path: PathBuf,
        found: Vec<usize>,
        /// `[3, frames, height, width]` of a clip before cropping.
        expected: [usize; 4],
    },
    /// A frame is too small for the crop.
    #[error("a frame of {width}x{height} pixels after resizing is smaller than a crop of {crop}")]
    Small { width: usize, height: usize, crop: usize },
    /// A frame is so narrow that it would become too large.
    #[error(
        "a frame of {width}x{height} pixels would become one of {to_width}x{to_height}; sides may have up to {MAX_SIDE}"
    )]
    Large { width: usize, height: usize, to_width: usize, to_height: usize },
    /// The crop does not exist.
    #[error("no crop {found}, there are {crops}")]
    Crop {
        /// The crop asked for, from 0.
        found: usize,
        crops: usize,
    },
    /// The buffer's length is not that of the tensor.
    #[error("a buffer for a tensor has {found} values, expected {expected}")]
    Buffer { expected: usize, found: usize },
    /// The pictures of a clip differ in size, or were prepared in another way.
    #[error("a clip's frames were not prepared alike")]
    Mixed,
}

impl From<PreprocessError> for ExtractorError {
    /// A frame's size concerns one video; all else would fail for the next one too.
    fn from(error: PreprocessError) -> Self {
        let of_video = match &error {
            PreprocessError::Small { .. } | PreprocessError::Large { .. } => true,
            // Channels and frames are the same for all videos; height and width are the video's.
            PreprocessError::CubeShape { found, expected, .. } => {
                found.len() == expected.len() && found.starts_with(&expected[..2])
            }
            _ => false,
        };
        if of_video { Self::Video(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}
