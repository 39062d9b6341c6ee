//! Half-whitening: the principal directions of the training features, each divided by the fourth
//! root of its variance.
//!
//! A scalar leaves the few directions in which the data varies most to decide every distance;
//! whitening gives as much weight to directions that hold nothing but noise. Half-way between them,
//! a direction's standard deviation becomes its square root (see `docs/method.md`).

use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::base64_f32;
use crate::rng;
use crate::subspace::{iterate, largest};

/// Rows that the directions are fitted to, at most, evenly spaced over all.
pub(super) const ROWS: usize = 16_384;

/// Directions that are kept apart; the rest share their mean variance.
const DIRECTIONS: usize = 128;

/// More columns in the search than directions asked for, and its rounds: enough for eigenvalues
/// that fall off as those of features do.
const OVERSAMPLED: usize = 16;
const ROUNDS: usize = 4;

/// The identity's share in the covariance, scaled to the mean variance.
const SHRINKAGE: f64 = 0.1;

/// Orthonormal directions and how much longer each becomes than the rest: x ↦ x + Σ gainᵢ (vᵢ·x) vᵢ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Directions {
    /// The directions, row-major `[k, d]`.
    #[serde(with = "base64_f32")]
    vectors: Vec<f32>,
    /// One per direction: its factor relative to the rest's, less 1.
    #[serde(with = "base64_f32")]
    gains: Vec<f32>,
}

impl Directions {
    /// Fits the directions to centred rows `[n, d]`; also returns the factor of the remaining
    /// directions. `None` for rows that do not vary.
    pub(super) fn fit(rows: &[f32], d: usize) -> Option<(Directions, f64)> {
        let n = rows.len() / d;
        let x = DMatrix::<f32>::from_row_slice(n, d, rows);
        let total: f64 = rows.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>() / n as f64;
        let mean_variance = total / d as f64;
        if mean_variance.is_nan() || mean_variance <= 1e-20 {
            return None;
        }
        let (variances, vectors) = principal(&x, DIRECTIONS.min(d));
        let k = variances.len();
        let rest = (total - variances.iter().sum::<f64>()).max(0.0) / (d - k).max(1) as f64;
        let factor =
            |v: f64| ((1.0 - SHRINKAGE) * v + SHRINKAGE * mean_variance).sqrt().sqrt().recip();
        let gains = variances.iter().map(|&v| (factor(v) / factor(rest) - 1.0) as f32).collect();
        let vectors = vectors.as_slice().to_vec(); // column-major [d, k] is row-major [k, d]
        Some((Directions { vectors, gains }, factor(rest)))
    }

    /// Stretches one centred row in place.
    pub(super) fn apply(&self, row: &mut [f32]) {
        let before = row.to_vec();
        for (vector, gain) in self.vectors.chunks_exact(row.len()).zip(&self.gains) {
            let along = gain * dot(vector, &before);
            row.iter_mut().zip(vector).for_each(|(x, v)| *x += along * v);
        }
    }

    /// Whether the sizes fit rows of `d` dimensions.
    pub(super) fn fits(&self, d: usize) -> bool {
        Some(self.vectors.len()) == self.gains.len().checked_mul(d)
    }

    /// The sizes, in words.
    pub(super) fn sizes(&self) -> String {
        format!("{} gains for {} values", self.gains.len(), self.vectors.len())
    }
}

/// A sum in eight lanes, which the compiler keeps in one register.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a.zip(b) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// The `k` largest variances of centred rows and their directions `[d, k]`, by subspace iteration.
fn principal(x: &DMatrix<f32>, k: usize) -> (Vec<f64>, DMatrix<f32>) {
    let (n, d) = x.shape();
    let columns = (k + OVERSAMPLED).min(d);
    let mut rng = rng::stream(0, "half-whiten", d as u64);
    let start = DMatrix::from_fn(d, columns, |_, _| StandardNormal.sample(&mut rng));
    let basis: DMatrix<f32> = iterate(start, ROUNDS, |basis| x.tr_mul(&(x * basis)));
    let projected = (x * &basis).cast::<f64>();
    let (variances, vectors) = largest(projected.tr_mul(&projected) / n as f64, k);
    (variances.into_iter().map(|v| v.max(0.0)).collect(), &basis * vectors.cast::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_the_largest_variances() {
        let (n, d) = (400, 200);
        let mut rng = rng::stream(2, "test", 0);
        let x = DMatrix::<f32>::from_fn(n, d, |_, j| {
            let normal: f32 = StandardNormal.sample(&mut rng);
            normal / (1.0 + j as f32).sqrt()
        });
        let (found, vectors) = principal(&x, 20);
        let exact = (x.tr_mul(&x).cast::<f64>() / n as f64).symmetric_eigenvalues();
        let mut exact: Vec<f64> = exact.iter().copied().collect();
        exact.sort_by(|a, b| b.total_cmp(a));
        for (found, exact) in found.iter().zip(&exact) {
            approx::assert_relative_eq!(found, exact, max_relative = 0.01);
        }
        let gram = vectors.tr_mul(&vectors);
        assert!((gram - DMatrix::identity(20, 20)).amax() < 1e-4);
    }
}
