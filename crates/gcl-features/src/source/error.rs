//! The errors of decoding.

use std::path::{Path, PathBuf};

use gcl_data::FileError;

/// Why a video cannot be decoded, or not any further.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum SourceError {
    /// The file or folder cannot be read, is damaged, or holds no such frame.
    #[error(transparent)]
    File(#[from] FileError),
    /// The video may be valid, but this decoder cannot read it.
    #[error("{path}: {reason}", path = path.display())]
    Unsupported { path: PathBuf, reason: String },
}

impl SourceError {
    pub(super) fn of(path: &Path, problem: &str) -> Self {
        Self::File(FileError::new(path, problem))
    }

    /// Only the first `frame` frames could be decoded.
    pub(super) fn damaged(path: &Path, frame: usize, reason: impl ToString) -> Self {
        let reason = reason.to_string();
        Self::of(path, &format!("damaged after {frame} frames: {reason}"))
    }

    pub(super) fn empty(path: &Path) -> Self {
        Self::of(path, "the video has no frame")
    }

    /// A frame of another size than the first one, both as width and height.
    pub(super) fn size(path: &Path, first: (usize, usize), found: (usize, usize)) -> Self {
        let ((width, height), (found_width, found_height)) = (first, found);
        let found = format!("{found_width}x{found_height} pixels");
        Self::of(path, &format!("{found}, expected {width}x{height} as in the first frame"))
    }

    pub(super) fn unsupported(path: &Path, reason: impl ToString) -> Self {
        Self::Unsupported { path: path.to_owned(), reason: reason.to_string() }
    }
}
