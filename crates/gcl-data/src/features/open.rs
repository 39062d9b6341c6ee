//! Judging a feature file by its header and description.

use std::path::Path;

use super::error::FeatureError;
use super::meta::FeatureMeta;
use super::regions::Regions;
use crate::file::FileError;
use crate::id::VideoId;
use crate::npy::Npy;

/// One feature file whose header and description fit each other.
pub(super) struct OpenedFile {
    pub id: VideoId,
    pub segments: usize,
    pub crops: usize,
    pub dim: usize,
    pub meta: Option<FeatureMeta>,
    pub file_length: u64,
}

/// Reads one video's header and description, and checks them against each other.
pub(super) fn look(dir: &Path, id: VideoId) -> Result<OpenedFile, FeatureError> {
    let path = id.file(dir, "npy");
    let npy = Npy::open(&path)?;
    let json = id.file(dir, "json");
    let meta = json.exists().then(|| FeatureMeta::read(&json)).transpose()?;
    let [segments, crops, dim] = check_shape(&path, npy.shape(), meta.as_ref())?;
    Ok(OpenedFile { id, segments, crops, dim, meta, file_length: npy.file_length() })
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
    let [found, crops, dim] = sizes;
    if let Some(FeatureMeta { extractor, frames, regions, .. }) = meta {
        if let Some(regions) = regions.filter(|regions| !regions.fits(dim)) {
            let Regions { rows, columns, first } = regions;
            let what = format!(
                "{dim} values a clip, which are no whole rounds of {rows} x {columns} regions from value {first} on"
            );
            return Err(FileError::new(path, what).into());
        }
        if extractor.crops != crops {
            let what = format!("{crops} crops, but the description says {}", extractor.crops);
            return Err(FileError::new(path, what).into());
        }
        let (clips, frames) = (extractor.clips, *frames);
        let expected = clips.count(frames);
        if found != expected && !extractor.rows_are_objects() {
            let path = path.to_owned();
            return Err(FeatureError::ClipCount { path, found, frames, expected, clips });
        }
    }
    Ok(sizes)
}
