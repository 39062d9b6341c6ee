//! Multiple-instance ranking ([Sultani et al., CVPR 2018](https://arxiv.org/abs/1801.04264)): the
//! first weakly-supervised detector.

mod loss;

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};
use serde::{Deserialize, Serialize};

pub use self::loss::{Pairing, SultaniLoss};
use crate::cooperative::to_host;
use crate::dropout::mask_tensor;
use crate::error::{CoreError, Result};
use crate::init::{Init, linear};
use crate::learner::Learner;
use crate::networks::MAX_WIDTH;
use crate::optimizer::{AdagradConfig, OptimizerConfig};
use crate::rng::{self, HostRng};
use crate::weakly_supervised::{WeaklySupervised, check_bags, check_video};

/// Keeps the scaling of an all-zero snippet defined.
const NORM_FLOOR: f32 = 1e-12;

/// The architecture and training of a [`Sultani`]. The defaults are the published code's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SultaniConfig {
    /// The feature dimension d; published: 4096 (C3D, fc6).
    pub input: usize,
    /// The widths of both hidden layers; published: 512 (ReLU) and 32 (linear).
    pub hidden: [usize; 2],
    /// The share of hidden values dropped while training; published: 0.6.
    pub dropout: f32,
    /// Whether each snippet is scaled to length 1 first, as the published features are.
    pub unit_length: bool,
    /// The loss.
    pub loss: SultaniLoss,
    /// The optimizer.
    pub optimizer: AdagradConfig,
}

impl SultaniConfig {
    /// The published settings for features of `input` dimensions.
    pub fn new(input: usize) -> SultaniConfig {
        SultaniConfig {
            input,
            hidden: [512, 32],
            dropout: 0.6,
            unit_length: true,
            loss: SultaniLoss::default(),
            optimizer: AdagradConfig::default(),
        }
    }

    /// Checks that the settings make a network and an optimizer.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for an input or a hidden width of 0 or over [`MAX_WIDTH`], a dropout
    /// outside [0, 1), a negative weight of the loss, or invalid optimizer settings.
    pub fn validate(&self) -> Result<()> {
        let [first, second] = self.hidden;
        if [self.input, first, second].iter().any(|width| !(1..=MAX_WIDTH).contains(width)) {
            let found = format!("{}, {:?}", self.input, self.hidden);
            let expected = format!("widths of 1 to {MAX_WIDTH}");
            return Err(CoreError::setting("input, hidden", expected, found));
        }
        OptimizerConfig::from(self.optimizer).init()?;
        match (0.0..1.0).contains(&self.dropout) {
            true => self.loss.check(),
            false => Err(CoreError::setting("dropout", "in [0, 1)", self.dropout)),
        }
    }
}

/// Three layers, snippet by snippet.
#[derive(Module, Debug)]
struct SultaniNetwork {
    layers: Vec<Linear>,
}

impl SultaniNetwork {
    /// `[n, d]` → scores `[n]` in [0, 1]. Masks, while training: the dropout factors after the
    /// first and the second layer.
    fn forward(&self, x: Tensor<2>, masks: Option<&[Tensor<2>; 2]>) -> Tensor<1> {
        let drop = |x: Tensor<2>, i: usize| match masks {
            None => x,
            Some(masks) => x * masks[i].clone(),
        };
        let x = drop(activation::relu(self.layers[0].forward(x)), 0);
        // The second layer is linear, as the published network.
        let x = drop(self.layers[1].forward(x), 1);
        activation::sigmoid(self.layers[2].forward(x)).squeeze_dim(1)
    }

    /// The sum of all squared weights, without biases.
    fn squared_weights(&self) -> Tensor<1> {
        let [a, b, c] = [0, 1, 2].map(|i| self.layers[i].weight.val().square().sum());
        a + b + c
    }
}

/// Multiple-instance ranking as a weakly-supervised model: three layers that score each snippet alone.
/// [`WeaklySupervised`] has an example.
pub struct Sultani {
    config: SultaniConfig,
    learner: Learner<SultaniNetwork>,
    device: Device,
}

crate::brief_debug!(Sultani);

impl Sultani {
    /// A model with weights drawn from `seed` (Glorot-normal).
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(config: SultaniConfig, seed: u64, device: &Device) -> Result<Sultani> {
        config.validate()?;
        let device = device.clone().inner();
        let learner = Self::learner(&config, seed, &device)?;
        Ok(Sultani { config, learner, device })
    }

    fn learner(
        config: &SultaniConfig,
        seed: u64,
        device: &Device,
    ) -> Result<Learner<SultaniNetwork>> {
        let mut random = rng::stream(seed, "sultani", 0);
        let training = device.clone().autodiff();
        let widths = [config.input, config.hidden[0], config.hidden[1], 1];
        let layer = |w: &[usize]| linear(w[0], w[1], Init::XavierNormal, &mut random, &training);
        let layers = widths.windows(2).map(layer).collect();
        Learner::new(SultaniNetwork { layers }, config.optimizer)
    }

    fn prepare(&self, rows: Tensor<2>) -> Tensor<2> {
        match self.config.unit_length {
            false => rows,
            true => {
                let length = rows.clone().square().sum_dim(1).add_scalar(NORM_FLOOR).sqrt();
                rows / length
            }
        }
    }

    fn loss(&self, positive: Tensor<4>, negative: Tensor<4>, masks: &[Tensor<2>; 2]) -> Tensor<1> {
        let [bags, crops, t, d] = positive.dims();
        let others = negative.dims()[0];
        let all = Tensor::cat(vec![negative, positive], 0);
        let rows = self.prepare(all.reshape([(bags + others) * crops * t, d]));
        let network = self.learner.module();
        let scores = network.forward(rows.autodiff(), Some(masks));
        let scores = scores.reshape([bags + others, crops, t]);
        let scores: Tensor<2> = scores.mean_dim(1).squeeze_dim(1);
        let negative = scores.clone().narrow(0, 0, others);
        let positive = scores.narrow(0, others, bags);
        self.config.loss.compute(positive, negative, network.squared_weights())
    }
}

impl WeaklySupervised for Sultani {
    crate::learner::learns!();

    fn restart_optimizer(&mut self) -> Result<()> {
        self.learner.reset_optimizer()
    }

    fn train_step(
        &mut self,
        positive: Tensor<4>,
        negative: Tensor<4>,
        rng: &mut HostRng,
    ) -> Result<f32> {
        check_bags(&positive, &negative, self.config.input)?;
        let [bags, crops, t, _] = positive.dims();
        let rows = (bags + negative.dims()[0]) * crops * t;
        let rate = self.config.dropout;
        let masks = self
            .config
            .hidden
            .map(|width| mask_tensor([rows, width], rate, rng, &self.device).autodiff());
        let loss = self.loss(positive, negative, &masks);
        Ok(self.learner.step(loss, "the ranking loss")? as f32)
    }

    fn score(&self, video: Tensor<3>) -> Result<Vec<f32>> {
        let [crops, t, d] = check_video(&video, self.config.input)?;
        let rows = self.prepare(video.reshape([crops * t, d]));
        let scores = self.learner.module().valid().forward(rows, None).reshape([crops, t]);
        to_host("score", scores.mean_dim(0).squeeze_dim(0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::module::Param;

    use super::*;
    use crate::golden::{case, close, devices, host};

    #[test]
    fn losses_and_steps_equal_pytorchs() {
        let case = case("sultani");
        for (device_name, device) in devices() {
            for (name, pairing) in [("all", Pairing::All), ("one", Pairing::OneToOne)] {
                let loss = SultaniLoss { pairing, ..SultaniLoss::default() };
                let config = SultaniConfig { hidden: [6, 4], loss, ..SultaniConfig::new(8) };
                let mut model = Sultani::new(config, 0, &device).unwrap();
                let read = |i: usize, kind: &str| format!("before.{i}.{kind}");
                let layer = |i: usize| Linear {
                    weight: Param::from_tensor(case.tensor(&read(i, "weight"), &device).autodiff()),
                    bias: Some(Param::from_tensor(
                        case.tensor(&read(i, "bias"), &device).autodiff(),
                    )),
                };
                model.learner.set_module(SultaniNetwork { layers: (0..3).map(layer).collect() });
                let bags = |name: &str| case.tensor::<4>(name, &device);
                let mask = |i: usize| case.tensor(&format!("mask.{i}"), &device).autodiff();
                let masks: [Tensor<2>; 2] = [mask(0), mask(1)];
                for step in 1..=2 {
                    let loss = model.loss(bags("positive"), bags("negative"), &masks);
                    let theirs = case.values(&format!("{name}.loss{step}"));
                    close(name, &host(loss.clone().inner()), theirs, 0.0, 1e-5);
                    model.learner.step(loss, "loss").unwrap();
                }
                for i in 0..3 {
                    let ours = host(model.learner.module().layers[i].weight.val().inner());
                    let theirs = case.values(&format!("{name}.after.{i}.weight"));
                    close(&format!("{device_name} {name} layer {i}"), &ours, theirs, 2e-5, 1e-4);
                }
                let scores = model.score(case.tensor("video", &device)).unwrap();
                close("scores", &scores, case.values(&format!("{name}.scores")), 1e-4, 0.0);
            }
        }
    }
}
