//! Finding a folder's feature files and judging each by its header and description.

use std::fs;
use std::io;
use std::path::Path;

use super::error::FeatureError;
use super::meta::FeatureMeta;
use crate::id::VideoId;
use crate::npy::Npy;

/// Folders in folders are followed this far, which also ends a loop of links.
const MAX_DEPTH: usize = 32;

/// One feature file whose header and description fit each other.
pub(super) struct Found {
    pub id: VideoId,
    pub segments: usize,
    pub crops: usize,
    pub dim: usize,
    pub meta: Option<FeatureMeta>,
    pub file_length: u64,
}

/// All `.npy` files in `dir` and below, as ids in order. Names that start with a dot are no data.
pub(crate) fn npy_files(dir: &Path) -> Result<Vec<VideoId>, FeatureError> {
    let mut ids = Vec::new();
    scan(dir, dir, 0, &mut ids)?;
    ids.sort_unstable();
    Ok(ids)
}

fn scan(root: &Path, dir: &Path, depth: usize, ids: &mut Vec<VideoId>) -> Result<(), FeatureError> {
    if depth > MAX_DEPTH {
        return Err(FeatureError::TooDeep(dir.to_owned()));
    }
    let io = |path: &Path, source| FeatureError::Io { path: path.to_owned(), source };
    for entry in fs::read_dir(dir).map_err(|e| io(dir, e))? {
        let entry = entry.map_err(|e| io(dir, e))?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let mut kind = entry.file_type().map_err(|e| io(&path, e))?;
        if kind.is_symlink() {
            kind = fs::metadata(&path).map_err(|e| io(&path, e))?.file_type();
        }
        if kind.is_dir() {
            scan(root, &path, depth + 1, ids)?;
        } else if path.extension().is_some_and(|e| e == "npy") {
            ids.push(VideoId::from_path(root, &path)?);
        }
    }
    Ok(())
}

/// Reads one video's header and description, and checks them against each other.
pub(super) fn look(dir: &Path, id: VideoId) -> Result<Found, FeatureError> {
    let path = id.file(dir, "npy");
    let npy = Npy::open(&path)?;
    let json = id.file(dir, "json");
    let meta = match FeatureMeta::read(&json) {
        Ok(meta) => Some(meta),
        Err(FeatureError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e),
    };
    let [segments, crops, dim] = check_shape(&path, npy.shape(), meta.as_ref())?;
    Ok(Found { id, segments, crops, dim, meta, file_length: npy.file_length() })
}

/// Clips, crops and dimensions of a feature array, if it may be one and fits its description.
pub(super) fn check_shape(
    path: &Path,
    shape: &[usize],
    meta: Option<&FeatureMeta>,
) -> Result<[usize; 3], FeatureError> {
    let sizes = match *shape {
        [segments, dim] => [segments, 1, dim],
        [segments, crops, dim] => [segments, crops, dim],
        _ => [0; 3],
    };
    if sizes.contains(&0) {
        return Err(FeatureError::Shape { path: path.to_owned(), shape: shape.to_owned() });
    }
    let [found, crops, _] = sizes;
    if let Some(FeatureMeta { extractor, frames, .. }) = meta {
        if extractor.crops != crops {
            let what = format!("{crops} crops, but the description says {}", extractor.crops);
            return Err(FeatureError::Meta { path: path.to_owned(), what });
        }
        let (clips, frames) = (extractor.clips, *frames);
        let expected = clips.count(frames);
        if found != expected {
            let path = path.to_owned();
            return Err(FeatureError::ClipCount { path, found, frames, expected, clips });
        }
    }
    Ok(sizes)
}
