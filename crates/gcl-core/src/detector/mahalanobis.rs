//! Distance from the mean in units of the training covariance.

use burn::tensor::Device;
use nalgebra::{Cholesky, DMatrix, Dyn};
use serde::{Deserialize, Serialize};

use super::moments::{centred_chunks, covariance, mean, narrow, shrink, wide};
use super::{Detector, Settings, rows};
use crate::error::{CoreError, Result};
use crate::state::State;

/// The settings of [`Mahalanobis`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MahalanobisSettings {
    /// The identity's share in the covariance, in (0, 1].
    pub shrinkage: f64,
}

impl Settings for MahalanobisSettings {
    fn validate(&self, _dim: usize) -> Result<()> {
        check_shrinkage(self.shrinkage)
    }

    fn build(&self, _seed: u64, _device: &Device) -> Result<Box<dyn Detector>> {
        Ok(Box::new(Mahalanobis::new(self.shrinkage)?))
    }
}

/// Mahalanobis distance with a covariance shrunk towards a multiple of the identity, so that it
/// can be inverted with fewer rows than dimensions.
pub struct Mahalanobis {
    shrinkage: f64,
    fitted: Option<Gaussian>,
}

crate::brief_debug!(Mahalanobis);

impl Mahalanobis {
    /// A detector with this share of the identity in its covariance.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a shrinkage outside (0, 1].
    pub fn new(shrinkage: f64) -> Result<Self> {
        check_shrinkage(shrinkage)?;
        Ok(Mahalanobis { shrinkage, fitted: None })
    }
}

pub(super) fn check_shrinkage(shrinkage: f64) -> Result<()> {
    match shrinkage > 0.0 && shrinkage <= 1.0 {
        true => Ok(()),
        false => Err(CoreError::setting("shrinkage", "in (0, 1]", shrinkage)),
    }
}

/// A fitted normal distribution.
pub(super) struct Gaussian {
    mean: Vec<f32>,
    /// W `[d, d]` with W·Wᵀ the inverse covariance: rows times W have independent dimensions of
    /// variance 1. Held at the precision that is stored, so that a loaded detector scores the same.
    whitening: DMatrix<f64>,
}

impl Gaussian {
    pub(super) fn new(
        mean: Vec<f32>,
        mut covariance: DMatrix<f64>,
        shrinkage: f64,
    ) -> Result<Gaussian> {
        shrink(&mut covariance, shrinkage);
        let d = mean.len();
        let singular = || CoreError::State("the covariance cannot be factored".to_owned());
        let factor = Cholesky::<f64, Dyn>::new(covariance).ok_or_else(singular)?.l();
        let inverse = factor.solve_lower_triangular(&DMatrix::identity(d, d));
        let whitening = inverse.ok_or_else(singular)?.transpose();
        Ok(Gaussian { mean, whitening: whitening.map(|v| f64::from(v as f32)) })
    }

    pub(super) fn dim(&self) -> usize {
        self.mean.len()
    }

    /// The distance of each row `[m, d]` from the mean.
    pub(super) fn distances(&self, features: &[f32]) -> Vec<f32> {
        let mut scores = Vec::with_capacity(features.len() / self.dim());
        centred_chunks(features, &wide(&self.mean), |centred| {
            let white = centred * &self.whitening;
            scores.extend(white.row_iter().map(|row| row.norm() as f32));
        });
        scores
    }

    pub(super) fn save(&self, state: &mut State) {
        state.put_f32s("mean", &self.mean);
        state.put_f32s("whitening", &narrow(self.whitening.iter().copied()));
    }

    pub(super) fn load(state: &State) -> Result<Gaussian> {
        let mean = state.get_f32s("mean")?;
        let whitening = state.get_f32s("whitening")?;
        let (d, found) = (mean.len(), whitening.len());
        if d == 0 || Some(found) != d.checked_mul(d) {
            return Err(CoreError::State(format!("a whitening of {found} values for d = {d}")));
        }
        Ok(Gaussian { mean, whitening: DMatrix::from_vec(d, d, wide(&whitening)) })
    }
}

impl Detector for Mahalanobis {
    fn name(&self) -> &'static str {
        "mahalanobis"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        rows(features, d)?;
        let mean = mean(features, d);
        let covariance = covariance(features, &mean, d, |rows| rows);
        self.fitted = Some(Gaussian::new(narrow(mean), covariance, self.shrinkage)?);
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let fitted = self.fitted.as_ref().ok_or(CoreError::NotFitted("mahalanobis"))?;
        rows(features, fitted.dim())?;
        Ok(fitted.distances(features))
    }

    fn save(&self) -> Result<State> {
        let fitted = self.fitted.as_ref().ok_or(CoreError::NotFitted("mahalanobis"))?;
        let mut state = State::default();
        state.put_json("shrinkage", &self.shrinkage)?;
        fitted.save(&mut state);
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let shrinkage = state.get_json("shrinkage")?;
        check_shrinkage(shrinkage)?;
        (self.shrinkage, self.fitted) = (shrinkage, Some(Gaussian::load(state)?));
        Ok(())
    }
}
