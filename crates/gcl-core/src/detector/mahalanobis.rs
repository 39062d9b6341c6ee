//! Distance from the mean in units of the training covariance.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::{Detector, from_le_bytes, rows, to_le_bytes};
use crate::error::{CoreError, Result};
use crate::state::State;

/// Mahalanobis distance with a covariance shrunk towards a multiple of the identity, so that it
/// can be inverted with fewer rows than dimensions.
pub struct Mahalanobis {
    shrinkage: f64,
    fitted: Option<Fitted>,
}

struct Fitted {
    mean: Vec<f32>,
    /// Row-major lower triangle of the covariance's Cholesky factor, `[d, d]`.
    factor: Vec<f32>,
}

impl Mahalanobis {
    /// A detector with this share of the identity in its covariance.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a shrinkage outside (0, 1].
    pub fn new(shrinkage: f64) -> Result<Self> {
        match shrinkage > 0.0 && shrinkage <= 1.0 {
            true => Ok(Mahalanobis { shrinkage, fitted: None }),
            false => Err(CoreError::setting("shrinkage", "in (0, 1]", shrinkage)),
        }
    }
}

impl Detector for Mahalanobis {
    fn name(&self) -> &'static str {
        "mahalanobis"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        let n = rows(features, d)?;
        let x = DMatrix::from_row_iterator(n, d, features.iter().map(|&v| f64::from(v)));
        let mean = x.row_mean();
        let mut centred = x;
        for mut row in centred.row_iter_mut() {
            row -= &mean;
        }
        let mut covariance = centred.tr_mul(&centred) / (n as f64);
        // The identity's share is scaled to the data's mean variance; a constant set gets 1.
        let variance = match covariance.trace() / d as f64 {
            v if v > 1e-20 => v,
            _ => 1.0,
        };
        covariance *= 1.0 - self.shrinkage;
        for i in 0..d {
            covariance[(i, i)] += self.shrinkage * variance;
        }
        let singular = || CoreError::State("the covariance cannot be factored".to_owned());
        let factor = Cholesky::<f64, Dyn>::new(covariance).ok_or_else(singular)?.l();
        self.fitted = Some(Fitted {
            mean: mean.iter().map(|&v| v as f32).collect(),
            factor: factor.transpose().iter().map(|&v| v as f32).collect(),
        });
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let Fitted { mean, factor } =
            self.fitted.as_ref().ok_or(CoreError::NotFitted("mahalanobis"))?;
        let d = mean.len();
        rows(features, d)?;
        let lower = DMatrix::from_row_iterator(d, d, factor.iter().map(|&v| f64::from(v)));
        let mut scores = Vec::with_capacity(features.len() / d);
        for row in features.chunks_exact(d) {
            let centred = row.iter().zip(mean).map(|(&x, &m)| f64::from(x) - f64::from(m));
            let mut y = DVector::from_iterator(d, centred);
            if !lower.solve_lower_triangular_mut(&mut y) {
                return Err(CoreError::State("the covariance factor is singular".to_owned()));
            }
            scores.push(y.norm() as f32);
        }
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        let fitted = self.fitted.as_ref().ok_or(CoreError::NotFitted("mahalanobis"))?;
        let mut state = State::default();
        state.put_json("shrinkage", &self.shrinkage)?;
        state.put("mean", to_le_bytes(&fitted.mean));
        state.put("factor", to_le_bytes(&fitted.factor));
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let shrinkage = state.get_json("shrinkage")?;
        let mean = from_le_bytes(state.get("mean")?);
        let factor = from_le_bytes(state.get("factor")?);
        if mean.is_empty() || Some(factor.len()) != mean.len().checked_mul(mean.len()) {
            let (d, found) = (mean.len(), factor.len());
            return Err(CoreError::State(format!("a factor of {found} values for d = {d}")));
        }
        (self.shrinkage, self.fitted) = (shrinkage, Some(Fitted { mean, factor }));
        Ok(())
    }
}
