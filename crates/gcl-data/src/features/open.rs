//! Judging a feature file by its header and description.

use std::path::{Path, PathBuf};

use super::error::FeatureError;
use super::layout::Listed;
use super::meta::FeatureMeta;
use super::regions::Regions;
use crate::file::FileError;
use crate::id::VideoId;
use crate::npy::{Npy, open_any};

/// One feature file whose header and description fit each other.
pub(super) struct OpenedFile {
    pub id: VideoId,
    pub segments: usize,
    pub crops: usize,
    pub dim: usize,
    pub meta: Option<FeatureMeta>,
    pub files: VideoFiles,
}

/// The files of one video's features.
#[derive(Debug, Clone)]
pub(super) struct VideoFiles {
    /// One, or one for each crop, or one for each stream.
    pub paths: Vec<PathBuf>,
    /// Whether they are streams, to be joined along the last axis.
    pub streams: bool,
    /// The one file's axes are `[crops, T, d]`.
    pub crops_first: bool,
    /// Bytes of all files.
    pub length: u64,
}

impl VideoFiles {
    /// Opens the files; returns them with clips, crops and dimensions.
    pub fn open(&self, meta: Option<&FeatureMeta>) -> Result<(Vec<Npy>, [usize; 3]), FeatureError> {
        let mut arrays = Vec::with_capacity(self.paths.len());
        let mut sizes: Option<[usize; 3]> = None;
        for path in &self.paths {
            let npy = open_any(path)?;
            let found = match *npy.shape() {
                [crops, clips, dim] if self.crops_first => [clips, crops, dim],
                ref shape if self.paths.len() == 1 => check_shape(path, shape, meta)?,
                ref shape if self.streams => check_shape(path, shape, None)?,
                ref shape => match check_shape(path, shape, None)? {
                    [clips, 1, dim] => [clips, self.paths.len(), dim],
                    _ => {
                        return Err(FeatureError::Shape {
                            path: path.clone(),
                            shape: shape.to_vec(),
                        });
                    }
                },
            };
            if let (Some(first), true) = (&mut sizes, self.streams) {
                if found[..2] != first[..2] {
                    let what = format!(
                        "{} clips, but {} in the other stream; keep the files of one stream",
                        found[0], first[0]
                    );
                    return Err(FileError::new(path, what).into());
                }
                first[2] = first[2].saturating_add(found[2]);
                arrays.push(npy);
                continue;
            }
            let first = *sizes.get_or_insert(found);
            if found != first {
                let what = format!(
                    "{} clips of {} values, but {} and {} in the first crop's file; crops of one video \
                     are alike",
                    found[0], found[2], first[0], first[2]
                );
                return Err(FileError::new(path, what).into());
            }
            arrays.push(npy);
        }
        let path = || self.paths.first().cloned().unwrap_or_default();
        match sizes {
            Some(sizes) if !sizes.contains(&0) => Ok((arrays, sizes)),
            sizes => {
                Err(FeatureError::Shape { path: path(), shape: sizes.unwrap_or_default().to_vec() })
            }
        }
    }
}

/// Reads one video's header and description, and checks them against each other.
pub(super) fn look(
    dir: &Path,
    listed: Listed,
    crops_first: bool,
) -> Result<OpenedFile, FeatureError> {
    let Listed { id, paths, streams } = listed;
    let json = id.file(dir, "json");
    let meta = json.exists().then(|| FeatureMeta::read(&json)).transpose()?;
    let mut files = VideoFiles { paths, streams, crops_first, length: 0 };
    let (arrays, [segments, crops, dim]) = files.open(meta.as_ref())?;
    files.length = arrays.iter().map(Npy::file_length).sum();
    Ok(OpenedFile { id, segments, crops, dim, meta, files })
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
        // As a network's last pooling leaves them.
        [segments, dim, 1, ref rest @ ..] if rest.iter().all(|axis| *axis == 1) => {
            [segments, 1, dim]
        }
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
