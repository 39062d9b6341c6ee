//! What can go wrong between a frame and a tensor.

use std::path::PathBuf;

use gcl_data::NpyError;

use crate::extractor::ExtractorError;
use crate::frame::MAX_SIDE;

/// Why there is no tensor.
#[derive(Debug, thiserror::Error)]
pub enum PreprocessError {
    /// A parameter is out of range.
    #[error("pre-processing: {name} is {found}, expected {expected}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A parameter is unknown or of a wrong kind.
    #[error("pre-processing: {0}")]
    Json(#[from] serde_json::Error),
    /// The file of the mean cube cannot be read.
    #[error("mean cube: {0}")]
    Cube(#[from] NpyError),
    /// The file of the mean cube cannot be read.
    #[error("mean cube {path}: {source}", path = path.display())]
    CubeFile {
        /// The file.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The mean cube does not fit the clips.
    #[error("mean cube {path}: its shape is {found:?}, the clips need {expected:?}", path = path.display())]
    CubeShape {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: Vec<usize>,
        /// `[3, frames, height, width]` of a clip before cropping.
        expected: [usize; 4],
    },
    /// A frame is too small for the crop.
    #[error("a frame of {width}x{height} pixels after resizing is smaller than a crop of {crop}")]
    Small {
        /// Width after resizing.
        width: usize,
        /// Height after resizing.
        height: usize,
        /// Side of the crop.
        crop: usize,
    },
    /// A frame is so narrow that it would become too large.
    #[error(
        "a frame of {width}x{height} pixels would become one of {to_width}x{to_height}; sides may have up to {MAX_SIDE}"
    )]
    Large {
        /// Width as decoded.
        width: usize,
        /// Height as decoded.
        height: usize,
        /// Width after resizing.
        to_width: usize,
        /// Height after resizing.
        to_height: usize,
    },
    /// There is no such crop.
    #[error("no crop {found}, there are {crops}")]
    Crop {
        /// The crop asked for, from 0.
        found: usize,
        /// Crops that there are.
        crops: usize,
    },
    /// The buffer for a tensor has another length.
    #[error("a buffer for a tensor has {found} values, expected {expected}")]
    Buffer {
        /// Values of the tensor.
        expected: usize,
        /// Length of the buffer.
        found: usize,
    },
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
