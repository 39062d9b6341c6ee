//! A stack of linear layers with one activation between them.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::dropout::mask_tensor;
use crate::error::{CoreError, Result};
use crate::init::{Init, linear, linear_zeros};
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

crate::spelled_by_serde!(Activation);

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

/// What follows every hidden layer's matrix product: normalisation, activation, dropout, in this
/// order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hidden {
    /// The activation.
    pub activation: Activation,
    /// Batch normalisation before the activation.
    pub batch_norm: bool,
    /// The share of values dropped after the activation while training, in [0, 1).
    pub dropout: f64,
}

/// A multi-layer perceptron.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    /// One for each hidden layer, or none.
    norms: Vec<BatchNorm>,
    #[module(skip)]
    hidden: Hidden,
    #[module(skip)]
    output: Activation,
}

impl Mlp {
    /// A perceptron through `widths` (input first, output last), drawn from `rng`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for fewer than two widths, a width of 0 or a dropout outside [0, 1).
    pub fn new(
        widths: &[usize],
        functions: (Hidden, Activation),
        init: Init,
        rng: &mut HostRng,
        device: &Device,
    ) -> Result<Mlp> {
        let layer = |fan_in, fan_out| linear(fan_in, fan_out, init, rng, device);
        Mlp::of(widths, functions, layer, device)
    }

    /// A perceptron through `widths` of zeros: the shape that stored weights fill.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for fewer than two widths, a width of 0 or a dropout outside [0, 1).
    pub fn zeros(
        widths: &[usize],
        functions: (Hidden, Activation),
        device: &Device,
    ) -> Result<Mlp> {
        Mlp::of(widths, functions, |fan_in, fan_out| linear_zeros(fan_in, fan_out, device), device)
    }

    /// A perceptron of layers made one by one from their widths, input and output.
    fn of(
        widths: &[usize],
        (hidden, output): (Hidden, Activation),
        mut layer: impl FnMut(usize, usize) -> Linear,
        device: &Device,
    ) -> Result<Mlp> {
        if widths.len() < 2 || widths.contains(&0) {
            let expected = "two or more layer widths, each at least 1";
            return Err(CoreError::setting("hidden", expected, format!("{widths:?}")));
        }
        if !(0.0..1.0).contains(&hidden.dropout) {
            return Err(CoreError::setting("dropout", "in [0, 1)", hidden.dropout));
        }
        let layers = widths.windows(2).map(|w| layer(w[0], w[1])).collect();
        let normed = if hidden.batch_norm { &widths[1..widths.len() - 1] } else { &[] };
        let norms = normed.iter().map(|&width| BatchNormConfig::new(width).init(device)).collect();
        Ok(Mlp { layers, norms, hidden, output })
    }

    /// The dimension of the input.
    pub fn input(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weight.dims()[0])
    }

    /// Whether [`Mlp::forward_training`] computes what [`Mlp::forward`] does on a plain device.
    pub fn trains_as_it_scores(&self) -> bool {
        self.norms.is_empty() && self.hidden.dropout == 0.0
    }

    /// Runs the batch through every layer, without dropout. Batch normalisation uses the running
    /// statistics, except on an autodiff device, where it uses and tracks the batch's own.
    ///
    /// # Shapes
    /// - input: `[batch, widths.first]`
    /// - output: `[batch, widths.last]`
    pub fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        self.through(input, |x| x)
    }

    /// As [`Mlp::forward`], with dropout drawn from `rng`: nothing is drawn where there is none.
    pub fn forward_training(&self, input: Tensor<2>, rng: &mut HostRng) -> Tensor<2> {
        self.through(input, |x| self.dropped(x, rng))
    }

    /// As [`Mlp::forward_training`], and what the narrowest hidden layer gives before dropout: the first of
    /// equals, none without hidden layers.
    pub(crate) fn forward_with_narrowest(
        &self,
        input: Tensor<2>,
        rng: &mut HostRng,
    ) -> (Tensor<2>, Option<Tensor<2>>) {
        let mut narrowest: Option<Tensor<2>> = None;
        let output = self.through(input, |x| {
            if narrowest.as_ref().is_none_or(|known| x.dims()[1] < known.dims()[1]) {
                narrowest = Some(x.clone());
            }
            self.dropped(x, rng)
        });
        (output, narrowest)
    }

    fn dropped(&self, x: Tensor<2>, rng: &mut HostRng) -> Tensor<2> {
        match self.hidden.dropout {
            0.0 => x,
            share => {
                let mask = mask_tensor(x.dims(), share as f32, rng, &x.device());
                x * mask
            }
        }
    }

    fn through(
        &self,
        input: Tensor<2>,
        mut after_hidden: impl FnMut(Tensor<2>) -> Tensor<2>,
    ) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(input, |x, (i, layer)| {
            let x = layer.forward(x);
            if i == last {
                return self.output.forward(x);
            }
            let x = match self.norms.get(i) {
                Some(norm) => norm.forward(x),
                None => x,
            };
            after_hidden(self.hidden.activation.forward(x))
        })
    }
}
