//! Whether two pools of segments are the same.

use std::ops::Range;

use gcl_core::rng::{FNV_START, fnv1a};

use super::source::Source;
use super::{SampleVideo, Samples};
use crate::error::Result;

impl Samples {
    /// What a resumed run compares, so that it does not continue on other data: a hash of the ids,
    /// the segment counts, what is known, and the values of up to 32 segments of each video, spread from
    /// the first to the last, before scaling.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = FNV_START;
        let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes);
        add(&(self.dim() as u64).to_le_bytes());
        for video in &self.videos {
            add(video.id.as_str().as_bytes());
            add(&(video.segments.len() as u64).to_le_bytes());
            add(&[video.normal.map_or(2, u8::from)]);
        }
        add(&self.sampled.to_le_bytes());
        hash
    }
}

/// Segments of a video whose values are hashed.
const SAMPLED: usize = 32;

/// A hash of the unscaled values of segments spread over each video.
pub(super) fn hash_of_sampled(source: &Source, videos: &[SampleVideo]) -> Result<u64> {
    let mut hash = FNV_START;
    let mut rows = Vec::new();
    for Range { start, end } in videos.iter().map(|video| video.segments.clone()) {
        let count = end.saturating_sub(start).min(SAMPLED);
        for i in 0..count {
            let row = start + i * (end - start - 1) / (count - 1).max(1);
            source.range(row..row + 1, &mut rows)?;
            hash = rows.iter().fold(hash, |hash, value| fnv1a(hash, &value.to_le_bytes()));
        }
    }
    Ok(hash)
}
