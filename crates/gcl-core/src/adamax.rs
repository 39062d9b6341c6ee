//! Adamax (Kingma & Ba, "Adam: A method for stochastic optimization", §7.1,
//! <https://arxiv.org/abs/1412.6980>), in the form that PyTorch computes.
//!
//! Burn 0.22 has no Adamax.

use burn::optim::{AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

/// The settings of Adamax ([Kingma & Ba, §7.1](https://arxiv.org/abs/1412.6980)). The defaults are
/// what the published STG-NF code trains with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdamaxConfig {
    /// The learning rate.
    pub learning_rate: f64,
    /// The decay of the mean of gradients, β₁.
    pub beta_1: f32,
    /// The decay of the largest gradient, β₂.
    pub beta_2: f32,
    /// Added to every gradient's magnitude.
    pub epsilon: f32,
    /// The L2 penalty: this times the parameter is added to its gradient.
    pub weight_decay: f32,
}

impl Default for AdamaxConfig {
    fn default() -> Self {
        let (beta_1, beta_2) = (0.9, 0.999);
        AdamaxConfig { learning_rate: 5e-4, beta_1, beta_2, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// The update rule: m ← β₁m + (1 − β₁)g, u ← max(β₂u, |g| + ε), θ ← θ − lr/(1 − β₁ᵗ) · m/u.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Adamax(pub(crate) AdamaxConfig);

impl Optimizer for Adamax {
    /// The smoothed gradient m, and u in place of Adam's smoothed square.
    type State<const D: usize> = AdaptiveMomentumState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdaptiveMomentumState<D>>,
    ) -> (Tensor<D>, Option<AdaptiveMomentumState<D>>) {
        let AdamaxConfig { beta_1, beta_2, epsilon, weight_decay, .. } = self.0;
        let gradient = match weight_decay {
            0.0 => gradient,
            decay => gradient + parameter.clone().mul_scalar(decay),
        };
        let now = gradient.clone().mul_scalar(1.0 - beta_1);
        let size = gradient.abs().add_scalar(epsilon);
        let (time, m, u) = match state {
            None => (1, now, size),
            Some(old) => {
                let u = old.moment_2.mul_scalar(beta_2).max_pair(size);
                (old.time + 1, old.moment_1.mul_scalar(beta_1) + now, u)
            }
        };
        let rate = rate / (1.0 - f64::from(beta_1).powi(time.min(i32::MAX as usize) as i32));
        let parameter = parameter - (m.clone() / u.clone()).mul_scalar(rate);
        (parameter, Some(AdaptiveMomentumState::new(time, m, u)))
    }

    fn to_device<const D: usize>(
        state: AdaptiveMomentumState<D>,
        device: &Device,
    ) -> AdaptiveMomentumState<D> {
        state.to_device(device)
    }
}
