//! A stack of linear layers with one activation between them.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};
use crate::init::{Init, linear};
use crate::rng::HostRng;

/// The function applied after a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// max(x, 0).
    #[default]
    Relu,
    /// x where positive, 0.01·x elsewhere.
    LeakyRelu,
    /// Nothing.
    Linear,
}

impl Activation {
    /// Applies the function to a tensor of any shape.
    pub fn forward<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Activation::Relu => activation::relu(x),
            Activation::LeakyRelu => activation::leaky_relu(x, 0.01),
            Activation::Linear => x,
        }
    }
}

/// A multi-layer perceptron.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    #[module(skip)]
    hidden: Activation,
    #[module(skip)]
    output: Activation,
}

impl Mlp {
    /// A perceptron through `widths` (input first, output last), drawn from `rng`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for fewer than two widths or a width of 0.
    pub fn new(
        widths: &[usize],
        (hidden, output): (Activation, Activation),
        init: Init,
        rng: &mut HostRng,
        device: &Device,
    ) -> Result<Mlp> {
        if widths.len() < 2 || widths.contains(&0) {
            let expected = "two or more layer widths, each at least 1";
            return Err(CoreError::setting("hidden", expected, format!("{widths:?}")));
        }
        let layers = widths.windows(2).map(|w| linear(w[0], w[1], init, rng, device)).collect();
        Ok(Mlp { layers, hidden, output })
    }

    /// Runs the batch through every layer.
    ///
    /// # Shapes
    /// - input: `[batch, widths.first]`
    /// - output: `[batch, widths.last]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(input, |x, (i, layer)| {
            let activation = if i == last { self.output } else { self.hidden };
            activation.forward(layer.forward(x))
        })
    }
}
