//! The errors of feature folders.

use std::path::PathBuf;

use thiserror::Error;

use crate::clips::{ClipError, Clips};
use crate::file::FileError;
use crate::npy::NpyError;

/// Why features were not read or written.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum FeatureError {
    /// A `.npy` file cannot be read or written.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The caller's clip rule is out of range.
    #[error(transparent)]
    Clips(#[from] ClipError),
    /// A folder or file cannot be read or written, or a description is not valid.
    #[error(transparent)]
    File(#[from] FileError),
    /// No file of features at all.
    #[error(
        "{0}: no .npy file here or below, nor .npz, .mat, .h5, .txt or .csv of features (.pt is not read; in Python, \
         `import torch, numpy; numpy.save('x.npy', torch.load('x.pt').numpy())`)"
    )]
    Empty(PathBuf),
    /// Not `[T, d]` or `[T, crops, d]`, or a zero in it.
    #[error(
        "{path}: shape {shape:?}; features are [clips, d] or [clips, crops, d], none of them 0"
    )]
    Shape { path: PathBuf, shape: Vec<usize> },
    /// Two videos differ in what must be the same for all.
    #[error("{0}")]
    Differs(String),
    /// The caller's clip rule is not the files'.
    #[error("the features' clip rule is {found}, not {expected}")]
    OtherClips { expected: Clips, found: Clips },
    /// The number of clips does not follow from the number of frames.
    #[error("{path}: {found} clips, but {frames} frames make {expected} ({clips})")]
    ClipCount { path: PathBuf, found: usize, frames: usize, expected: usize, clips: Clips },
    /// A finished file was made in another way.
    #[error("{path} was made differently: {difference}; remove it or choose another folder")]
    OtherExtractor { path: PathBuf, difference: String },
    /// The features are not of the kind that a model was trained on.
    #[error("{dir}: other features than the training ones: {what} was {expected} and is {found}")]
    Unlike { dir: PathBuf, what: String, expected: String, found: String },
    /// The file is no longer the one that was opened.
    #[error("{path}: the file changed while in use ({what})")]
    Changed { path: PathBuf, what: String },
    /// There is no such video in the set.
    #[error("video number {index} does not exist; there are {videos} videos")]
    NoVideo { index: usize, videos: usize },
}
