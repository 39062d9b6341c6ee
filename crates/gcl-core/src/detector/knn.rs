//! Distance to the k-th nearest training row.

use burn::tensor::{Device, Tensor, TensorData};
use rand::seq::index;
use serde::{Deserialize, Serialize};

use super::moments::{mean, narrow};
use super::{Detector, Settings, rows};
use crate::cooperative::to_host;
use crate::error::{CoreError, Result};
use crate::rng;
use crate::state::State;

/// Rows and columns of the distance matrix computed at once: bounds memory, and fills the product.
const CHUNK: usize = 512;
const TRAIN_CHUNK: usize = 4096;

/// The settings of [`NearestNeighbours`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearestNeighboursSettings {
    /// Which neighbour.
    pub k: usize,
    /// At most this many training rows are kept, drawn by the seed.
    pub sample: usize,
}

impl Settings for NearestNeighboursSettings {
    fn validate(&self, _dim: usize) -> Result<()> {
        check(self.k, self.sample)
    }

    fn build(&self, seed: u64, device: &Device) -> Result<Box<dyn Detector>> {
        let knn = NearestNeighbours::new(self.k, device)?;
        Ok(Box::new(knn.with_sample(self.sample, seed)?))
    }
}

fn check(k: usize, sample: usize) -> Result<()> {
    match k {
        0 => Err(CoreError::setting("k", "at least 1", k)),
        _ if sample < k => Err(CoreError::setting("sample", format!("at least k = {k}"), sample)),
        _ => Ok(()),
    }
}

/// k-nearest-neighbour distance. Scoring the training rows themselves counts each as its own
/// neighbour, so use k ≥ 2 there.
pub struct NearestNeighbours {
    k: usize,
    /// At most this many training rows are kept, and the seed that draws them.
    sample: (usize, u64),
    device: Device,
    fitted: Option<Fitted>,
}

crate::brief_debug!(NearestNeighbours);

struct Fitted {
    d: usize,
    /// Subtracted from all rows: distances stay, and their squares lose fewer digits.
    mean: Vec<f32>,
    /// The centred training rows.
    train: Vec<f32>,
}

impl Fitted {
    fn centre(&self, rows: &[f32]) -> Vec<f32> {
        rows.chunks_exact(self.d)
            .flat_map(|r| r.iter().zip(&self.mean).map(|(x, m)| x - m))
            .collect()
    }

    fn tensor(&self, rows: &[f32], device: &Device) -> Tensor<2> {
        Tensor::from_data(TensorData::new(rows.to_vec(), [rows.len() / self.d, self.d]), device)
    }
}

impl NearestNeighbours {
    /// A detector that looks at the k-th neighbour.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for k = 0.
    pub fn new(k: usize, device: &Device) -> Result<Self> {
        check(k, usize::MAX)?;
        let (sample, device) = ((usize::MAX, 0), device.clone().inner());
        Ok(NearestNeighbours { k, sample, device, fitted: None })
    }

    /// Keeps at most `rows` training rows, drawn by `seed`: memory is rows · d · 4 bytes, and a
    /// scored row costs as many distances.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for fewer rows than k.
    pub fn with_sample(self, rows: usize, seed: u64) -> Result<Self> {
        check(self.k, rows)?;
        Ok(NearestNeighbours { sample: (rows, seed), ..self })
    }
}

impl Detector for NearestNeighbours {
    fn name(&self) -> &'static str {
        "knn"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        let n = rows(features, d)?;
        if n < self.k {
            return Err(CoreError::shape("training rows", format!("at least k = {}", self.k), n));
        }
        let (most, seed) = self.sample;
        let drawn = (n > most).then(|| {
            let mut rng = rng::stream(seed, "nearest-neighbours", 0);
            let mut drawn = index::sample(&mut rng, n, most).into_vec();
            drawn.sort_unstable();
            let row = |i: usize| features[i * d..(i + 1) * d].iter().copied();
            drawn.into_iter().flat_map(row).collect::<Vec<f32>>()
        });
        let features = drawn.as_deref().unwrap_or(features);
        let mut fitted = Fitted { d, mean: narrow(mean(features, d)), train: Vec::new() };
        fitted.train = fitted.centre(features);
        self.fitted = Some(fitted);
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let fitted = self.fitted.as_ref().ok_or(CoreError::NotFitted("knn"))?;
        rows(features, fitted.d)?;
        let features = fitted.centre(features);
        let mut scores = Vec::with_capacity(features.len() / fitted.d);
        for chunk in features.chunks(CHUNK * fitted.d) {
            let x = fitted.tensor(chunk, &self.device);
            let x_squares = x.clone().square().sum_dim(1);
            // The k nearest so far, of each row of the chunk.
            let mut nearest = vec![Vec::new(); chunk.len() / fitted.d];
            for train in fitted.train.chunks(TRAIN_CHUNK * fitted.d) {
                let y = fitted.tensor(train, &self.device).transpose();
                // ‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y: one matrix product instead of n·m differences.
                let squares = x_squares.clone() + y.clone().square().sum_dim(0);
                let distances = squares - x.clone().matmul(y).mul_scalar(2.0);
                let distances = to_host("distance", distances.flatten::<1>(0, 1))?;
                let columns = train.len() / fitted.d;
                for (best, row) in nearest.iter_mut().zip(distances.chunks_exact(columns)) {
                    best.extend_from_slice(row);
                    if best.len() > self.k {
                        best.select_nth_unstable_by(self.k - 1, f32::total_cmp);
                        best.truncate(self.k);
                    }
                }
            }
            let farthest = |best: Vec<f32>| best.into_iter().fold(0.0f32, f32::max).sqrt();
            scores.extend(nearest.into_iter().map(farthest));
        }
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        let Fitted { d, mean, train } = self.fitted.as_ref().ok_or(CoreError::NotFitted("knn"))?;
        let mut state = State::default();
        state.put_json("settings", &(self.k, *d))?;
        state.put_f32s("mean", mean);
        state.put_f32s("train", train);
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (k, d): (usize, usize) = state.get_json("settings")?;
        let train = state.get_f32s("train")?;
        let mean = state.get_f32s("mean")?;
        let n = rows(&train, d)?;
        if k == 0 || n < k || mean.len() != d {
            let mean = mean.len();
            let problem =
                format!("k = {k} and a mean of {mean} values for {n} training rows of {d}");
            return Err(CoreError::State(problem));
        }
        (self.k, self.fitted) = (k, Some(Fitted { d, mean, train }));
        Ok(())
    }
}
