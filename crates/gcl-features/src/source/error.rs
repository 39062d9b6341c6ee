//! What can go wrong between a path and a frame.

use std::io;
use std::path::{Path, PathBuf};

use crate::frame::FrameError;

/// Why a video gives no frame, or no further one.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system says no.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// The video is broken: nothing after its first `frame` frames can be trusted.
    #[error("{path}: damaged after {frame} frames: {reason}", path = path.display())]
    Damaged {
        /// The video.
        path: PathBuf,
        /// Frames that had been given out.
        frame: usize,
        /// What was found.
        reason: String,
    },
    /// The video may be sound, but this decoder cannot read it.
    #[error("{path}: {reason}", path = path.display())]
    Unsupported {
        /// The video.
        path: PathBuf,
        /// What it needs.
        reason: String,
    },
    /// A frame is larger than allowed, or its planes do not fit its size.
    #[error("{path}: {source}", path = path.display())]
    Frame {
        /// The video.
        path: PathBuf,
        /// What is wrong with it.
        source: FrameError,
    },
    /// A frame differs in size from the first one.
    #[error("{path}: {found_width}x{found_height} pixels, expected {width}x{height} as in the first frame", path = path.display())]
    SizeChanged {
        /// The video, or the image file.
        path: PathBuf,
        /// Width of the first frame.
        width: usize,
        /// Height of the first frame.
        height: usize,
        /// Width found.
        found_width: usize,
        /// Height found.
        found_height: usize,
    },
    /// The video has no frame at all.
    #[error("{path}: no frame in it", path = path.display())]
    Empty {
        /// The file or folder.
        path: PathBuf,
    },
    /// A frame behind the last one was asked for.
    #[error("{path}: no frame {index}, the video has {frames}", path = path.display())]
    NoSuchFrame {
        /// The video.
        path: PathBuf,
        /// The index asked for, from 0.
        index: usize,
        /// Frames that there are.
        frames: usize,
    },
    /// Only FFmpeg could read it, and there is none.
    #[error("{path}: {reason}; no `ffmpeg` on the PATH: install FFmpeg, or convert the video to H.264 in MP4 or to a folder of PNG or JPEG frames", path = path.display())]
    NoFfmpeg {
        /// The video.
        path: PathBuf,
        /// Why the built-in decoders do not do.
        reason: String,
    },
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
