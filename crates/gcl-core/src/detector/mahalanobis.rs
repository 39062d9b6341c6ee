//! Distance from the mean in units of the training covariance.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::moments::{covariance, mean, narrow, shrink};
use super::{Detector, from_le_bytes, rows, to_le_bytes};
use crate::error::{CoreError, Result};
use crate::state::State;

/// Mahalanobis distance with a covariance shrunk towards a multiple of the identity, so that it
/// can be inverted with fewer rows than dimensions.
pub struct Mahalanobis {
    shrinkage: f64,
    fitted: Option<Gaussian>,
}

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
    /// Row-major lower triangle of the covariance's Cholesky factor, `[d, d]`.
    factor: Vec<f32>,
}

impl Gaussian {
    pub(super) fn new(
        mean: Vec<f32>,
        mut covariance: DMatrix<f64>,
        shrinkage: f64,
    ) -> Result<Gaussian> {
        shrink(&mut covariance, shrinkage);
        let singular = || CoreError::State("the covariance cannot be factored".to_owned());
        let factor = Cholesky::<f64, Dyn>::new(covariance).ok_or_else(singular)?.l();
        Ok(Gaussian { mean, factor: narrow(factor.transpose().iter().copied()) })
    }

    pub(super) fn dim(&self) -> usize {
        self.mean.len()
    }

    /// The distance of each row `[m, d]` from the mean.
    pub(super) fn distances(&self, features: &[f32]) -> Result<Vec<f32>> {
        let d = self.dim();
        let lower = DMatrix::from_row_iterator(d, d, self.factor.iter().map(|&v| f64::from(v)));
        let mut scores = Vec::with_capacity(features.len() / d);
        for row in features.chunks_exact(d) {
            let centred = row.iter().zip(&self.mean).map(|(&x, &m)| f64::from(x) - f64::from(m));
            let mut y = DVector::from_iterator(d, centred);
            if !lower.solve_lower_triangular_mut(&mut y) {
                return Err(CoreError::State("the covariance factor is singular".to_owned()));
            }
            scores.push(y.norm() as f32);
        }
        Ok(scores)
    }

    pub(super) fn save(&self, state: &mut State) {
        state.put("mean", to_le_bytes(&self.mean));
        state.put("factor", to_le_bytes(&self.factor));
    }

    pub(super) fn load(state: &State) -> Result<Gaussian> {
        let mean = from_le_bytes(state.get("mean")?);
        let factor = from_le_bytes(state.get("factor")?);
        if mean.is_empty() || Some(factor.len()) != mean.len().checked_mul(mean.len()) {
            let (d, found) = (mean.len(), factor.len());
            return Err(CoreError::State(format!("a factor of {found} values for d = {d}")));
        }
        Ok(Gaussian { mean, factor })
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
        fitted.distances(features)
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
