//! Distance to the k-th nearest training row.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Detector, from_le_bytes, rows, to_le_bytes};
use crate::cooperative::to_host;
use crate::error::{CoreError, Result};
use crate::state::State;

/// Rows of a score matrix computed at once: bounds memory, and fills the matrix product.
const CHUNK: usize = 512;

/// k-nearest-neighbour distance. Scoring the training rows themselves counts each as its own
/// neighbour, so use k ≥ 2 there.
pub struct NearestNeighbours {
    k: usize,
    device: Device,
    fitted: Option<Fitted>,
}

struct Fitted {
    d: usize,
    train: Vec<f32>,
}

impl NearestNeighbours {
    /// A detector that looks at the k-th neighbour.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for k = 0.
    pub fn new(k: usize, device: &Device) -> Result<Self> {
        if k == 0 {
            return Err(CoreError::setting("k", "at least 1", k));
        }
        Ok(NearestNeighbours { k, device: device.clone().inner(), fitted: None })
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
        self.fitted = Some(Fitted { d, train: features.to_vec() });
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let Fitted { d, train } = self.fitted.as_ref().ok_or(CoreError::NotFitted("knn"))?;
        rows(features, *d)?;
        let n = train.len() / d;
        let train = Tensor::<2>::from_data(TensorData::new(train.clone(), [n, *d]), &self.device);
        let train_squares = train.clone().square().sum_dim(1).transpose();
        let train = train.transpose();
        let mut scores = Vec::with_capacity(features.len() / d);
        for chunk in features.chunks(CHUNK * d) {
            let data = TensorData::new(chunk.to_vec(), [chunk.len() / d, *d]);
            let x = Tensor::<2>::from_data(data, &self.device);
            // ‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y: one matrix product instead of n·m differences.
            let squares = x.clone().square().sum_dim(1) + train_squares.clone();
            let distances = squares - x.matmul(train.clone()).mul_scalar(2.0);
            let distances = to_host("distance", distances.flatten::<1>(0, 1))?;
            for row in distances.chunks_exact(n) {
                let mut row = row.to_vec();
                let (_, kth, _) = row.select_nth_unstable_by(self.k - 1, f32::total_cmp);
                scores.push(kth.max(0.0).sqrt());
            }
        }
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        let Fitted { d, train } = self.fitted.as_ref().ok_or(CoreError::NotFitted("knn"))?;
        let mut state = State::default();
        state.put_json("settings", &(self.k, *d))?;
        state.put("train", to_le_bytes(train));
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (k, d): (usize, usize) = state.get_json("settings")?;
        let train = from_le_bytes(state.get("train")?);
        let n = rows(&train, d)?;
        if k == 0 || n < k {
            return Err(CoreError::State(format!("k = {k} does not fit {n} training rows")));
        }
        (self.k, self.fitted) = (k, Some(Fitted { d, train }));
        Ok(())
    }
}
