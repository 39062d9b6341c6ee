//! Mean and covariance of many rows in bounded memory.

use nalgebra::DMatrix;

/// Rows taken into double precision at once.
const CHUNK: usize = 1024;

/// The mean of rows `[n, d]`.
pub(super) fn mean(features: &[f32], d: usize) -> Vec<f64> {
    let mut sums = vec![0.0f64; d];
    for row in features.chunks_exact(d) {
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
    }
    let n = (features.len() / d).max(1) as f64;
    sums.into_iter().map(|sum| sum / n).collect()
}

/// Calls `each` with the centred rows in double precision, `[at most 1024, d]`, in order.
pub(super) fn centred_chunks(features: &[f32], mean: &[f64], mut each: impl FnMut(DMatrix<f64>)) {
    let d = mean.len();
    for chunk in features.chunks(CHUNK * d) {
        let centred = chunk.iter().enumerate().map(|(i, &x)| f64::from(x) - mean[i % d]);
        each(DMatrix::from_row_iterator(chunk.len() / d, d, centred));
    }
}

/// The covariance (divided by n) of the rows after `project`, which must keep sums linear.
pub(super) fn covariance(
    features: &[f32],
    mean: &[f64],
    dim: usize,
    project: impl Fn(DMatrix<f64>) -> DMatrix<f64>,
) -> DMatrix<f64> {
    let mut sum = DMatrix::zeros(dim, dim);
    centred_chunks(features, mean, |centred| {
        let projected = project(centred);
        // Transposed first: nalgebra's fused form has no fast kernel.
        sum.gemm(1.0, &projected.transpose(), &projected, 1.0);
    });
    sum / (features.len() / mean.len().max(1)).max(1) as f64
}

/// Mixes in a share of the identity, scaled to the mean variance (1 for constant rows), so that
/// the matrix can be inverted.
pub(super) fn shrink(covariance: &mut DMatrix<f64>, share: f64) {
    let d = covariance.nrows();
    let variance = match covariance.trace() / d as f64 {
        v if v > 1e-20 => v,
        _ => 1.0,
    };
    *covariance *= 1.0 - share;
    for i in 0..d {
        covariance[(i, i)] += share * variance;
    }
}

pub(super) fn narrow(values: impl IntoIterator<Item = f64>) -> Vec<f32> {
    values.into_iter().map(|v| v as f32).collect()
}

pub(super) fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}
