//! LANP's propagation of normality: from a video's first and last segments to those that resemble them.

use std::ops::Range;

use super::settings::{LanpSettings, Similarity};

/// Segments at each end of a video that are held to be normal.
const ENDS: usize = 2;

/// The squared residual, over that of the start, below which the rounds of conjugate gradients end.
const CONVERGED: f64 = 1e-12;

/// How normal each segment of a video `[n, d]` is, 0 or more.
///
/// Segments are joined by how alike and how near in time they are; A is that graph, W its symmetrically
/// normalised A + Aᵀ, and y is 1 for the two first and the two last segments. The result is
/// z of (I − α W) z = y after a few rounds of conjugate gradients, negative values as 0, and the
/// largest value at the ends.
///
/// ```
/// use gcl_core::pseudo_label::{LanpSettings, propagation::normality};
///
/// // Segment 3 points elsewhere.
/// let mut rows = vec![1.0, 0.1, 1.0, 0.0, 1.0, 0.2, 0.0, 1.0, 1.0, 0.1, 1.0, 0.2, 1.0, 0.0];
/// let normality = normality(&rows, 2, &LanpSettings::default());
/// assert!((0..7).all(|i| i == 3 || normality[i] > normality[3]));
/// ```
pub fn normality(rows: &[f32], d: usize, settings: &LanpSettings) -> Vec<f64> {
    let count = rows.len() / d;
    let is_end = |i: usize| i < ENDS || i + ENDS >= count;
    let seeds: Vec<f64> = (0..count).map(|i| f64::from(u8::from(is_end(i)))).collect();
    let graph = Graph::new(rows, d, settings);
    let product = |x: &[f64]| -> Vec<f64> {
        x.iter().zip(graph.multiply(x)).map(|(x, wx)| x - settings.alpha * wx).collect()
    };
    let mut z = solved(product, &seeds, settings.rounds);
    z.iter_mut().for_each(|z| *z = z.max(0.0));
    let most = z.iter().copied().fold(0.0, f64::max);
    z.iter_mut().enumerate().filter(|(i, _)| is_end(*i)).for_each(|(_, z)| *z = most);
    z
}

/// The other segments that segment `i` of `count` is compared with, itself among them.
fn window(i: usize, count: usize, neighbours: usize) -> Range<usize> {
    let length = neighbours.saturating_mul(2).min(count);
    let half = length / 2;
    let start = i.saturating_sub(half).min(count - length);
    start..start + length
}

/// A video's segments, joined.
struct Graph {
    /// Of each segment the first one of its window, and how strongly it is joined to each of those.
    rows: Vec<(usize, Vec<f64>)>,
    /// 1 / √(degree) of each segment; 1 for one that is joined to none.
    scale: Vec<f64>,
}

impl Graph {
    fn new(rows: &[f32], d: usize, settings: &LanpSettings) -> Graph {
        let count = rows.len() / d;
        let norms: Vec<f64> = rows.chunks_exact(d).map(|row| dot(row, row).sqrt()).collect();
        let row = |i: usize| &rows[i * d..(i + 1) * d];
        let alike = |i: usize, j: usize| match settings.similarity {
            Similarity::Cosine => {
                let cosine = dot(row(i), row(j)) / (norms[i] * norms[j]);
                // Of a row of zeros there is none.
                if cosine > 0.0 { cosine } else { 0.0 }
            }
            Similarity::Rbf { width } => {
                (-root_mean_square(row(i), row(j)) / (2.0 * width * width)).exp()
            }
        };
        let joined = |i: usize| {
            let window = window(i, count, settings.neighbours);
            let (start, length) = (window.start, window.len() as f64);
            let join = |j: usize| match i == j {
                true => 0.0,
                false => alike(i, j) * (-(i.abs_diff(j) as f64) / length).exp(),
            };
            (start, window.map(join).collect())
        };
        let rows: Vec<_> = (0..count).map(joined).collect();
        let mut graph = Graph { rows, scale: vec![1.0; count] };
        let degrees = graph.multiply(&vec![1.0; count]);
        let scale = |degree: &f64| if *degree > 0.0 { 1.0 / degree.sqrt() } else { 1.0 };
        graph.scale = degrees.iter().map(scale).collect();
        graph
    }

    /// W x.
    fn multiply(&self, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        for (i, (start, row)) in self.rows.iter().enumerate() {
            for (j, weight) in (*start..).zip(row) {
                let weight = weight * self.scale[i] * self.scale[j];
                out[i] += weight * x[j];
                out[j] += weight * x[i];
            }
        }
        out
    }
}

/// x of A x = b for the product with A, symmetric and positive definite, by conjugate gradients from 0.
fn solved(product: impl Fn(&[f64]) -> Vec<f64>, b: &[f64], rounds: usize) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let mut x = vec![0.0; b.len()];
    let (mut left, mut direction) = (b.to_vec(), b.to_vec());
    let start = dot(b, b);
    let mut size = start;
    for _ in 0..rounds {
        if size <= CONVERGED * start {
            break;
        }
        let along = product(&direction);
        let step = size / dot(&direction, &along);
        for i in 0..x.len() {
            x[i] += step * direction[i];
            left[i] -= step * along[i];
        }
        let next = dot(&left, &left);
        direction.iter_mut().zip(&left).for_each(|(d, left)| *d = left + next / size * *d);
        size = next;
    }
    x
}

/// The scalar product of two rows.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// √(Σ (a − b)² / d).
pub(super) fn root_mean_square(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    (squares.sum::<f64>() / a.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_shifted_inside() {
        for (i, expected) in [(0, 0..6), (3, 0..6), (4, 1..7), (6, 3..9), (7, 4..10), (9, 4..10)] {
            assert_eq!(window(i, 10, 3), expected, "{i}");
        }
        assert_eq!(window(2, 5, 50), 0..5);
        assert_eq!(window(0, 1, 50), 0..1);
    }

    #[test]
    fn a_video_that_is_all_ends_is_all_normal() {
        for count in 1..=4 {
            let rows: Vec<f32> = (0..count * 2).map(|i| (i as f32 * 1.7).sin()).collect();
            let found = normality(&rows, 2, &LanpSettings::default());
            assert!(found.iter().all(|z| *z == found[0] && *z > 0.0), "{found:?}");
        }
    }

    #[test]
    fn segments_without_likeness_stay_finite() {
        let rbf = Similarity::Rbf { width: 0.1 };
        for similarity in [Similarity::Cosine, rbf] {
            let settings = LanpSettings { similarity, ..LanpSettings::default() };
            // Zeros, and rows so far apart that nothing is like anything.
            for rows in [vec![0.0; 24], (0..24).map(|i| 1e6 * (i * i) as f32).collect()] {
                let found = normality(&rows, 2, &settings);
                assert!(found.iter().all(|z| z.is_finite()), "{similarity:?}: {found:?}");
                assert!(found[0] >= found[5], "{found:?}");
            }
        }
    }
}
