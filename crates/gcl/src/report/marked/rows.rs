//! Clips' features as the model sees them, and how far apart they are.

use std::collections::BTreeMap;

use gcl_core::Scaler;
use gcl_data::{Clips, FeatureSet};

use crate::error::{Error, Result};

/// Clips that stand for all footage, evenly taken.
const SAMPLE: usize = 256;

/// The clips of a set.
pub(super) struct Rows {
    set: FeatureSet,
    scaler: Option<Scaler>,
    /// Scaled features that were asked for, by video and segment.
    known: BTreeMap<(usize, usize), Vec<f32>>,
}

/// The Euclidean distance of two rows.
pub(super) fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

impl Rows {
    pub(super) fn new(set: FeatureSet, scaler: Option<Scaler>) -> Self {
        Self { set, scaler, known: BTreeMap::new() }
    }

    /// The row of the clip at a frame of a video of so many, found by `segment_at`; `None` for videos that are not in the
    /// set any more.
    pub(super) fn at(
        &mut self,
        video: &str,
        frame: usize,
        frames: usize,
        segment_at: impl Fn(usize, usize, Clips) -> usize,
    ) -> Result<Option<Vec<f32>>> {
        let index = self.set.videos().iter().position(|known| known.id.as_str() == video);
        let (Some(index), Some(clips)) = (index, self.set.clips()) else { return Ok(None) };
        let segment = segment_at(frame, frames, clips);
        if let Some(row) = self.known.get(&(index, segment)) {
            return Ok(Some(row.clone()));
        }
        let row = self.read(index, &[segment])?.pop().map(|(_, row)| row);
        self.known.extend(row.clone().map(|row| ((index, segment), row)));
        Ok(row)
    }

    /// Some rows of a video, scaled.
    fn read(&self, index: usize, segments: &[usize]) -> Result<Vec<(usize, Vec<f32>)>> {
        let mut rows = Vec::new();
        self.set.read(index, &mut rows)?;
        let scaling = |error| Error::data(self.set.dir())(error);
        if let Some(scaler) = &self.scaler {
            scaler.center_video(&mut rows).map_err(scaling)?;
        }
        let dim = self.set.dim().max(1);
        let mut found = Vec::new();
        for segment in segments {
            let Some(row) = rows.get(segment * dim..(segment + 1) * dim) else { continue };
            let mut row = row.to_vec();
            if let Some(scaler) = &self.scaler {
                scaler.apply(&mut row).map_err(scaling)?;
            }
            found.push((*segment, row));
        }
        Ok(found)
    }

    /// Some clips of all footage.
    pub(super) fn sample(&self) -> Result<Vec<Vec<f32>>> {
        let step = self.set.total().div_ceil(SAMPLE).max(1);
        let (mut rows, mut before) = (Vec::new(), 0);
        for (index, video) in self.set.videos().iter().enumerate() {
            let own = (0..video.segments).filter(|segment| (before + segment) % step == 0);
            let own: Vec<usize> = own.collect();
            if !own.is_empty() {
                rows.extend(self.read(index, &own)?.into_iter().map(|(_, row)| row));
            }
            before += video.segments;
        }
        Ok(rows)
    }
}

/// How far a row is from the typical one: the median of its distances.
pub(super) fn typical_distance(row: &[f32], sample: &[Vec<f32>]) -> f64 {
    let mut distances: Vec<f64> = sample.iter().map(|other| distance(row, other)).collect();
    distances.sort_by(f64::total_cmp);
    distances.get(distances.len() / 2).copied().unwrap_or(0.0)
}
