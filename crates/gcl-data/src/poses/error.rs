//! The errors of poses and windows.

use std::path::PathBuf;

use thiserror::Error;

use super::POSE_VALUES;
use crate::file::FileError;
use crate::files::FilesError;
use crate::id::{IdError, VideoId};
use crate::npy::NpyError;

/// Why poses were not read.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum PoseError {
    /// A folder could not be listed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// Reading failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is implausibly large.
    #[error("{path}: {found} bytes of poses; at most {max} are accepted")]
    TooLarge { path: PathBuf, found: u64, max: u64 },
    /// The file is not JSON, or not of this form.
    #[error("{path}: not tracked persons (person, then frame, then `keypoints`): {source}")]
    Json { path: PathBuf, source: serde_json::Error },
    /// A person's key is not a number.
    #[error("{path}: person `{found}`: a person is a whole number")]
    Person { path: PathBuf, found: String },
    /// A frame's key is not a number, or too large.
    #[error("{path}: person {person}: frame `{found}`: a frame is a whole number below {max}", max = crate::truth::MAX_FRAMES)]
    Frame { path: PathBuf, person: u32, found: String },
    /// A pose of another number of values.
    #[error("{path}: person {person}, frame {frame}: {found} key-point values, expected {expected} (17 of x, y, confidence)", expected = POSE_VALUES)]
    Values { path: PathBuf, person: u32, frame: u32, found: usize },
    /// A NaN or infinite key-point value.
    #[error("{path}: person {person}, frame {frame}: key-point value number {value} is not finite")]
    NotFinite { path: PathBuf, person: u32, frame: u32, value: usize },
    /// A pose without key-points.
    #[error("{path}: person {person}, frame {frame}: no `keypoints`")]
    NoKeypoints { path: PathBuf, person: u32, frame: u32 },
    /// A person, or a frame of one, is listed twice.
    #[error("{path}: person {person}{} appears twice", frame.map(|f| format!(", frame {f},")).unwrap_or_default())]
    Duplicate { path: PathBuf, person: u32, frame: Option<u32> },
    /// No file at all.
    #[error("{0}: no .json file of poses here or below")]
    Empty(PathBuf),
    /// Two files are one video.
    #[error("{first} and {second} are both the poses of video {id}")]
    SameVideo { id: VideoId, first: PathBuf, second: PathBuf },
    /// A file's name is no video id.
    #[error(transparent)]
    Id(#[from] IdError),
}

/// Why there are no windows.
#[derive(Debug, Error)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum WindowError {
    /// A window file cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A window file's name is no video id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Not windows.
    #[error("{path}: shape {shape:?}; windows are [N, T, V, 3] (x, y, confidence), none of them 0")]
    Shape { path: PathBuf, shape: Vec<usize> },
    /// A window of a file that cannot be normalised.
    #[error(
        "{path}: window number {window} (from 0): all its points have the same y, so that it has no scale; \
         leave it out"
    )]
    Flat { path: PathBuf, window: usize },
    /// An invalid rule.
    #[error("window {what} is {found}; it must be 1 to {max}")]
    Rule { what: &'static str, found: usize, max: usize },
    /// A track's values do not fit its frames.
    #[error("video {video}, person {person}: {found} values, expected {expected}")]
    Values { video: VideoId, person: u32, expected: usize, found: usize },
    /// A track's frames are not ascending.
    #[error("video {video}, person {person}: frame {frame} is not after the one before it")]
    Order { video: VideoId, person: u32, frame: u32 },
    /// A track holds a value that is not finite.
    #[error("video {video}, person {person}, frame {frame}: a value is not finite")]
    NotFinite { video: VideoId, person: u32, frame: u32 },
    /// There is no such video.
    #[error("video number {video} does not exist; there are {videos} videos")]
    NoVideo { video: usize, videos: usize },
    /// There is no such window.
    #[error("window number {index} does not exist; there are {windows} windows")]
    NoWindow { index: usize, windows: usize },
    /// A picture size that is not positive.
    #[error("a picture of {0} by {1} pixels; both must be positive numbers")]
    Resolution(f64, f64),
}
