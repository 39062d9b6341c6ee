//! The first few principal components.
//!
//! The same subspace iteration as `gcl-core`'s `subspace.rs`, written again: this crate knows no
//! networks and so does not depend on that one.

use nalgebra::{DMatrix, SymmetricEigen};

use super::check;
use crate::EvalError;

/// Rounds of subspace iteration; each multiplies the leading components' lead over the rest.
const ROUNDS: usize = 8;

/// Columns beyond the wanted ones, which make the wanted ones converge sooner.
const SPARE: usize = 10;

/// The first `count` principal components of `values`, row-major `[n, dim]`, as row-major
/// `[n, components]`, the largest first; fewer if the points have fewer. Found by subspace iteration
/// from evenly spaced points, so equal points give equal components.
///
/// # Errors
/// [`EvalError::Matrix`] for a ragged or empty matrix, [`EvalError::NotPoint`].
pub fn principal_components(
    values: &[f32],
    dim: usize,
    count: usize,
) -> Result<(Vec<f32>, usize), EvalError> {
    let n = check(values, dim)?;
    let count = count.min(dim).min(n);
    let mut points = DMatrix::from_row_iterator(n, dim, values.iter().map(|v| f64::from(*v)));
    for mut column in points.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    // [dim, width]: spans the leading directions ever better.
    let width = (count + SPARE).min(dim).min(n);
    let mut basis = DMatrix::from_fn(dim, width, |row, column| {
        // The sign keeps points that cancel each other from leaving a direction out.
        let tilt = if (row + column) % (column + 2) == 0 { 1e-3 } else { 0.0 };
        points[(column * n / width, row)] + tilt
    });
    for _ in 0..ROUNDS {
        basis = basis.qr().q();
        let projected = &points * &basis;
        basis = points.tr_mul(&projected);
    }
    let basis = basis.qr().q();
    let projected = &points * &basis;
    let eigen = SymmetricEigen::new(projected.tr_mul(&projected));
    let mut order: Vec<usize> = (0..eigen.eigenvalues.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    order.truncate(count);
    let components = projected * eigen.eigenvectors.select_columns(&order);
    let mut out = Vec::with_capacity(n * order.len());
    for row in components.row_iter() {
        out.extend(row.iter().map(|v| *v as f32));
    }
    Ok((out, order.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_widest_directions_come_first() {
        // Along (3, 4, 0) / 5 with spread 10, along (-4, 3, 0) / 5 with 2, a constant third.
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        let pairs: Vec<(f32, f32)> = (0..300).map(|_| (20.0 * noise(), 4.0 * noise())).collect();
        let values: Vec<f32> = pairs
            .iter()
            .flat_map(|(a, b)| [0.6 * a - 0.8 * b + 5.0, 0.8 * a + 0.6 * b, 7.0])
            .collect();
        let (found, columns) = principal_components(&values, 3, 2).unwrap();
        assert_eq!((columns, found.len()), (2, 600));
        let mean = |f: fn(&(f32, f32)) -> f32| pairs.iter().map(f).sum::<f32>() / 300.0;
        let (a, b) = (mean(|p| p.0), mean(|p| p.1));
        let sign = (found[0] * (pairs[0].0 - a)).signum();
        for (row, pair) in found.chunks(2).zip(&pairs) {
            // The sample's own axes differ a little from those that it was drawn along.
            assert!((sign * row[0] - (pair.0 - a)).abs() < 0.5, "{row:?} {pair:?}");
            assert!((row[1].abs() - (pair.1 - b).abs()).abs() < 1.0, "{row:?} {pair:?}");
        }
        let dot: f32 = found.chunks(2).map(|r| r[0] * r[1]).sum();
        let size: f32 = found.chunks(2).map(|r| r[0] * r[0]).sum();
        assert!(dot.abs() < 1e-4 * size, "components are uncorrelated");
    }

    #[test]
    fn few_points_and_bad_ones() {
        let (found, columns) = principal_components(&[1.0, 2.0, 3.0, 4.0], 2, 50).unwrap();
        assert_eq!(columns, 2);
        assert!((found[0].abs() - 2f32.sqrt()).abs() < 1e-5 && found[1].abs() < 1e-5);
        assert!(principal_components(&[5.0; 6], 3, 2).unwrap().0.iter().all(|v| v.abs() < 1e-6));
        assert!(principal_components(&[1.0; 5], 2, 1).is_err());
        assert!(principal_components(&[], 2, 1).is_err());
        assert!(principal_components(&[f32::NAN, 1.0], 1, 1).is_err());
    }
}
