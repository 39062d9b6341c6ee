//! The training segments of all videos, pooled: in memory where they fit, else read from their
//! files as they are needed. Either way the numbers are the same, bit for bit.

mod batches;
mod fingerprint;
mod passes;
mod source;
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use gcl_core::scaler::center::{self, Mean};
use gcl_core::temporal::TemporalDifference;
use gcl_core::{Device, Scaler, Tensor, rng};
use gcl_data::{FeatureSet, VideoId, resolve_all};
use rand::seq::SliceRandom;

use crate::error::{Result, TrainError};
pub(crate) use batches::{Batch, Batches};
use fingerprint::hash_of_sampled;
use source::{Disk, OnRead, Source, Store};
pub(crate) use targets::Targets;

/// Segments that are scored at once.
const SCORED_AT_ONCE: usize = 512;

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
///
/// ```
/// use gcl_data::VideoId;
/// use gcl_train::samples::{SampleVideo, Samples};
///
/// let video = |id: &str, segments| -> Result<_, gcl_data::IdError> {
///     Ok(SampleVideo { id: VideoId::new(id)?, segments, normal: None })
/// };
/// let videos = vec![video("01", 0..2)?, video("02", 2..3)?];
/// let samples = Samples::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, videos)?;
/// assert_eq!((samples.len(), samples.dim()), (3, 2));
/// assert_eq!(samples.gather(&[2, 0])?, [5.0, 6.0, 1.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Samples {
    source: Source,
    videos: Vec<SampleVideo>,
    len: usize,
    /// A hash of the unscaled features of each video's sampled segments.
    sampled: u64,
    /// What each cleaning rule kept, decided on unscaled features.
    calm: Vec<(TemporalDifference, Vec<bool>)>,
    /// What a classifier learns, made of unscaled features.
    targets: Option<Arc<Targets>>,
    scaled: bool,
}

impl Samples {
    /// Pools whole videos in the order of their ids: into memory if their features take at most
    /// `memory_limit` bytes as `f32`, else as [`Samples::on_disk`].
    ///
    /// # Errors
    /// If a video cannot be read, or there is none.
    pub fn open(set: &FeatureSet, memory_limit: u64) -> Result<Samples> {
        let bytes = (set.total() as u64).saturating_mul(4 * set.dim() as u64);
        if bytes <= memory_limit { Samples::read(set) } else { Samples::on_disk(set) }
    }

    /// Pools whole videos in memory.
    ///
    /// # Errors
    /// As [`Samples::open`].
    pub fn read(set: &FeatureSet) -> Result<Samples> {
        let dim = set.dim();
        let mut features = Vec::with_capacity(set.total() * dim);
        let mut rows = Vec::new();
        for index in 0..set.videos().len() {
            set.read(index, &mut rows)?;
            features.extend_from_slice(&rows);
        }
        Samples::new(features, dim, pool(set))
    }

    /// Pools whole videos on disk: segments are read from the files on demand, and memory holds only
    /// what is in use. The files must not change; one that is truncated or written to is an error when
    /// it is next read.
    ///
    /// # Errors
    /// As [`Samples::open`].
    pub fn on_disk(set: &FeatureSet) -> Result<Samples> {
        Samples::pooled(Store::Disk(Box::new(Disk::new(set.clone())?)), set.dim(), pool(set))
    }

    /// Samples from memory.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the videos' ranges do not cover the rows in order.
    pub fn new(features: Vec<f32>, dim: usize, videos: Vec<SampleVideo>) -> Result<Samples> {
        let covered = videos.last().map_or(0, |video| video.segments.end);
        if Some(features.len()) != covered.checked_mul(dim) {
            return Err(TrainError::Mismatch(format!(
                "{} values are not {covered} training segments of {dim} dimensions",
                features.len()
            )));
        }
        Samples::pooled(Store::Memory(features), dim, videos)
    }

    fn pooled(store: Store, dim: usize, videos: Vec<SampleVideo>) -> Result<Samples> {
        let mut len = 0;
        for video in &videos {
            if video.segments.start != len || video.segments.end < len {
                let (id, range) = (&video.id, &video.segments);
                return Err(TrainError::Mismatch(format!(
                    "video `{id}` has segments {range:?}, expected them to start at {len}"
                )));
            }
            len = video.segments.end;
        }
        if dim == 0 || len == 0 {
            let problem = format!("{len} training segments of {dim} dimensions");
            return Err(TrainError::Mismatch(problem));
        }
        if u32::try_from(len).is_err() {
            return Err(TrainError::Mismatch(format!("{len} segments are too many")));
        }
        let source = Source { dim, on_read: OnRead::default(), store: Arc::new(store) };
        let sampled = hash_of_sampled(&source, &videos)?;
        let (calm, targets, scaled) = (Vec::new(), None, false);
        Ok(Samples { source, videos, len, sampled, calm, targets, scaled })
    }

    /// Scales all features: those in memory at once, since a row is read many times, those on disk
    /// whenever they are read. Can be done once.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the scaler does not fit the features, or features are scaled already.
    pub fn scale(&mut self, scaler: &Scaler) -> Result<()> {
        scaler.check(self.dim()).map_err(|e| TrainError::Mismatch(e.to_string()))?;
        if std::mem::replace(&mut self.scaled, true) {
            return Err(TrainError::Mismatch("the features are scaled already".to_owned()));
        }
        self.source.on_read.scaler = Some(Arc::new(scaler.clone()));
        self.source.settle()
    }

    /// Moves each video of at least `least` segments so that its mean is that of all segments, as
    /// [`Scaler::center_video`] does when such a video is scored. That mean, `[d]`, or `None` if no video is so
    /// long or `least` is 0.
    ///
    /// # Errors
    /// If a file cannot be read, or changed.
    pub fn center_videos(&mut self, least: usize) -> Result<Option<Vec<f32>>> {
        if least == 0 || self.videos.iter().all(|video| video.segments.len() < least) {
            return Ok(None);
        }
        let mut mean = Mean::new(self.dim());
        self.for_each_block(|rows| {
            mean.add(rows);
            Ok(())
        })?;
        let mean = mean.get();
        let mut rows = Vec::new();
        let mut offsets = Vec::with_capacity(self.videos.len());
        for video in &self.videos {
            let mut offset = None;
            if video.segments.len() >= least {
                self.source.range(video.segments.clone(), &mut rows)?;
                let mut own = Mean::new(self.dim());
                own.add(&rows);
                offset = Some(center::offset(&own.get(), &mean));
            }
            offsets.push((video.segments.end, offset));
        }
        self.source.on_read.offsets = Arc::new(offsets);
        self.source.settle()?;
        Ok(Some(mean))
    }

    /// Takes over which videos are known to be normal (`true`) or not, for a share of the labelled
    /// videos drawn with `seed`, the same share of both classes (GCL_WS; how they are drawn is
    /// unspecified in the paper). Videos without a label stay unknown; names are matched as [`resolve_all`] does.
    ///
    /// # Errors
    /// If a name of one side matches several of the other.
    pub fn know(&mut self, normal: &BTreeMap<VideoId, bool>, share: f64, seed: u64) -> Result<()> {
        // A video may be here in several pieces.
        let ids: BTreeSet<VideoId> = self.videos.iter().map(|video| video.id.clone()).collect();
        let ids: Vec<VideoId> = ids.into_iter().collect();
        let entries = resolve_all(&ids, normal.keys())
            .map_err(|error| TrainError::Config(format!("the labels of videos: {error}")))?;
        let entries = ids.iter().zip(entries);
        let known: BTreeMap<&VideoId, bool> =
            entries.filter_map(|(id, entry)| Some((id, *normal.get(entry?)?))).collect();
        for class in [true, false] {
            let here = |video: &SampleVideo| known.get(&video.id) == Some(&class);
            let mut labelled: Vec<usize> =
                (0..self.videos.len()).filter(|&i| here(&self.videos[i])).collect();
            labelled.shuffle(&mut rng::stream(seed, "labelled-videos", u64::from(class)));
            let count = (share * labelled.len() as f64).round() as usize;
            for &i in labelled.iter().take(count) {
                self.videos[i].normal = Some(class);
            }
        }
        Ok(())
    }

    /// The number of segments.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no segment; never, since an empty pool is refused.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The feature dimension.
    pub fn dim(&self) -> usize {
        self.source.dim
    }

    /// Whether the features are read from their files as they are needed.
    pub fn is_on_disk(&self) -> bool {
        matches!(*self.source.store, Store::Disk(_))
    }

    /// The videos, in the order of their segments.
    pub fn videos(&self) -> &[SampleVideo] {
        &self.videos
    }

    /// Segments by number, scaled, in the order asked for, row-major `[rows, d]`.
    ///
    /// # Errors
    /// If a file cannot be read, or changed.
    pub fn gather(&self, rows: &[u32]) -> Result<Vec<f32>> {
        if let Some(&row) = rows.iter().find(|row| **row as usize >= self.len) {
            return Err(TrainError::Mismatch(format!("segment {row} of {}", self.len)));
        }
        self.source.gather(rows)
    }

    /// A batch of segments, `[rows, d]`.
    ///
    /// # Errors
    /// As [`Samples::gather`].
    pub fn batch(&self, rows: &[u32], device: &Device) -> Result<Tensor<2>> {
        Ok(tensor(self.gather(rows)?, self.dim(), device))
    }
}

/// Rows as a tensor, `[rows, d]`.
pub(crate) fn tensor(values: Vec<f32>, dim: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / dim;
    Tensor::from_data(burn::tensor::TensorData::new(values, [rows, dim]), device)
}

/// Rows `[n, d]` in batches to score: the values, and the same as a tensor.
pub(crate) fn in_batches<'a>(
    rows: &'a [f32],
    dim: usize,
    device: &'a Device,
) -> impl Iterator<Item = (&'a [f32], Tensor<2>)> {
    rows.chunks(SCORED_AT_ONCE * dim).map(move |chunk| (chunk, tensor(chunk.to_vec(), dim, device)))
}

fn pool(set: &FeatureSet) -> Vec<SampleVideo> {
    let mut start = 0;
    let videos = set.videos().iter().map(|video| {
        let segments = start..start + video.segments;
        start = segments.end;
        SampleVideo { id: video.id.clone(), segments, normal: None }
    });
    videos.collect()
}
