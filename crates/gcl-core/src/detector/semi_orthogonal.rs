//! Mahalanobis distance in a random projection (Kim et al., "Semi-orthogonal embedding for
//! efficient unsupervised anomaly segmentation", 2021), the label-free baseline of GCL's Table 1.

use burn::tensor::Device;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::mahalanobis::{Gaussian, check_shrinkage};
use super::moments::{covariance, mean, narrow};
use super::{Detector, Settings, rows};
use crate::error::{CoreError, Result};
use crate::rng;
use crate::state::State;

/// Rows projected at once.
const CHUNK: usize = 1024;

/// The settings of [`SemiOrthogonal`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SemiOrthogonalSettings {
    /// The dimensions projected to; at most those there are.
    pub k: usize,
    /// The identity's share in the covariance, in (0, 1].
    pub shrinkage: f64,
}

impl Settings for SemiOrthogonalSettings {
    fn validate(&self, dim: usize) -> Result<()> {
        SemiOrthogonal::new(self.k, self.shrinkage, 0)?.check_dim(dim)
    }

    fn build(&self, seed: u64, _device: &Device) -> Result<Box<dyn Detector>> {
        Ok(Box::new(SemiOrthogonal::new(self.k, self.shrinkage, seed)?))
    }
}

/// Mahalanobis distance of W·x, where W `[k, d]` has orthonormal rows: the QR factor of a Gaussian
/// matrix ([Kim et al. 2021](https://arxiv.org/abs/2105.14737)). Applied to clip vectors; how GCL's
/// authors adapted the method is unspecified, see `docs/method.md`.
pub struct SemiOrthogonal {
    k: usize,
    shrinkage: f64,
    seed: u64,
    fitted: Option<Fitted>,
}

crate::brief_debug!(SemiOrthogonal);

struct Fitted {
    /// Wᵀ, row-major `[d, k]`.
    projection: Vec<f32>,
    gaussian: Gaussian,
}

impl SemiOrthogonal {
    /// A detector in `k` dimensions, the covariance shrunk by this share of the identity.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for k = 0 or a shrinkage outside (0, 1].
    pub fn new(k: usize, shrinkage: f64, seed: u64) -> Result<Self> {
        check_shrinkage(shrinkage)?;
        match k {
            0 => Err(CoreError::setting("k", "at least 1", k)),
            _ => Ok(SemiOrthogonal { k, shrinkage, seed, fitted: None }),
        }
    }

    fn check_dim(&self, d: usize) -> Result<()> {
        match self.k > d {
            true => Err(CoreError::setting("k", format!("at most the dimension {d}"), self.k)),
            false => Ok(()),
        }
    }

    fn fitted(&self) -> Result<&Fitted> {
        self.fitted.as_ref().ok_or(CoreError::NotFitted("kim"))
    }
}

impl Fitted {
    fn dim(&self) -> usize {
        self.projection.len() / self.gaussian.dim()
    }
}

fn matrix(values: &[f32], columns: usize) -> DMatrix<f64> {
    let rows = values.len() / columns;
    DMatrix::from_row_iterator(rows, columns, values.iter().map(|&v| f64::from(v)))
}

impl Detector for SemiOrthogonal {
    fn name(&self) -> &'static str {
        "kim"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        rows(features, d)?;
        self.check_dim(d)?;
        let mut rng = rng::stream(self.seed, "semi-orthogonal", 0);
        let gaussian = DMatrix::from_fn(d, self.k, |_, _| rng.sample::<f64, _>(StandardNormal));
        // What is stored is what is fitted with, so that a loaded detector gives the same bits.
        let projection = narrow(gaussian.qr().q().transpose().iter().copied());
        let w = matrix(&projection, self.k);
        let mean = mean(features, d);
        let covariance = covariance(features, &mean, self.k, |rows| rows * &w);
        let centre = DMatrix::from_row_slice(1, d, &mean) * &w;
        let centre = narrow(centre.iter().copied());
        let gaussian = Gaussian::new(centre, covariance, self.shrinkage)?;
        self.fitted = Some(Fitted { projection, gaussian });
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let fitted = self.fitted()?;
        let d = fitted.dim();
        rows(features, d)?;
        let w = matrix(&fitted.projection, fitted.gaussian.dim());
        let mut scores = Vec::with_capacity(features.len() / d);
        for chunk in features.chunks(CHUNK * d) {
            let projected = matrix(chunk, d) * &w;
            let projected = narrow(projected.transpose().iter().copied());
            scores.extend(fitted.gaussian.distances(&projected));
        }
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        let fitted = self.fitted()?;
        let mut state = State::default();
        state.put_json("settings", &(self.k, self.shrinkage, self.seed))?;
        state.put_f32s("projection", &fitted.projection);
        fitted.gaussian.save(&mut state);
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (k, shrinkage, seed): (usize, f64, u64) = state.get_json("settings")?;
        check_shrinkage(shrinkage)?;
        let gaussian = Gaussian::load(state)?;
        let projection = state.get_f32s("projection")?;
        let count = projection.len();
        if k != gaussian.dim() || count < k * k || !count.is_multiple_of(k) {
            let d = gaussian.dim();
            let problem = format!("a projection of {count} values to {k} dimensions, and {d}");
            return Err(CoreError::State(problem));
        }
        *self =
            SemiOrthogonal { k, shrinkage, seed, fitted: Some(Fitted { projection, gaussian }) };
        Ok(())
    }
}
