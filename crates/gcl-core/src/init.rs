//! Initial weights, drawn on the host.
//!
//! Burn's initializers draw from the backend's own generator, so a seed would mean something else on every device.

use burn::module::{Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use crate::rng::HostRng;

/// How a layer's weights are drawn.
///
/// The paper does not specify one; the default is that of its framework (see `docs/method.md`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Weights and biases from U(−1/√fan_in, 1/√fan_in): Kaiming-uniform with a = √5.
    #[default]
    KaimingUniform,
    /// Weights from U(−a, a) with a = √(6 / (fan_in + fan_out)), zero biases.
    XavierUniform,
    /// Weights from N(0, 2 / (fan_in + fan_out)), zero biases.
    XavierNormal,
}

crate::spelled_by_serde!(Init);

/// A linear layer `[fan_in] → [fan_out]` with weights drawn from `rng`.
///
/// The weight is drawn output by output, each over its inputs, which is the order in which
/// frameworks with `[out, in]` matrices draw.
pub fn linear(
    fan_in: usize,
    fan_out: usize,
    init: Init,
    rng: &mut HostRng,
    device: &Device,
) -> Linear {
    let count = fan_in * fan_out;
    let sum = (fan_in + fan_out) as f32;
    let (weight, bias) = match init {
        Init::KaimingUniform => {
            let bound = 1.0 / (fan_in as f32).sqrt();
            (uniform(count, bound, rng), uniform(fan_out, bound, rng))
        }
        Init::XavierUniform => (uniform(count, (6.0 / sum).sqrt(), rng), vec![0.0; fan_out]),
        Init::XavierNormal => (normal(count, (2.0 / sum).sqrt(), rng), vec![0.0; fan_out]),
    };
    let weight = Tensor::<2>::from_data(TensorData::new(weight, [fan_out, fan_in]), device);
    let bias = Tensor::<1>::from_data(TensorData::new(bias, [fan_out]), device);
    // Transposed once into a fresh buffer: a lazy transpose would slow every later product.
    let weight = Tensor::<2>::from_data(weight.transpose().into_data(), device);
    Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) }
}

/// A linear layer `[fan_in] → [fan_out]` of zeros, to be filled with stored weights. The zeros are
/// allocated lazily, since allocating takes as long as reading weights does.
pub(crate) fn linear_zeros(fan_in: usize, fan_out: usize, device: &Device) -> Linear {
    Linear { weight: zeros([fan_in, fan_out], device), bias: Some(zeros([fan_out], device)) }
}

fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Param<Tensor<D>> {
    let init = move |device: &Device, grad| Tensor::zeros(shape, device).set_require_grad(grad);
    Param::uninitialized(ParamId::new(), init, device.clone(), true, shape.into())
}

pub(crate) fn uniform(count: usize, bound: f32, rng: &mut HostRng) -> Vec<f32> {
    (0..count).map(|_| (rng.random::<f32>() * 2.0 - 1.0) * bound).collect()
}

pub(crate) fn normal(count: usize, std: f32, rng: &mut HostRng) -> Vec<f32> {
    (0..count).map(|_| rng.sample::<f32, _>(rand_distr::StandardNormal) * std).collect()
}
