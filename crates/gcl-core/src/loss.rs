//! The losses of GCL ([Zaheer et al., CVPR 2022](https://arxiv.org/abs/2203.03962)): Eq. 1
//! (reconstruction), Eq. 3 (discriminator), Eq. 5 (negative learning).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Keeps the gradient of a norm defined at zero.
const EPSILON: f32 = 1e-8;

/// What "reconstruction error" means for one sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorNorm {
    /// ‖f − f̂‖₂, as Eq. 1 and 5 print it.
    #[default]
    Norm,
    /// ‖f − f̂‖₂².
    Squared,
    /// ‖f − f̂‖₂² / d, what re-implementations often use.
    MeanSquared,
}

crate::spelled_by_serde!(ErrorNorm);

/// The error of each sample against its target.
///
/// # Shapes
/// - target, reconstruction: `[batch, d]`
/// - output: `[batch]`, in feature units (squared where the norm says so)
pub fn sample_error(target: Tensor<2>, reconstruction: Tensor<2>, norm: ErrorNorm) -> Tensor<1> {
    let [_, d] = target.dims();
    let squared: Tensor<1> = (target - reconstruction).square().sum_dim(1).squeeze_dim(1);
    match norm {
        ErrorNorm::Norm => squared.add_scalar(EPSILON).sqrt(),
        ErrorNorm::Squared => squared,
        ErrorNorm::MeanSquared => squared.div_scalar(d as f32),
    }
}

/// Binary cross-entropy of the discriminator against pseudo-labels, mean over the batch (Eq. 3).
///
/// # Shapes
/// - logits, labels: `[batch]`, labels in [0, 1]
/// - output: `[1]`
pub fn discriminator_loss(logits: Tensor<1>, labels: Tensor<1>) -> Tensor<1> {
    cross_entropy(logits, labels).mean()
}

/// Binary cross-entropy of each sample.
///
/// Computed from log-odds, −[l·ln σ(z) + (1 − l)·ln(1 − σ(z))], in the form that cannot overflow.
///
/// # Shapes
/// - logits, labels: `[batch]`, labels in [0, 1]
/// - output: `[batch]`
pub fn cross_entropy(logits: Tensor<1>, labels: Tensor<1>) -> Tensor<1> {
    // max(z, 0) as (z + |z|) / 2: at 0 its gradient is 1/2, as the logistic's, where relu's is 0.
    let size = logits.clone().abs();
    let positive = (logits.clone() + size.clone()).div_scalar(2.0);
    positive - logits * labels + size.neg().exp().log1p()
}

/// The generator's loss: the error against the target, mean over the samples that count (Eq. 5).
///
/// With the features themselves as target and every sample counting, this is Eq. 1.
///
/// # Shapes
/// - target, reconstruction: `[batch, d]`
/// - weight: `[batch]`, the share of each sample in the mean; `None` is 1 / batch for all
/// - output: `[1]`
pub fn generator_loss(
    target: Tensor<2>,
    reconstruction: Tensor<2>,
    weight: Option<Tensor<1>>,
    norm: ErrorNorm,
) -> Tensor<1> {
    let error = sample_error(target, reconstruction, norm);
    match weight {
        None => error.mean(),
        Some(weight) => (error * weight).sum(),
    }
}
