//! Whether two pools of segments are the same.

use std::ops::Range;

use gcl_core::rng::{FNV_START, fnv1a};

use super::source::Source;
use super::{SampleVideo, Samples};
use crate::error::Result;

impl Samples {
    /// What a resumed run compares, so that it does not continue on other data: a hash of the ids,
    /// the segment counts, what is known, and the values of the first and last segment of each
    /// video, before scaling.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = FNV_START;
        let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes);
        add(&(self.dim() as u64).to_le_bytes());
        for video in &self.videos {
            add(video.id.as_str().as_bytes());
            add(&(video.segments.len() as u64).to_le_bytes());
            add(&[video.normal.map_or(2, u8::from)]);
        }
        add(&self.ends.to_le_bytes());
        hash
    }
}

/// A hash of the unscaled values of each video's first and last segment.
pub(super) fn hash_of_ends(source: &Source, videos: &[SampleVideo]) -> Result<u64> {
    let mut hash = FNV_START;
    let mut rows = Vec::new();
    for Range { start, end } in videos.iter().map(|video| video.segments.clone()) {
        for row in [start, end.saturating_sub(1)].into_iter().filter(|_| start < end) {
            source.range(row..row + 1, &mut rows)?;
            hash = rows.iter().fold(hash, |hash, value| fnv1a(hash, &value.to_le_bytes()));
        }
    }
    Ok(hash)
}
