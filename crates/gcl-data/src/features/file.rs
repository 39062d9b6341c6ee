//! One video's open feature file.

use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use super::error::FeatureError;
use super::set::FeatureVideo;
use crate::npy::Npy;

/// Values that are averaged over crops at a time.
const BLOCK: usize = 1 << 20;

/// The open feature file of one video, for many reads without opening the file for each.
///
/// The file matched its [`FeatureSet`](super::FeatureSet) when it was opened, and every read checks its
/// length again.
#[derive(Debug)]
pub struct FeatureFile {
    npy: Npy,
    crops: usize,
    dim: usize,
    block: Vec<f32>,
}

impl FeatureFile {
    /// Opens `path` as the `video` that a set has found there, in a file of `length` bytes.
    pub(super) fn open(
        path: &Path,
        video: &FeatureVideo,
        length: u64,
    ) -> Result<Self, FeatureError> {
        let npy = Npy::open(path)?;
        let now = super::open::check_shape(path, npy.shape(), None)?;
        if now != [video.segments, video.crops, video.dim] || npy.file_length() != length {
            let what = format!(
                "it had {length} bytes and {} clips, and now has {} bytes and {} clips",
                video.segments,
                npy.file_length(),
                npy.rows()
            );
            return Err(FeatureError::Changed { path: path.to_owned(), what });
        }
        Ok(Self { npy, crops: video.crops, dim: video.dim, block: Vec::new() })
    }

    /// When the file was last modified, where the system records it.
    pub fn modified(&self) -> Option<SystemTime> {
        self.npy.modified()
    }

    /// Replaces `out` by the features of the clips in `range`: `[range, d]`, each the mean over its
    /// crops.
    ///
    /// # Errors
    /// [`FeatureError::Npy`] for clips that do not exist, for values that are not finite, and if the
    /// file's length changed since it was opened. `out` is then empty.
    pub fn read_rows(
        &mut self,
        range: Range<usize>,
        out: &mut Vec<f32>,
    ) -> Result<(), FeatureError> {
        if self.crops == 1 {
            return Ok(self.npy.read_rows(range, out)?);
        }
        out.clear();
        let step = (BLOCK / (self.crops * self.dim)).max(1);
        let mut start = range.start;
        // An empty range goes through once too, so that its bounds are judged.
        loop {
            let end = range.end.min(start.saturating_add(step)).max(start.min(range.end));
            self.npy.read_rows(start..end, &mut self.block).inspect_err(|_| out.clear())?;
            for clip in self.block.chunks_exact(self.crops * self.dim) {
                mean_over_crops(clip, self.dim, out);
            }
            start = end;
            if start >= range.end {
                return Ok(());
            }
        }
    }
}

/// Appends the mean of `clip`'s crops, `d` values each.
fn mean_over_crops(clip: &[f32], dim: usize, out: &mut Vec<f32>) {
    let start = out.len();
    out.resize(start + dim, 0.0);
    let sum = out.get_mut(start..).unwrap_or_default();
    let mut crops = 0.0;
    for crop in clip.chunks_exact(dim) {
        crops += 1.0;
        for (sum, value) in sum.iter_mut().zip(crop) {
            *sum += value;
        }
    }
    for value in sum {
        *value /= crops;
    }
}
