//! What describes a video to the coarse step: how large its features are, how they vary, how they rise.

use nalgebra::{DMatrix, DMatrixView};

use super::gmm::Point;
use super::settings::{Entropy, Spread};
use crate::error::{Result, ensure_finite};

/// Covariances of 0 in the diagonal entropy.
const ZERO: f64 = 1e-9;

/// The squared L2 norm of each row `[n, d]`: the one number that a segment is to C2FPL and CLAP.
pub fn sizes(rows: &[f32], d: usize) -> Vec<f64> {
    let size = |row: &[f32]| row.iter().map(|&x| f64::from(x).powi(2)).sum();
    rows.chunks_exact(d).map(size).collect()
}

/// The mean of a video's sizes and their spread, by n − 1 (C2FPL).
pub fn mean_and_spread(sizes: &[f64], spread: Spread) -> Point {
    let n = sizes.len() as f64;
    let mean = sizes.iter().sum::<f64>() / n;
    let sum: f64 = sizes.iter().map(|size| (size - mean).powi(2)).sum();
    let variance = sum / (n - 1.0).max(1.0);
    match spread {
        Spread::Std => [mean, variance.sqrt()],
        Spread::Variance => [mean, variance],
    }
}

/// The largest rise of a video's sizes from one segment to the next (CLAP); 0 of a single segment.
pub fn largest_rise(sizes: &[f64]) -> f64 {
    let rises = sizes.windows(2).map(|pair| pair[1] - pair[0]);
    rises.reduce(f64::max).unwrap_or(0.0)
}

/// The entropy of a video's covariance, of rows `[n, d]`, in nats (CLAP).
///
/// # Errors
/// If a value is not finite.
pub fn entropy(rows: &[f32], d: usize, entropy: Entropy) -> Result<f64> {
    ensure_finite("feature", rows)?;
    let n = rows.len() / d;
    let values: Vec<f64> = rows.iter().map(|&x| f64::from(x)).collect();
    // Column-major [d, n]: a segment is a column.
    let mut columns: DMatrix<f64> = DMatrixView::from_slice(&values, d, n).into_owned();
    let mean = columns.column_mean();
    columns.column_iter_mut().for_each(|mut column| column -= &mean);
    let divisor = (n as f64 - 1.0).max(1.0);
    let sum = |values: &mut dyn Iterator<Item = f64>| -> f64 { values.map(|x| -x * x.ln()).sum() };
    Ok(match entropy {
        Entropy::Diagonal => {
            let variance = |row: f64| if row > 0.0 { row / divisor } else { ZERO };
            sum(&mut columns.row_iter().map(|row| variance(row.norm_squared())))
        }
        Entropy::VonNeumann => {
            let trace = columns.norm_squared();
            if trace <= 0.0 {
                return Ok(0.0);
            }
            // Both products have the same eigenvalues but for zeros, which add nothing.
            let gram =
                if n <= d { columns.tr_mul(&columns) } else { &columns * columns.transpose() };
            let shares = (gram / trace).symmetric_eigenvalues();
            sum(&mut shares.iter().copied().filter(|share| *share > 0.0))
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_entropy_of_equal_directions_is_the_logarithm_of_their_number() {
        // Four directions, each to both sides: four equal eigenvalues.
        let row = |axis: usize, x: f32| (0..4).map(move |j| if j == axis { x } else { 0.0 });
        let rows: Vec<f32> =
            (0..4).flat_map(|axis| row(axis, 2.0).chain(row(axis, -2.0))).collect();
        let found = entropy(&rows, 4, Entropy::VonNeumann).unwrap();
        approx::assert_relative_eq!(found, 4f64.ln(), epsilon = 1e-9);
        // The variance of each is 8 / 7, by n − 1.
        let found = entropy(&rows, 4, Entropy::Diagonal).unwrap();
        let variance: f64 = 8.0 / 7.0;
        approx::assert_relative_eq!(found, -4.0 * variance * variance.ln(), epsilon = 1e-9);
    }

    #[test]
    fn still_and_short_videos_have_finite_descriptors() {
        for rows in [vec![3.0; 5 * 4], vec![1.0, 2.0, 3.0, 4.0]] {
            let found = sizes(&rows, 4);
            assert_eq!(mean_and_spread(&found, Spread::Std)[1], 0.0);
            assert_eq!(largest_rise(&found), 0.0);
            assert!(entropy(&rows, 4, Entropy::VonNeumann).unwrap().abs() < 1e-9);
            assert!(entropy(&rows, 4, Entropy::Diagonal).unwrap().is_finite());
        }
        assert!(entropy(&[f32::NAN; 4], 4, Entropy::Diagonal).is_err());
        // A fall is no rise: the largest is the smallest fall.
        assert_eq!(largest_rise(&[9.0, 5.0, 4.0]), -1.0);
    }
}
