//! Distance from the subspace in which training rows vary most: the linear autoencoder.

use burn::tensor::Device;
use nalgebra::DMatrix;
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

use super::moments::{centred_chunks, covariance, mean, narrow, wide};
use super::{Detector, Settings, rows};
use crate::error::{CoreError, Result};
use crate::rng;
use crate::state::State;
use crate::subspace::{iterate, largest};

/// Directions beyond those asked for, and rounds, of the subspace iteration (Halko, Martinsson and
/// Tropp 2011, <https://arxiv.org/abs/0909.4061>): the ones kept converge as the ratio of variances to
/// the power of the rounds.
const EXTRA: usize = 16;
const ROUNDS: usize = 24;

/// The settings of [`Pca`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PcaSettings {
    /// How many components span the subspace; fewer than dimensions.
    pub components: usize,
}

impl Settings for PcaSettings {
    fn validate(&self, dim: usize) -> Result<()> {
        if self.components < dim {
            return Ok(());
        }
        let expected = format!("below the dimension {dim}, or nothing is left to score");
        Err(CoreError::setting("components", expected, self.components))
    }

    fn build(&self, seed: u64, _device: &Device) -> Result<Box<dyn Detector>> {
        Ok(Box::new(Pca::new(self.components, seed)))
    }
}

/// Reconstruction error ‖(I − V·Vᵀ)(x − μ)‖₂ on the principal components V `[d, components]`.
///
/// Memory is that of two d × d matrices, however many rows there are.
pub struct Pca {
    components: usize,
    seed: u64,
    fitted: Option<Fitted>,
}

crate::brief_debug!(Pca);

struct Fitted {
    mean: Vec<f32>,
    /// V, row-major `[d, components]`, by descending variance.
    axes: Vec<f32>,
}

impl Pca {
    /// A detector that keeps this many components. `seed` is of the iteration's start.
    pub fn new(components: usize, seed: u64) -> Self {
        Pca { components, seed, fitted: None }
    }

    fn fitted(&self) -> Result<&Fitted> {
        self.fitted.as_ref().ok_or(CoreError::NotFitted("pca"))
    }
}

/// The leading eigenvectors of a symmetric matrix, as columns, by descending eigenvalue.
fn leading(matrix: &DMatrix<f64>, count: usize, seed: u64) -> DMatrix<f64> {
    let d = matrix.nrows();
    let width = (count + EXTRA).min(d);
    let mut rng = rng::stream(seed, "pca", 0);
    let start = DMatrix::from_fn(d, width, |_, _| rng.sample::<f64, _>(StandardNormal));
    // A basis of the whole space needs no iteration.
    let rounds = if width < d { ROUNDS } else { 0 };
    let basis = iterate(start, rounds, |basis| matrix * basis);
    let (_, vectors) = largest(basis.tr_mul(&(matrix * &basis)), count);
    basis * vectors
}

impl Detector for Pca {
    fn name(&self) -> &'static str {
        "pca"
    }

    fn fit(&mut self, features: &[f32], d: usize) -> Result<()> {
        rows(features, d)?;
        PcaSettings { components: self.components }.validate(d)?;
        let mean = mean(features, d);
        let covariance = covariance(features, &mean, d, |rows| rows);
        let axes = leading(&covariance, self.components, self.seed);
        let axes = narrow(axes.transpose().iter().copied());
        self.fitted = Some(Fitted { mean: narrow(mean), axes });
        Ok(())
    }

    fn score(&self, features: &[f32]) -> Result<Vec<f32>> {
        let fitted = self.fitted()?;
        let d = fitted.mean.len();
        rows(features, d)?;
        let axes = wide(&fitted.axes);
        let axes = DMatrix::from_row_slice(d, self.components, &axes);
        let mut scores = Vec::with_capacity(features.len() / d);
        centred_chunks(features, &wide(&fitted.mean), |centred| {
            let left = &centred - (&centred * &axes) * axes.transpose();
            scores.extend(left.row_iter().map(|row| row.norm() as f32));
        });
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        let fitted = self.fitted()?;
        let mut state = State::default();
        state.put_json("settings", &(self.components, self.seed))?;
        state.put_f32s("mean", &fitted.mean);
        state.put_f32s("axes", &fitted.axes);
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (components, seed): (usize, u64) = state.get_json("settings")?;
        let mean = state.get_f32s("mean")?;
        let axes = state.get_f32s("axes")?;
        if mean.is_empty() || mean.len().checked_mul(components) != Some(axes.len()) {
            let (d, found) = (mean.len(), axes.len());
            let problem = format!("axes of {found} values for {components} components of {d}");
            return Err(CoreError::State(problem));
        }
        *self = Pca { components, seed, fitted: Some(Fitted { mean, axes }) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use nalgebra::SymmetricEigen;

    use super::*;

    #[test]
    fn the_iteration_finds_what_a_full_decomposition_finds() {
        let mut rng = rng::stream(3, "test", 0);
        let x = DMatrix::from_fn(300, 80, |_, j| {
            rng.sample::<f64, _>(StandardNormal) * 0.93f64.powi(j as i32)
        });
        let covariance = x.tr_mul(&x);
        let full = SymmetricEigen::new(covariance.clone());
        let mut order: Vec<usize> = (0..80).collect();
        order.sort_by(|&a, &b| full.eigenvalues[b].total_cmp(&full.eigenvalues[a]));
        let expected = full.eigenvectors.select_columns(order.iter().take(8));
        let found = leading(&covariance, 8, 0);
        for j in 0..8 {
            let cosine = found.column(j).dot(&expected.column(j)).abs();
            assert!(cosine > 1.0 - 1e-4, "component {j}: cosine {cosine}");
        }
    }
}
