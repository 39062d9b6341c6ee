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

    /// The same, behind why another decoder did not read the file.
    pub(super) fn after(self, path: &Path, reason: &str) -> Self {
        let own = match self {
            Self::File(error) => error.source.to_string(),
            Self::Unsupported { reason, .. } => reason,
        };
        Self::of(path, &format!("{reason}; FFmpeg: {own}"))
    }

    /// Whether the file's content is at fault, and not the reading of it.
    pub(super) fn is_of_content(&self) -> bool {
        match self {
            Self::File(error) => error.source.downcast_ref::<std::io::Error>().is_none(),
            Self::Unsupported { .. } => true,
        }
    }

    pub(super) fn empty(path: &Path) -> Self {
        Self::of(path, "the video has no frame")
    }

    pub(super) fn unsupported(path: &Path, reason: impl ToString) -> Self {
        Self::Unsupported { path: path.to_owned(), reason: reason.to_string() }
    }
}
