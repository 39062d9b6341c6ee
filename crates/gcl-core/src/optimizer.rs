//! The optimizers besides GCL's RMSprop, and the choice of one.

use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{
    AdaGradConfig, AdamConfig as BurnAdam, ModuleOptimizer, RmsPropConfig as BurnRmsProp,
    SgdConfig as BurnSgd,
};
use serde::{Deserialize, Serialize};

use crate::adamax::{Adamax, AdamaxConfig};
use crate::error::{CoreError, Result};
use crate::rmsprop::RmsPropConfig;

/// The settings of Adam ([Kingma & Ba](https://arxiv.org/abs/1412.6980)), with an L2 penalty in the
/// gradient (not decoupled), as PyTorch's `Adam`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdamConfig {
    /// The learning rate.
    pub learning_rate: f64,
    /// The decay of the mean of gradients, β₁.
    pub beta_1: f32,
    /// The decay of the mean of squared gradients, β₂.
    pub beta_2: f32,
    /// Added to the root of that mean.
    pub epsilon: f32,
    /// The L2 penalty: this times the parameter is added to its gradient.
    pub weight_decay: f32,
}

impl Default for AdamConfig {
    fn default() -> Self {
        let (beta_1, beta_2) = (0.9, 0.999);
        AdamConfig { learning_rate: 1e-3, beta_1, beta_2, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// Adagrad's settings, ε added to the root of the summed squares, as PyTorch's `Adagrad`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdagradConfig {
    /// The learning rate.
    pub learning_rate: f64,
    /// Added to the root of the summed squares.
    pub epsilon: f32,
    /// The L2 penalty: this times the parameter is added to its gradient.
    pub weight_decay: f32,
}

impl Default for AdagradConfig {
    fn default() -> Self {
        AdagradConfig { learning_rate: 1e-2, epsilon: 1e-8, weight_decay: 0.0 }
    }
}

/// The settings of stochastic gradient descent, as PyTorch's `SGD`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SgdConfig {
    /// The learning rate.
    pub learning_rate: f64,
    /// Heavy-ball momentum, without dampening; 0 is none.
    pub momentum: f64,
    /// Whether the gradient is taken ahead, after Nesterov.
    pub nesterov: bool,
    /// The L2 penalty: this times the parameter is added to its gradient.
    pub weight_decay: f32,
}

impl Default for SgdConfig {
    fn default() -> Self {
        SgdConfig { learning_rate: 1e-2, momentum: 0.0, nesterov: false, weight_decay: 0.0 }
    }
}

/// Any of this crate's optimizers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OptimizerConfig {
    /// GCL's.
    Rmsprop(RmsPropConfig),
    /// RTFM's and the puzzles'.
    Adam(AdamConfig),
    /// STG-NF's.
    Adamax(AdamaxConfig),
    /// Sultani's.
    Adagrad(AdagradConfig),
    /// C2FPL's and CLAP's.
    Sgd(SgdConfig),
}

impl OptimizerConfig {
    /// The learning rate.
    pub fn learning_rate(&self) -> f64 {
        match self {
            OptimizerConfig::Rmsprop(c) => c.learning_rate,
            OptimizerConfig::Adam(c) => c.learning_rate,
            OptimizerConfig::Adamax(c) => c.learning_rate,
            OptimizerConfig::Adagrad(c) => c.learning_rate,
            OptimizerConfig::Sgd(c) => c.learning_rate,
        }
    }

    /// An optimizer without state for one module.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for a learning rate that is not positive, a smoothing outside
    /// [0, 1), an ε that is not positive or a negative weight decay.
    pub fn init(&self) -> Result<ModuleOptimizer> {
        let rate = self.learning_rate();
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(CoreError::setting("learning_rate", "a positive number", rate));
        }
        match *self {
            OptimizerConfig::Rmsprop(c) => {
                let (alpha, momentum) = (c.alpha as f32, c.momentum as f32);
                // As the optimizer holds it: a very small number is 0 there.
                let epsilon = c.epsilon as f32;
                check(epsilon, 0.0, &[("momentum", momentum), ("alpha", alpha)])?;
                let rmsprop = BurnRmsProp::new().with_alpha(alpha).with_momentum(momentum);
                Ok(rmsprop.with_epsilon(epsilon).init())
            }
            OptimizerConfig::Adam(c) => {
                check(c.epsilon, c.weight_decay, &[("beta_1", c.beta_1), ("beta_2", c.beta_2)])?;
                let adam = BurnAdam::new().with_beta_1(c.beta_1).with_beta_2(c.beta_2);
                let adam = adam.with_epsilon(c.epsilon).with_weight_decay(decay(c.weight_decay));
                Ok(adam.init())
            }
            OptimizerConfig::Adamax(c) => {
                check(c.epsilon, c.weight_decay, &[("beta_1", c.beta_1), ("beta_2", c.beta_2)])?;
                Ok(ModuleOptimizer::from(Adamax(c)))
            }
            OptimizerConfig::Adagrad(c) => {
                check(c.epsilon, c.weight_decay, &[])?;
                let adagrad = AdaGradConfig::new().with_epsilon(c.epsilon);
                Ok(adagrad.with_weight_decay(decay(c.weight_decay)).init())
            }
            OptimizerConfig::Sgd(c) => {
                check(1.0, c.weight_decay, &[("momentum", c.momentum as f32)])?;
                let heavy = MomentumConfig::new().with_momentum(c.momentum).with_dampening(0.0);
                let momentum = (c.momentum > 0.0).then(|| heavy.with_nesterov(c.nesterov));
                let sgd = BurnSgd::new().with_momentum(momentum);
                Ok(sgd.with_weight_decay(decay(c.weight_decay)).init())
            }
        }
    }
}

fn decay(penalty: f32) -> Option<WeightDecayConfig> {
    (penalty > 0.0).then(|| WeightDecayConfig::new(penalty))
}

fn check(epsilon: f32, decay: f32, shares: &[(&'static str, f32)]) -> Result<()> {
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(CoreError::setting("epsilon", "a positive number", epsilon));
    }
    if !(decay >= 0.0 && decay.is_finite()) {
        return Err(CoreError::setting("weight_decay", "0 or more", decay));
    }
    match shares.iter().find(|(_, share)| !(0.0..1.0).contains(share)) {
        None => Ok(()),
        Some((name, share)) => Err(CoreError::setting(name, "in [0, 1)", share)),
    }
}

macro_rules! settings_of {
    ($($variant:ident($config:ty)),+) => {$(
        impl From<$config> for OptimizerConfig {
            fn from(config: $config) -> Self {
                OptimizerConfig::$variant(config)
            }
        }
    )+};
}

settings_of!(
    Rmsprop(RmsPropConfig),
    Adam(AdamConfig),
    Adamax(AdamaxConfig),
    Adagrad(AdagradConfig),
    Sgd(SgdConfig)
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::module::{Module, Param};
    use burn::tensor::Tensor;

    use super::*;
    use crate::golden::{case, close, devices, host};
    use crate::learner::Learner;

    #[derive(Module, Debug)]
    struct Theta {
        value: Param<Tensor<2>>,
    }

    #[test]
    fn steps_equal_pytorchs() {
        let case = case("optimizers");
        let rate = 0.01;
        let rmsprop = RmsPropConfig { learning_rate: rate, ..Default::default() };
        let adamax = AdamaxConfig { learning_rate: rate, ..Default::default() };
        let decaying = AdamaxConfig { weight_decay: 0.05, ..adamax };
        let adam = AdamConfig { learning_rate: rate, weight_decay: 5e-3, ..Default::default() };
        let adagrad = AdagradConfig { weight_decay: 0.01, ..Default::default() };
        let sgd = SgdConfig { weight_decay: 0.01, ..SgdConfig::default() };
        let nesterov = SgdConfig { momentum: 0.9, nesterov: true, ..sgd };
        let optimizers: [(&str, OptimizerConfig); 7] = [
            ("rmsprop", rmsprop.into()),
            ("adamax_plain", adamax.into()),
            ("adamax", decaying.into()),
            ("adam", adam.into()),
            ("adagrad", adagrad.into()),
            ("sgd", sgd.into()),
            ("nesterov", nesterov.into()),
        ];
        for (device_name, device) in devices() {
            let read = |name: &str| case.tensor::<2>(name, &device).autodiff();
            for (name, optimizer) in optimizers {
                let value = Param::from_tensor(read("before"));
                let mut learner = Learner::new(Theta { value }, optimizer).unwrap();
                for step in 1..=3 {
                    if step == 2 {
                        let state = learner.save().unwrap();
                        learner.load(&state).unwrap();
                    }
                    let theta = learner.module().value.val();
                    let pull = (theta.clone() - read("centre")).square().sum().mul_scalar(0.5);
                    learner.step((read("target") * theta).sum() + pull, "loss").unwrap();
                    let ours = host(learner.module().value.val().inner());
                    let theirs = case.values(&format!("{name}.after{step}"));
                    let what = format!("{device_name}: {name}, step {step}");
                    close(&what, &ours, theirs, 2e-6, 1e-6);
                }
            }
        }
    }

    #[test]
    fn settings_that_make_no_optimizer_are_errors() {
        let bad: [OptimizerConfig; 8] = [
            RmsPropConfig { epsilon: 0.0, ..Default::default() }.into(),
            RmsPropConfig { epsilon: 1e-60, ..Default::default() }.into(),
            RmsPropConfig { epsilon: f64::NAN, ..Default::default() }.into(),
            AdamConfig { learning_rate: -1.0, ..Default::default() }.into(),
            AdamConfig { beta_1: 1.0, ..Default::default() }.into(),
            AdamaxConfig { weight_decay: f32::NAN, ..Default::default() }.into(),
            AdagradConfig { epsilon: 0.0, ..Default::default() }.into(),
            SgdConfig { momentum: 1.0, ..Default::default() }.into(),
        ];
        assert!(bad.iter().all(|optimizer| optimizer.init().is_err()));
    }
}
