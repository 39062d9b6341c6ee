//! The generator: an autoencoder over clip features.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{Activation, Hidden, Mlp};
use crate::error::Result;
use crate::init::Init;
use crate::rng::HostRng;

/// The architecture of an [`Autoencoder`].
///
/// ```
/// use gcl_core::{AutoencoderConfig, Device, Tensor, rng};
///
/// let device = Device::flex();
/// let config = AutoencoderConfig { hidden: vec![16, 8, 16], ..AutoencoderConfig::new(32) };
/// let generator = config.init(&mut rng::stream(7, "generator", 0), &device)?;
/// assert_eq!(generator.forward(Tensor::ones([5, 32], &device)).dims(), [5, 32]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutoencoderConfig {
    /// The feature dimension d, at both ends.
    pub input: usize,
    /// The hidden widths, encoder to decoder. Paper §4 for d = 2048: 1024, 512, 256, 512, 1024.
    pub hidden: Vec<usize>,
    /// After every hidden layer. Unspecified in the paper; ReLU (see `docs/method.md`).
    pub activation: Activation,
    /// After the last layer. Unspecified in the paper; linear (see `docs/method.md`).
    pub output: Activation,
    /// Batch normalisation before every hidden activation. None is mentioned in the paper.
    #[serde(default)]
    pub batch_norm: bool,
    /// The share of hidden values dropped while training, in [0, 1). None is mentioned in the paper.
    #[serde(default)]
    pub dropout: f64,
    /// How the weights are drawn.
    pub init: Init,
}

impl AutoencoderConfig {
    /// The paper's shape scaled to `input` dimensions: d/2, d/4, d/8, d/4, d/2.
    pub fn new(input: usize) -> Self {
        let part = |divisor: usize| (input / divisor).max(1);
        AutoencoderConfig {
            input,
            hidden: vec![part(2), part(4), part(8), part(4), part(2)],
            activation: Activation::Relu,
            output: Activation::Linear,
            batch_norm: false,
            dropout: 0.0,
            init: Init::default(),
        }
    }
}

super::perceptron!(AutoencoderConfig, Autoencoder, |config| (config.input, config.output));

/// The generator G of GCL.
#[derive(Module, Debug)]
pub struct Autoencoder {
    mlp: Mlp,
}

impl Autoencoder {
    /// Reconstructs a batch of features.
    ///
    /// # Shapes
    /// - input and output: `[batch, d]`
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        self.mlp.forward(features)
    }

    /// As [`Autoencoder::forward`], with dropout drawn from `rng`.
    pub fn forward_training(&self, features: Tensor<2>, rng: &mut HostRng) -> Tensor<2> {
        self.mlp.forward_training(features, rng)
    }

    /// As [`Autoencoder::forward_training`], and what the narrowest hidden layer gives, the first of equals:
    /// none without hidden layers.
    ///
    /// # Shapes
    /// - reconstruction: `[batch, d]`
    /// - latent: `[batch, width of that layer]`
    pub fn forward_with_latent(
        &self,
        features: Tensor<2>,
        rng: &mut HostRng,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        self.mlp.forward_with_narrowest(features, rng)
    }

    /// The perceptron inside.
    pub(crate) fn mlp(&self) -> &Mlp {
        &self.mlp
    }
}
