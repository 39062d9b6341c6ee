//! Writing a video's features, and checking whether they are already written.

use std::path::{Path, PathBuf};

use super::error::FeatureError;
use super::meta::{ExtractorIdentity, FeatureMeta};
use crate::file::{remove_file, write_json};
use crate::id::VideoId;
use crate::npy::{Npy, RowWriter, write_f32};

/// Writes a video's features, `data` of `shape` `[T, d]` or `[T, crops, d]` in C order, and their
/// description: `<dir>/<id>.npy` and `<dir>/<id>.json`.
///
/// The description is written first and the `.npy` appears last, whole, by one rename: where there
/// is a `.npy`, both are complete and belong together. Different videos share no file, so any
/// number of processes may write into one folder.
///
/// ```
/// use gcl_data::{Clips, ExtractorIdentity, FeatureMeta, VideoId, is_finished, write_features};
///
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let extractor = ExtractorIdentity {
///     name: "brightness".to_owned(),
///     version: "1".to_owned(),
///     parameters: Default::default(),
///     preprocessing: Default::default(),
///     weights_sha256: None,
///     random_weights: false,
///     clips: Clips::default(),
///     crops: 1,
/// };
/// let meta =
///     FeatureMeta { extractor, decoder: "y4m".to_owned(), frames: 32, fps: Some(25.0), footage: None, regions: None, video: Default::default() };
/// let video = VideoId::new("test/01")?;
/// write_features(dir, &video, &[2, 1], &[0.3, 0.7], &meta)?; // 32 frames are two clips
/// assert!(is_finished(dir, &video, &meta.extractor, None)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FeatureError::Shape`] or [`FeatureError::File`] if shape, data and description do not fit,
/// [`FeatureError::ClipCount`] if `T` is not what the description's frames and clip rule give,
/// [`FeatureError::Npy`] for a value that is not finite, [`FeatureError::File`].
pub fn write_features(
    dir: &Path,
    id: &VideoId,
    shape: &[usize],
    data: &[f32],
    meta: &FeatureMeta,
) -> Result<(), FeatureError> {
    describe(dir, id, shape, meta)?;
    write_f32(&id.file(dir, "npy"), shape, data)?;
    Ok(())
}

/// Writes a video's features clip by clip, so that memory does not grow with the video. The files are
/// those of [`write_features`], and appear in the same order, at the end. Dropping the writer leaves
/// nothing.
#[derive(Debug)]
pub struct FeatureWriter {
    dir: PathBuf,
    id: VideoId,
    row: Vec<usize>,
    npy: RowWriter<f32>,
}

impl FeatureWriter {
    /// Starts the features of a video: clips of `crops` vectors of `dim` values, `[T, dim]` for one
    /// crop.
    ///
    /// # Errors
    /// [`FeatureError::Npy`] if the temporary file cannot be created.
    pub fn create(
        dir: &Path,
        id: &VideoId,
        crops: usize,
        dim: usize,
    ) -> Result<Self, FeatureError> {
        let row = if crops == 1 { vec![dim] } else { vec![crops, dim] };
        let npy = RowWriter::create(id.file(dir, "npy"), &row)?;
        Ok(Self { dir: dir.to_owned(), id: id.clone(), row, npy })
    }

    /// Adds the values of further clips, all of each.
    ///
    /// # Errors
    /// [`FeatureError::Npy`] for values that are not whole clips or not finite, or if writing fails.
    pub fn append(&mut self, values: &[f32]) -> Result<(), FeatureError> {
        let clip = self.row.iter().product::<usize>().max(1);
        Ok(values.chunks(clip).try_for_each(|clip| self.npy.push(clip))?)
    }

    /// Writes the description, and puts the features in their place.
    ///
    /// # Errors
    /// Those of [`write_features`].
    pub fn finish(self, meta: &FeatureMeta) -> Result<(), FeatureError> {
        let shape = [&[self.npy.rows()], self.row.as_slice()].concat();
        describe(&self.dir, &self.id, &shape, meta)?;
        self.npy.finish()?;
        Ok(())
    }
}

/// Writes a description, once the features it belongs to are sure to follow.
fn describe(
    dir: &Path,
    id: &VideoId,
    shape: &[usize],
    meta: &FeatureMeta,
) -> Result<(), FeatureError> {
    let (npy, json) = (id.file(dir, "npy"), id.file(dir, "json"));
    meta.validate(&json)?;
    super::open::check_shape(&npy, shape, Some(meta))?;
    // An older .npy must never be beside the new description, not even briefly.
    remove_file(&npy)?;
    Ok(write_json(&json, meta)?)
}

/// Whether the features of `id` in `dir` are complete and made by `extractor`, as resuming an extraction
/// checks for each video. Only the description and the `.npy` header are read. Features of other footage of
/// the same name, by the hash `footage`, are not finished: they are to be written anew.
///
/// # Errors
/// [`FeatureError::OtherExtractor`], with the first difference, if they are complete but made in
/// another way; an error also if either file is there but cannot be read.
pub fn is_finished(
    dir: &Path,
    id: &VideoId,
    extractor: &ExtractorIdentity,
    footage: Option<&str>,
) -> Result<bool, FeatureError> {
    let (npy, json) = (id.file(dir, "npy"), id.file(dir, "json"));
    if !npy.exists() || !json.exists() {
        return Ok(false);
    }
    let meta = FeatureMeta::read(&json)?;
    if let Some((what, found, expected)) = meta.extractor.difference(extractor) {
        let difference = format!("{what} is {found} there and {expected} here");
        return Err(FeatureError::OtherExtractor { path: npy, difference });
    }
    super::open::check_shape(&npy, Npy::open(&npy)?.shape(), Some(&meta))?;
    let known = meta.footage.as_deref().zip(footage);
    Ok(known.is_none_or(|(there, here)| there == here))
}
