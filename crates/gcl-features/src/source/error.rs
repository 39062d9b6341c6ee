//! The errors of decoding.

use std::io;
use std::path::{Path, PathBuf};

use crate::frame::FrameError;

/// Why a video cannot be decoded, or not any further.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum SourceError {
    /// The file or folder cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The video is damaged: only its first `frame` frames could be decoded.
    #[error("{path}: damaged after {frame} frames: {reason}", path = path.display())]
    Damaged { path: PathBuf, frame: usize, reason: String },
    /// The video may be valid, but this decoder cannot read it.
    #[error("{path}: {reason}", path = path.display())]
    Unsupported { path: PathBuf, reason: String },
    /// A frame is larger than allowed, or its planes do not match its size.
    #[error("{path}: {source}", path = path.display())]
    Frame { path: PathBuf, source: FrameError },
    /// A frame differs in size from the first one.
    #[error("{path}: {found_width}x{found_height} pixels, expected {width}x{height} as in the first frame", path = path.display())]
    SizeChanged {
        path: PathBuf,
        width: usize,
        height: usize,
        found_width: usize,
        found_height: usize,
    },
    /// The video has no frame at all.
    #[error("{path}: the video has no frame", path = path.display())]
    Empty { path: PathBuf },
    /// The requested frame is after the last one.
    #[error("{path}: no frame {index}, the video has {frames}", path = path.display())]
    NoSuchFrame {
        path: PathBuf,
        /// The index asked for, from 0.
        index: usize,
        frames: usize,
    },
    /// Only FFmpeg could read it, and it is not installed.
    #[error("{path}: {reason}; no `ffmpeg` on the PATH: install FFmpeg, or convert the video to H.264 in MP4 or to a folder of PNG or JPEG frames", path = path.display())]
    NoFfmpeg { path: PathBuf, reason: String },
}

impl SourceError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    pub(super) fn damaged(path: &Path, frame: usize, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), frame, reason: reason.to_string() }
    }

    pub(super) fn unsupported(path: &Path, reason: impl ToString) -> Self {
        Self::Unsupported { path: path.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn frame(path: &Path, source: FrameError) -> Self {
        Self::Frame { path: path.to_owned(), source }
    }
}
