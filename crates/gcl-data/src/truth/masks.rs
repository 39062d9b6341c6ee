//! Masks: one `.npy` file per video, 0 or 1 for each frame.

use std::collections::BTreeMap;
use std::path::Path;

use super::{TruthError, VideoLabels};
use crate::file::{At, FileError};
use crate::files::with_extension;
use crate::id::VideoId;
use crate::npy::Npy;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let (root, ids) = if path.is_dir() {
        (path, with_extension(path, "npy")?)
    } else {
        let root = path.parent().unwrap_or(Path::new(""));
        (root, vec![VideoId::from_path(root, path).at(path)?])
    };
    ids.into_iter()
        .map(|id| {
            let file = id.file(root, "npy");
            let npy = Npy::open(&file)?;
            if npy.shape().len() != 1 {
                return Err(not_a_mask(&file, &npy).into());
            }
            Ok((id, VideoLabels::Flags(npy.to_bools()?)))
        })
        .collect()
}

/// The refusal of an array of another rank.
pub(super) fn not_a_mask(path: &Path, npy: &Npy) -> FileError {
    FileError::new(path, format!("shape {:?}; a mask is [frames]", npy.shape()))
}
