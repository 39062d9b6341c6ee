//! Masks: one `.npy` file per video, 0 or 1 for each frame.

use std::collections::BTreeMap;
use std::path::Path;

use super::{TruthError, VideoLabels};
use crate::files::{FilesError, with_extension};
use crate::id::VideoId;
use crate::npy::Npy;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let (root, ids) = if path.is_dir() {
        (path, with_extension(path, "npy")?)
    } else {
        let root = path.parent().unwrap_or(Path::new(""));
        (root, vec![VideoId::from_path(root, path).map_err(FilesError::from)?])
    };
    ids.into_iter()
        .map(|id| {
            let file = id.file(root, "npy");
            let npy = Npy::open(&file)?;
            if npy.shape().len() != 1 {
                return Err(TruthError::MaskShape { path: file, shape: npy.shape().to_owned() });
            }
            Ok((id, VideoLabels::Flags(npy.to_bools()?)))
        })
        .collect()
}
