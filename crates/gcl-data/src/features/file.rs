//! One video's open feature file.

use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use super::error::FeatureError;
use super::open::VideoFiles;
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
    /// One, or one for each crop, or one for each stream.
    arrays: Vec<Npy>,
    streams: bool,
    crops_first: bool,
    crops: usize,
    dim: usize,
    block: Vec<f32>,
}

impl FeatureFile {
    /// Opens the `files` of the `video` that a set has found there.
    pub(super) fn open(files: &VideoFiles, video: &FeatureVideo) -> Result<Self, FeatureError> {
        let (arrays, now) = files.open(None)?;
        let (before, length) = (files.length, arrays.iter().map(Npy::file_length).sum::<u64>());
        if now != [video.segments, video.crops, video.dim] || length != before {
            let what = format!(
                "it had {before} bytes and {} clips, and now has {length} bytes and {} clips",
                video.segments, now[0]
            );
            let path = files.paths.first().cloned().unwrap_or_default();
            return Err(FeatureError::Changed { path, what });
        }
        let VideoFiles { crops_first, streams, .. } = *files;
        let (crops, dim) = (video.crops, video.dim);
        Ok(Self { arrays, streams, crops_first, crops, dim, block: Vec::new() })
    }

    /// The file's path; the first one's where there is a file for each crop.
    pub fn path(&self) -> &Path {
        self.arrays.first().map_or(Path::new(""), Npy::path)
    }

    /// When the file was last modified, where the system records it.
    pub fn modified(&self) -> Option<SystemTime> {
        self.arrays.iter().map(Npy::modified).max().flatten()
    }

    /// Replaces `out` by the features of the clips in `range`, all crops of each: `[range, crops, d]`.
    ///
    /// # Errors
    /// As [`FeatureFile::read_rows`].
    pub fn read_crops(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<(), FeatureError> {
        let Some(first) = self.arrays.first() else { return Ok(()) };
        if self.arrays.len() == 1 && !self.crops_first {
            return Ok(first.read_rows(range, out)?);
        }
        out.clear();
        let mut own = Vec::new();
        if self.streams {
            return self.join(range, out).inspect_err(|_| out.clear());
        }
        for crop in 0..self.crops {
            match self.arrays.get(crop) {
                _ if self.crops_first => first.read_part(crop, range.clone(), &mut own),
                Some(array) => array.read_rows(range.clone(), &mut own),
                None => Ok(()),
            }
            .inspect_err(|_| out.clear())?;
            out.resize(own.len() * self.crops, 0.0);
            let places = out.chunks_exact_mut(self.dim).skip(crop).step_by(self.crops);
            places.zip(own.chunks_exact(self.dim)).for_each(|(to, from)| to.copy_from_slice(from));
        }
        Ok(())
    }

    /// Fills `out` with the values of all streams, side by side in each clip and crop.
    fn join(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<(), FeatureError> {
        let (mut own, mut start) = (Vec::new(), 0);
        for array in &self.arrays {
            array.read_rows(range.clone(), &mut own)?;
            let cells = range.len() * self.crops;
            let Some(width) = own.len().checked_div(cells).filter(|width| *width > 0) else {
                continue;
            };
            out.resize(cells * self.dim, 0.0);
            for (to, from) in out.chunks_exact_mut(self.dim).zip(own.chunks_exact(width)) {
                if let Some(to) = to.get_mut(start..start + width) {
                    to.copy_from_slice(from);
                }
            }
            start += width;
        }
        Ok(())
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
            return self.read_crops(range, out);
        }
        out.clear();
        let mut block = std::mem::take(&mut self.block);
        let step = (BLOCK / (self.crops * self.dim)).max(1);
        let mut start = range.start;
        // An empty range goes through once too, so that its bounds are judged.
        loop {
            let end = range.end.min(start.saturating_add(step)).max(start.min(range.end));
            self.read_crops(start..end, &mut block).inspect_err(|_| out.clear())?;
            for clip in block.chunks_exact(self.crops * self.dim) {
                mean_over_crops(clip, self.dim, out);
            }
            start = end;
            if start >= range.end {
                self.block = block;
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
