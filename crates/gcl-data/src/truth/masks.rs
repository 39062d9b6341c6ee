//! Masks: one `.npy` file per video, 0 or 1 for each frame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{TruthError, VideoLabels};
use crate::file::{At, FileError};
use crate::files::with_extension;
use crate::id::VideoId;
use crate::npy::Npy;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let files = if path.is_dir() { with_extension(path, "npy")? } else { vec![alone(path)?] };
    files.into_iter().map(|(id, file)| Ok((id, VideoLabels::Flags(read_mask(&file)?)))).collect()
}

/// A file that is named itself, as the video of its name.
pub(super) fn alone(path: &Path) -> Result<(VideoId, PathBuf), FileError> {
    let root = path.parent().unwrap_or(Path::new(""));
    Ok((VideoId::from_path(root, path).at(path)?, path.to_owned()))
}

/// The flags of one file of `[frames]`.
pub(super) fn read_mask(path: &Path) -> Result<Vec<bool>, TruthError> {
    let npy = Npy::open(path)?;
    match npy.shape() {
        // MATLAB's rows and columns have two axes.
        [_] | [1, _] | [_, 1] => Ok(npy.to_bools()?),
        shape => {
            let problem = format!("shape {shape:?}; a mask is [frames]");
            Err(FileError::new(path, problem).into())
        }
    }
}
