//! The discriminator: a binary classifier over clip features.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

use super::{Activation, Hidden, Mlp};
use crate::error::Result;
use crate::init::Init;
use crate::rng::HostRng;

/// The architecture of a [`Discriminator`].
///
/// ```
/// use gcl_core::{Device, DiscriminatorConfig, Tensor, rng};
///
/// let device = Device::flex();
/// let config = DiscriminatorConfig { hidden: vec![16, 4], ..DiscriminatorConfig::new(32) };
/// let discriminator = config.init(&mut rng::stream(7, "discriminator", 0), &device)?;
/// assert_eq!(discriminator.probability(Tensor::ones([5, 32], &device)).dims(), [5]);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscriminatorConfig {
    /// The feature dimension d.
    pub input: usize,
    /// The hidden widths. Paper §4 for d = 2048: 512, 32.
    pub hidden: Vec<usize>,
    /// After every hidden layer. Unspecified in the paper; ReLU (see `docs/method.md`).
    pub activation: Activation,
    /// Batch normalisation before every hidden activation. None is mentioned in the paper.
    #[serde(default)]
    pub batch_norm: bool,
    /// The share of hidden values dropped while training, in [0, 1). None is mentioned in the paper.
    #[serde(default)]
    pub dropout: f64,
    /// How the weights are drawn.
    pub init: Init,
}

impl DiscriminatorConfig {
    /// The paper's shape scaled to `input` dimensions: d/4, d/64 (never under 4).
    pub fn new(input: usize) -> Self {
        let part = |divisor: usize| (input / divisor).max(4);
        DiscriminatorConfig {
            input,
            hidden: vec![part(4), part(64)],
            activation: Activation::Relu,
            batch_norm: false,
            dropout: 0.0,
            init: Init::default(),
        }
    }
}

super::perceptron!(DiscriminatorConfig, Discriminator, |_| (1, Activation::Linear));

/// The discriminator D of GCL.
#[derive(Module, Debug)]
pub struct Discriminator {
    mlp: Mlp,
}

impl Discriminator {
    /// The log-odds of being anomalous: what the loss wants, since it never saturates.
    ///
    /// # Shapes
    /// - input: `[batch, d]`
    /// - output: `[batch]`
    pub fn logits(&self, features: Tensor<2>) -> Tensor<1> {
        self.mlp.forward(features).squeeze_dim(1)
    }

    /// As [`Discriminator::logits`], with dropout drawn from `rng`.
    pub fn logits_training(&self, features: Tensor<2>, rng: &mut HostRng) -> Tensor<1> {
        self.mlp.forward_training(features, rng).squeeze_dim(1)
    }

    /// The perceptron inside.
    pub(crate) fn mlp(&self) -> &Mlp {
        &self.mlp
    }

    /// The probability of being anomalous (paper §3.2.4).
    ///
    /// # Shapes
    /// - input: `[batch, d]`
    /// - output: `[batch]`, in [0, 1]
    pub fn probability(&self, features: Tensor<2>) -> Tensor<1> {
        activation::sigmoid(self.logits(features))
    }
}
