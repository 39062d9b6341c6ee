//! The training segments of all videos, pooled.

use std::ops::Range;

use gcl_core::{Device, Scaler, Tensor};
use gcl_data::{FeatureSet, VideoId};

use crate::error::{Result, TrainError};

/// One video's place among the pooled segments.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleVideo {
    /// The video.
    pub id: VideoId,
    /// Its segments, in temporal order.
    pub segments: Range<usize>,
    /// Whether the video is known to be normal; `None` where nothing is known.
    pub normal: Option<bool>,
}

/// Features of training segments, row-major `[n, d]`, with the videos they came from.
#[derive(Clone, Debug)]
pub struct Samples {
    features: Vec<f32>,
    dim: usize,
    videos: Vec<SampleVideo>,
}

impl Samples {
    /// Pools whole videos in the order of their ids.
    ///
    /// # Errors
    /// If a video cannot be read, or there is none.
    pub fn read(set: &FeatureSet) -> Result<Samples> {
        let dim = set.dim();
        let mut features = Vec::with_capacity(set.total() * dim);
        let mut videos = Vec::with_capacity(set.videos().len());
        let mut rows = Vec::new();
        for (index, video) in set.videos().iter().enumerate() {
            set.read(index, &mut rows)?;
            let start = features.len() / dim;
            features.extend_from_slice(&rows);
            let segments = start..start + video.segments;
            videos.push(SampleVideo { id: video.id.clone(), segments, normal: None });
        }
        Samples::new(features, dim, videos)
    }

    /// Samples from memory.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the videos' ranges do not cover the rows in order.
    pub fn new(features: Vec<f32>, dim: usize, videos: Vec<SampleVideo>) -> Result<Samples> {
        let mut covered = 0;
        for video in &videos {
            if video.segments.start != covered || video.segments.end < covered {
                let (id, range) = (&video.id, &video.segments);
                return Err(TrainError::Mismatch(format!(
                    "video `{id}` has segments {range:?}, expected them to start at {covered}"
                )));
            }
            covered = video.segments.end;
        }
        if dim == 0 || covered == 0 || features.len() != covered * dim {
            return Err(TrainError::Mismatch(format!(
                "{} values are not {covered} training segments of {dim} dimensions",
                features.len()
            )));
        }
        if u32::try_from(covered).is_err() {
            return Err(TrainError::Mismatch(format!("{covered} segments are too many")));
        }
        Ok(Samples { features, dim, videos })
    }

    /// Scales all features in place.
    ///
    /// # Errors
    /// If the scaler is of another dimension.
    pub fn scale(&mut self, scaler: &Scaler) -> Result<()> {
        scaler.apply(&mut self.features).map_err(TrainError::core("scaling features"))
    }

    /// The number of segments.
    pub fn len(&self) -> usize {
        self.features.len() / self.dim
    }

    /// Whether there is no segment; never, since an empty pool is refused.
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }

    /// The feature dimension.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// All features, row-major `[n, d]`.
    pub fn features(&self) -> &[f32] {
        &self.features
    }

    /// The videos, in the order of their segments.
    pub fn videos(&self) -> &[SampleVideo] {
        &self.videos
    }

    /// The videos' features in temporal order.
    pub fn by_video(&self) -> Vec<&[f32]> {
        let rows = |r: &Range<usize>| &self.features[r.start * self.dim..r.end * self.dim];
        self.videos.iter().map(|video| rows(&video.segments)).collect()
    }

    /// A batch of segments, `[rows, d]`.
    pub fn batch(&self, rows: &[u32], device: &Device) -> Tensor<2> {
        let mut values = Vec::with_capacity(rows.len() * self.dim);
        for &row in rows {
            let start = row as usize * self.dim;
            values.extend_from_slice(&self.features[start..start + self.dim]);
        }
        let data = burn::tensor::TensorData::new(values, [rows.len(), self.dim]);
        Tensor::from_data(data, device)
    }

    /// What a resumed run compares, so that it does not go on with other data: a hash of the ids,
    /// the segment counts and the values of the first and last segment of each video.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |bytes: &[u8]| {
            for &byte in bytes {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        };
        add(&(self.dim as u64).to_le_bytes());
        for video in &self.videos {
            add(video.id.as_str().as_bytes());
            add(&(video.segments.len() as u64).to_le_bytes());
            let ends = [video.segments.start, video.segments.end.saturating_sub(1)];
            for row in ends.into_iter().filter(|_| !video.segments.is_empty()) {
                for value in &self.features[row * self.dim..(row + 1) * self.dim] {
                    add(&value.to_le_bytes());
                }
            }
        }
        hash
    }
}
