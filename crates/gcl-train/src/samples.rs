//! The training segments of all videos, pooled.

use std::collections::BTreeMap;
use std::ops::Range;

use gcl_core::rng::{FNV_START, fnv1a};
use gcl_core::temporal::TemporalDifference;
use gcl_core::{Device, Scaler, Tensor, rng};
use gcl_data::{FeatureSet, VideoId};
use rand::seq::SliceRandom;

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
    /// What each cleaning rule kept, decided on unscaled features.
    calm: Vec<(TemporalDifference, Vec<bool>)>,
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
        Ok(Samples { features, dim, videos, calm: Vec::new() })
    }

    /// Decides which segments a cleaning rule keeps, on the features as they are now: before
    /// [`Samples::scale`], since the paper's difference is one of features and not of what a
    /// network sees.
    ///
    /// # Errors
    /// If the rule's setting makes no sense.
    pub fn clean(&mut self, rule: TemporalDifference) -> Result<()> {
        if self.calm.iter().all(|(known, _)| *known != rule) {
            let kept = self.judge(&rule)?;
            self.calm.push((rule, kept));
        }
        Ok(())
    }

    /// Which segments a rule keeps: as decided before, else judged now.
    ///
    /// # Errors
    /// As [`Samples::clean`].
    pub fn calm(&self, rule: &TemporalDifference) -> Result<Vec<bool>> {
        match self.calm.iter().find(|(known, _)| known == rule) {
            Some((_, kept)) => Ok(kept.clone()),
            None => self.judge(rule),
        }
    }

    fn judge(&self, rule: &TemporalDifference) -> Result<Vec<bool>> {
        let videos = rule.keep(&self.by_video(), self.dim);
        Ok(videos.map_err(TrainError::core("temporal-difference cleaning"))?.concat())
    }

    /// Scales all features in place.
    ///
    /// # Errors
    /// If the scaler is of another dimension.
    pub fn scale(&mut self, scaler: &Scaler) -> Result<()> {
        scaler.apply(&mut self.features).map_err(TrainError::core("scaling features"))
    }

    /// Takes over which videos are known to be normal (`true`) or not, for a share of the labelled
    /// videos drawn with `seed`, the same share of both classes (GCL_WS; how they are drawn is
    /// unspecified in the paper). Videos without a label stay unknown.
    pub fn know(&mut self, normal: &BTreeMap<VideoId, bool>, share: f64, seed: u64) {
        for class in [true, false] {
            let here = |video: &SampleVideo| normal.get(&video.id) == Some(&class);
            let mut labelled: Vec<usize> =
                (0..self.videos.len()).filter(|&i| here(&self.videos[i])).collect();
            labelled.shuffle(&mut rng::stream(seed, "labelled-videos", u64::from(class)));
            let count = (share * labelled.len() as f64).round() as usize;
            for &i in labelled.iter().take(count) {
                self.videos[i].normal = Some(class);
            }
        }
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
    /// the segment counts, what is known, and the values of the first and last segment of each video.
    pub fn fingerprint(&self) -> u64 {
        let mut hash = FNV_START;
        let mut add = |bytes: &[u8]| hash = fnv1a(hash, bytes);
        add(&(self.dim as u64).to_le_bytes());
        for video in &self.videos {
            add(video.id.as_str().as_bytes());
            add(&(video.segments.len() as u64).to_le_bytes());
            add(&[video.normal.map_or(2, u8::from)]);
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
