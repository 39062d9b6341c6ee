//! Snippet features of all training videos, crops and all: what the weakly-supervised side sees.

use std::ops::Range;

use burn::tensor::TensorData;
use gcl_core::rng::{FNV_START, fnv1a};
use gcl_core::{Device, Scaler, Tensor, WeaklySupervised};
use gcl_data::{FeatureSet, VideoId};

use super::objects::with_values;
use crate::error::{Doing, Result, TrainError};

/// Features of snippets in memory, `[N, crops, d]`, video after video.
#[derive(Clone, Debug)]
pub struct Snippets {
    values: Vec<f32>,
    videos: Vec<(VideoId, Range<usize>)>,
    crops: usize,
    dim: usize,
}

impl Snippets {
    /// Reads whole videos, in the order of their ids. Videos without features
    /// ([`FeatureSet::of_objects`]) have a zero each.
    ///
    /// # Errors
    /// If a video cannot be read, has changed since the set was opened, or there is none.
    pub fn read(set: &FeatureSet) -> Result<Snippets> {
        if !set.has_features() {
            let videos = set.videos().iter().map(|video| (video.id.clone(), video.segments));
            return Snippets::new(vec![0.0; set.total()], 1, 1, videos.collect());
        }
        let row = set.crops() * set.dim();
        let mut values = Vec::with_capacity(set.total() * row);
        let mut videos = Vec::with_capacity(set.videos().len());
        let mut own = Vec::new();
        for (index, video) in set.videos().iter().enumerate() {
            set.open_video(index)?.read_crops(0..video.segments, &mut own)?;
            values.extend_from_slice(&own);
            videos.push((video.id.clone(), video.segments));
        }
        Snippets::new(values, set.crops(), set.dim(), videos)
    }

    /// Snippets from memory: `values` are `[N, crops, d]`, `videos` gives each video's number of
    /// snippets.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the numbers do not fit, [`TrainError::Core`] for a value that is
    /// not finite.
    pub fn new(
        values: Vec<f32>,
        crops: usize,
        dim: usize,
        videos: Vec<(VideoId, usize)>,
    ) -> Result<Snippets> {
        let mut start = 0usize;
        let mut ranges = Vec::with_capacity(videos.len());
        for (id, count) in videos {
            ranges.push((id, start..start + count));
            start += count;
        }
        let expected = start.checked_mul(crops).and_then(|n| n.checked_mul(dim));
        if start == 0 || Some(values.len()) != expected || values.is_empty() {
            return Err(TrainError::Mismatch(format!(
                "{} values are not {start} snippets of {crops} crops and {dim} dimensions",
                values.len()
            )));
        }
        if u32::try_from(start).is_err() {
            return Err(TrainError::Mismatch(format!("{start} snippets are too many")));
        }
        gcl_core::error::ensure_finite("a snippet's feature", &values).doing("reading snippets")?;
        Ok(Snippets { values, videos: ranges, crops, dim })
    }

    /// Snippets of all videos, N.
    pub fn len(&self) -> usize {
        self.videos.last().map_or(0, |(_, range)| range.end)
    }

    /// Whether there are no snippets; never, since that is refused.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The feature dimension d.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Crops of each snippet.
    pub fn crops(&self) -> usize {
        self.crops
    }

    /// The videos and their snippets.
    pub fn videos(&self) -> &[(VideoId, Range<usize>)] {
        &self.videos
    }

    /// All values, `[N, crops, d]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Scales all features in place.
    ///
    /// # Errors
    /// If the scaler is of another dimension.
    pub fn scale(&mut self, scaler: &Scaler) -> Result<()> {
        scaler.apply(&mut self.values).doing("scaling features")
    }

    /// Each snippet's mean over its crops, `[N, d]`.
    pub fn means(&self) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.len() * self.dim);
        for snippet in self.values.chunks_exact(self.crops * self.dim) {
            let column = |j: usize| snippet.iter().skip(j).step_by(self.dim).sum::<f32>();
            out.extend((0..self.dim).map(|j| column(j) / self.crops as f32));
        }
        out
    }

    /// Groups of snippets on a device, `[groups, crops, snippets, d]`; all of one length.
    pub(crate) fn groups(&self, groups: &[&[u32]], device: &Device) -> Tensor<4> {
        let length = groups.first().map_or(0, |group| group.len());
        let mut values = Vec::with_capacity(groups.len() * length * self.crops * self.dim);
        for group in groups {
            for crop in 0..self.crops {
                for &snippet in *group {
                    let at = (snippet as usize * self.crops + crop) * self.dim;
                    values.extend_from_slice(&self.values[at..at + self.dim]);
                }
            }
        }
        let shape = [groups.len(), self.crops, length, self.dim];
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// One video on a device, `[crops, snippets, d]`.
    fn video(&self, range: Range<usize>, device: &Device) -> Tensor<3> {
        let own: Vec<u32> = range.map(|i| i as u32).collect();
        self.groups(&[&own], device).squeeze_dim(0)
    }

    /// A weakly-supervised model's scores of all snippets, video by video, in [0, 1].
    ///
    /// # Errors
    /// If the model refuses a video, or returns another number of scores or a score outside
    /// [0, 1].
    pub fn score(&self, weak: &dyn WeaklySupervised, device: &Device) -> Result<Vec<f32>> {
        let mut scores = Vec::with_capacity(self.len());
        for (id, range) in &self.videos {
            let doing = format!("scoring the snippets of video `{id}`");
            let own = weak.score(self.video(range.clone(), device)).doing(&*doing)?;
            gcl_core::error::ensure_finite("a score", &own).doing(&*doing)?;
            if own.len() != range.len() || own.iter().any(|s| !(0.0..=1.0).contains(s)) {
                return Err(TrainError::Mismatch(format!(
                    "video `{id}`: {} scores of {} snippets, or one outside [0, 1]",
                    own.len(),
                    range.len()
                )));
            }
            scores.extend(own);
        }
        Ok(scores)
    }

    /// A hash of all values and videos, by which a resumed run knows its data again.
    pub fn fingerprint(&self) -> u64 {
        let hash = self.videos.iter().fold(FNV_START, |hash, (id, range)| {
            let hash = fnv1a(hash, id.as_str().as_bytes());
            fnv1a(hash, &(range.end as u64).to_le_bytes())
        });
        with_values(hash, &self.values)
    }
}
