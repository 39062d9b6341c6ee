//! t-SNE (van der Maaten and Hinton, JMLR 2008, <https://jmlr.org/papers/v9/vandermaaten08a.html>),
//! exact.
//!
//! It starts from the first two principal components and sums in a fixed order, so equal points give
//! the same picture, bit for bit, on any number of threads. That is why it is written here: crates that
//! do this sum in the order in which their threads finish.

use rayon::prelude::*;

use super::{check, principal_components};
use crate::EvalError;

/// Most points; their neighbourhoods take `4 n²` bytes.
pub const MAX_POINTS: usize = 5000;

/// The first iterations, in which neighbours attract each other more.
const EXAGGERATED: usize = 250;
const EXAGGERATION: f32 = 12.0;

/// The settings of [`tsne`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TsneOptions {
    /// The perplexity, about the number of neighbours of a point; at most a third of the points is used.
    pub perplexity: f64,
    /// Gradient steps.
    pub iterations: usize,
}

impl Default for TsneOptions {
    fn default() -> Self {
        Self { perplexity: 30.0, iterations: 1000 }
    }
}

/// Places points, row-major `[n, dim]`, on a plane, near ones near each other, by exact t-SNE ([van
/// der Maaten and Hinton, JMLR 2008](https://jmlr.org/papers/v9/vandermaaten08a.html)). Equal input
/// gives the same picture, bit for bit, on any number of threads.
///
/// # Errors
/// [`EvalError::Matrix`] for a ragged or empty matrix or more than [`MAX_POINTS`] points,
/// [`EvalError::NotPoint`].
pub fn tsne(
    values: &[f32],
    dim: usize,
    options: &TsneOptions,
) -> Result<Vec<(f32, f32)>, EvalError> {
    let n = check(values, dim)?;
    if n > MAX_POINTS {
        return Err(EvalError::Matrix { values: values.len(), dim });
    }
    // The picture does not depend on the scale; sums do.
    let largest = values.iter().fold(f32::MIN_POSITIVE, |most, v| most.max(v.abs()));
    let values: Vec<f32> = values.iter().map(|v| v / largest).collect();
    let values = values.as_slice();
    let mut at = start(values, dim, n)?;
    if n < 4 {
        return Ok(at.iter().map(|p| (p[0], p[1])).collect());
    }
    let mut affinity = affinities(values, dim, options.perplexity.clamp(1.0, n as f64 / 3.0));
    affinity.iter_mut().for_each(|p| *p *= EXAGGERATION);
    let rate = (n as f32 / EXAGGERATION / 4.0).max(50.0);
    let mut speed = vec![[0.0f32; 2]; n];
    let mut gains = vec![[1.0f32; 2]; n];
    for step in 0..options.iterations {
        if step == EXAGGERATED {
            affinity.iter_mut().for_each(|p| *p /= EXAGGERATION);
        }
        let momentum = if step < EXAGGERATED { 0.5 } else { 0.8 };
        let gradient = gradient(&affinity, &at);
        for (((point, speed), gain), slope) in
            at.iter_mut().zip(&mut speed).zip(&mut gains).zip(&gradient)
        {
            for axis in 0..2 {
                let along = slope[axis] * speed[axis] < 0.0;
                gain[axis] = if along { gain[axis] + 0.2 } else { (gain[axis] * 0.8).max(0.01) };
                speed[axis] = momentum * speed[axis] - rate * gain[axis] * slope[axis];
                point[axis] += speed[axis];
            }
        }
    }
    Ok(at.iter().map(|p| (p[0], p[1])).collect())
}

/// The first two principal components, shrunk to a spread of 10⁻⁴.
fn start(values: &[f32], dim: usize, n: usize) -> Result<Vec<[f32; 2]>, EvalError> {
    let (components, columns) = principal_components(values, dim, 2)?;
    let first = components.iter().step_by(columns.max(1));
    let spread = (first.map(|v| f64::from(*v).powi(2)).sum::<f64>() / n as f64).sqrt();
    let scale = if spread > 0.0 { (1e-4 / spread) as f32 } else { 0.0 };
    let place = |(i, row): (usize, &[f32])| {
        // Equal points must start apart, or they would never part.
        let apart = 1e-7 * (i as f32 / n as f32 - 0.5);
        [
            row.first().map_or(0.0, |v| v * scale) + apart,
            row.get(1).map_or(0.0, |v| v * scale) - apart,
        ]
    };
    Ok(components.chunks(columns.max(1)).enumerate().map(place).collect())
}

/// Symmetric neighbourhoods `[n, n]` that sum to one: Gaussians, each as wide as its perplexity asks.
fn affinities(values: &[f32], dim: usize, perplexity: f64) -> Vec<f32> {
    let rows: Vec<&[f32]> = values.chunks_exact(dim).collect();
    let n = rows.len();
    let row = |i: usize| -> Vec<f64> {
        let squares: Vec<f64> = rows
            .iter()
            .map(|other| {
                rows[i].iter().zip(*other).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>()
            })
            .collect();
        neighbourhood(&squares, i, perplexity.ln())
    };
    let conditional: Vec<Vec<f64>> = (0..n).into_par_iter().map(row).collect();
    let share = 1.0 / (2 * n) as f64;
    let pair = |i: usize, j: usize| (conditional[i][j] + conditional[j][i]) * share;
    (0..n * n).into_par_iter().map(|k| pair(k / n, k % n).max(1e-12) as f32).collect()
}

/// One point's shares of the others, their entropy being `entropy` nats.
fn neighbourhood(squares: &[f64], own: usize, entropy: f64) -> Vec<f64> {
    let others = || squares.iter().enumerate().filter(|(j, _)| *j != own);
    let nearest = others().map(|(_, d)| *d).fold(f64::INFINITY, f64::min);
    let (mut low, mut high) = (0.0f64, f64::INFINITY);
    let mean = others().map(|(_, d)| d - nearest).sum::<f64>() / squares.len() as f64;
    let mut beta = if mean > 0.0 { 1.0 / mean } else { 1.0 };
    let mut shares = vec![0.0; squares.len()];
    for _ in 0..100 {
        let (mut sum, mut weighted) = (0.0, 0.0);
        for (j, square) in others() {
            let weight = (-(square - nearest) * beta).exp();
            shares[j] = weight;
            sum += weight;
            weighted += weight * (square - nearest);
        }
        let found = sum.ln() + beta * weighted / sum;
        shares.iter_mut().for_each(|share| *share /= sum);
        if (found - entropy).abs() < 1e-5 {
            break;
        }
        if found > entropy {
            low = beta;
            beta = if high.is_finite() { (low + high) / 2.0 } else { beta * 2.0 };
        } else {
            high = beta;
            beta = (low + high) / 2.0;
        }
        if !beta.is_finite() {
            break;
        }
    }
    shares
}

/// The gradient of the Kullback-Leibler divergence, point by point.
fn gradient(affinity: &[f32], at: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let n = at.len();
    let forces = |i: usize| {
        let (mut pull, mut push, mut total) = ([0.0f32; 2], [0.0f32; 2], 0.0f32);
        let [x, y] = at[i];
        for (p, other) in affinity[i * n..(i + 1) * n].iter().zip(at) {
            let (dx, dy) = (x - other[0], y - other[1]);
            let near = 1.0 / (1.0 + dx * dx + dy * dy);
            total += near;
            let (p, near_2) = (p * near, near * near);
            pull = [pull[0] + p * dx, pull[1] + p * dy];
            push = [push[0] + near_2 * dx, push[1] + near_2 * dy];
        }
        (pull, push, total - 1.0)
    };
    let parts: Vec<_> = (0..n).into_par_iter().map(forces).collect();
    let total = parts.iter().map(|part| f64::from(part.2)).sum::<f64>().max(1e-12) as f32;
    let join = |(pull, push, _): &([f32; 2], [f32; 2], f32)| {
        [4.0 * (pull[0] - push[0] / total), 4.0 * (pull[1] - push[1] / total)]
    };
    parts.iter().map(join).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Three clusters of `each` points in 10 dimensions.
    fn clusters(each: usize) -> Vec<f32> {
        let mut state = 3u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 24) as f32 - 0.5
        };
        (0..3 * each * 10).map(|i| noise() + if i % 10 == i / 10 % 3 { 6.0 } else { 0.0 }).collect()
    }

    #[test]
    fn clusters_come_apart_and_always_the_same_way() {
        let values = clusters(40);
        let options = TsneOptions { perplexity: 15.0, iterations: 500 };
        let places = tsne(&values, 10, &options).unwrap();
        let distance =
            |a: (f32, f32), b: (f32, f32)| ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt();
        // Every point's nearest other is of its own cluster.
        for (i, place) in places.iter().enumerate() {
            let near = (0..places.len()).filter(|j| *j != i).min_by(|&a, &b| {
                distance(*place, places[a]).total_cmp(&distance(*place, places[b]))
            });
            assert_eq!(near.unwrap() % 3, i % 3, "point {i}");
        }
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let three = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(one.install(|| tsne(&values, 10, &options)).unwrap(), places);
        assert_eq!(three.install(|| tsne(&values, 10, &options)).unwrap(), places);
    }

    #[test]
    fn a_neighbourhood_has_the_perplexity_asked_for() {
        let squares: Vec<f64> = (0..50).map(|i| f64::from(i * i)).collect();
        let shares = neighbourhood(&squares, 7, 12f64.ln());
        let entropy: f64 = shares.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
        assert!((entropy.exp() - 12.0).abs() < 1e-3, "{}", entropy.exp());
        assert_eq!(shares[7], 0.0);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn odd_points_stay_finite() {
        let options = TsneOptions { perplexity: 30.0, iterations: 300 };
        for values in [vec![0.0; 60], vec![1e20; 40], vec![1.0], vec![1.0, 2.0, 3.0, -1e30, 5.0]] {
            let places = tsne(&values, 1, &options).unwrap();
            assert_eq!(places.len(), values.len());
            assert!(places.iter().all(|p| p.0.is_finite() && p.1.is_finite()), "{places:?}");
        }
        assert!(tsne(&[0.0; 5001], 1, &options).is_err());
        assert!(tsne(&[f32::INFINITY; 8], 1, &options).is_err());
    }
}
