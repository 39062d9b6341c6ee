//! The entropy of an autoencoder's latent layer, which MLE-UVAD (Geng et al., 2026,
//! [arXiv 2603.23868](https://arxiv.org/abs/2603.23868)) makes small.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};

/// Keeps the kernel defined where all latent vectors are the same.
const SMALLEST: f32 = 1e-12;

/// What is added to the reconstruction loss: `weight` times [`renyi_entropy`]. The abstract names neither the
/// estimate nor its settings; `docs/method.md` says how they were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LatentEntropy {
    /// How much the entropy counts, in the reconstruction error's unit per nat.
    pub weight: f32,
    /// The kernel's width, in units of the latent vectors' root-mean-square distance from their mean.
    pub bandwidth: f32,
}

impl Default for LatentEntropy {
    fn default() -> Self {
        LatentEntropy { weight: 0.01, bandwidth: 1.0 }
    }
}

impl LatentEntropy {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a weight below 0 or a bandwidth that is not positive.
    pub fn validate(&self) -> Result<()> {
        if !(self.weight >= 0.0 && self.weight.is_finite()) {
            return Err(CoreError::setting("weight", "0 or more", self.weight));
        }
        match self.bandwidth > 0.0 && self.bandwidth.is_finite() {
            true => Ok(()),
            false => Err(CoreError::setting("bandwidth", "a positive number", self.bandwidth)),
        }
    }
}

/// Rényi's quadratic entropy of a batch of vectors by Gaussian kernels, but for a constant:
/// −ln mean of exp(−‖a − b‖² / 4σ²) over all pairs, from 0, where all are the same, to ln(batch).
///
/// σ is `bandwidth` times the vectors' root-mean-square distance from their mean, which is taken as
/// given: otherwise smaller weights in one layer and larger ones in the next would do.
///
/// # Shapes
/// - latent: `[batch, width]`
/// - output: `[1]`
pub fn renyi_entropy(latent: Tensor<2>, bandwidth: f32) -> Tensor<1> {
    // About their mean, products of vectors lose fewer digits.
    let centred = latent.clone() - latent.mean_dim(0).detach();
    let squares = centred.clone().square().sum_dim(1);
    let sigma = squares.clone().mean().detach().mul_scalar(bandwidth * bandwidth);
    let products = centred.clone().matmul(centred.transpose()).mul_scalar(2.0);
    let distances = squares.clone() + squares.transpose() - products;
    let scale = sigma.mul_scalar(4.0).add_scalar(SMALLEST).reshape([1, 1]);
    (distances / scale).neg().exp().mean().log().neg()
}
