//! RTFM: robust temporal feature magnitudes ([Tian et al., ICCV
//! 2021](https://arxiv.org/abs/2101.10030)), the weakly-supervised model of Joint-VAD.

// `reference.rs` states the network as the paper does.

#[cfg(test)]
mod golden;
mod loss;
mod network;
#[cfg(test)]
mod reference;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

pub(crate) use self::loss::paired;
use self::loss::{Bags, magnitudes};
pub use self::loss::{FeatureTerm, RtfmLoss};
use self::network::{HeadMasks, RtfmNetwork, Statistics};
use crate::cooperative::to_host;
use crate::dropout::{mask, mask_tensor};
use crate::error::{CoreError, Result};
use crate::learner::Learner;
use crate::networks::MAX_WIDTH;
use crate::optimizer::{AdamConfig, OptimizerConfig};
use crate::rng::{self, HostRng};
use crate::weakly_supervised::{WeaklySupervised, check_bags, check_video};

/// The architecture and training of an [`Rtfm`]. The defaults are the published code's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RtfmConfig {
    /// The feature dimension d. The other widths follow: d/4 and d/8 inside the temporal network,
    /// d/4 and d/16 in the classifier (512, 256, 128 for the published 2048).
    pub input: usize,
    /// Snippets chosen from each bag, k; published: 3.
    pub top_k: usize,
    /// The share of values dropped while training; published: 0.7.
    pub dropout: f32,
    /// The loss.
    pub loss: RtfmLoss,
    /// The optimizer.
    pub optimizer: AdamConfig,
}

impl RtfmConfig {
    /// The published settings for features of `input` dimensions.
    pub fn new(input: usize) -> RtfmConfig {
        let optimizer = AdamConfig { weight_decay: 5e-3, ..AdamConfig::default() };
        RtfmConfig { input, top_k: 3, dropout: 0.7, loss: RtfmLoss::default(), optimizer }
    }

    /// The settings of Joint-VAD's code: RTFM's, with its additional loss term.
    pub fn joint_vad(input: usize) -> RtfmConfig {
        let loss = RtfmLoss { feature_term: FeatureTerm::SquaredAndNegative, ..Default::default() };
        RtfmConfig { loss, ..RtfmConfig::new(input) }
    }

    /// Checks that the settings make a network and an optimizer.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for an input of 0 or over [`MAX_WIDTH`], a top_k of 0, a dropout
    /// outside [0, 1), a negative weight of the loss, or invalid optimizer settings.
    pub fn validate(&self) -> Result<()> {
        if !(1..=MAX_WIDTH).contains(&self.input) {
            return Err(CoreError::setting("input", format!("1 to {MAX_WIDTH}"), self.input));
        }
        if self.top_k == 0 {
            return Err(CoreError::setting("top_k", "1 or more", 0));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(CoreError::setting("dropout", "in [0, 1)", self.dropout));
        }
        OptimizerConfig::from(self.optimizer).init()?;
        let RtfmLoss { alpha, margin, smoothness, sparsity, .. } = self.loss;
        let weights = [alpha, margin, smoothness, sparsity];
        match weights.into_iter().find(|w| !(*w >= 0.0 && w.is_finite())) {
            None => Ok(()),
            Some(weight) => Err(CoreError::setting("loss", "weights of 0 or more", weight)),
        }
    }
}

/// RTFM as a weakly-supervised model.
///
/// ```
/// use gcl_core::{Device, Rtfm, RtfmConfig, Tensor, WeaklySupervised, rng};
///
/// let device = Device::flex();
/// let mut model = Rtfm::new(RtfmConfig::joint_vad(16), 1, &device)?;
/// let bags = |value: f32| Tensor::<4>::full([2, 1, 8, 16], value, &device);
/// let loss = model.train_step(bags(2.0), bags(1.0), &mut rng::stream(1, "step", 0))?;
/// assert!(loss.is_finite());
/// assert_eq!(model.score(Tensor::ones([1, 5, 16], &device))?.len(), 5);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub struct Rtfm {
    config: RtfmConfig,
    learner: Learner<RtfmNetwork>,
    device: Device,
}

crate::brief_debug!(Rtfm);

/// The random decisions of one training step.
struct Masks {
    head: HeadMasks,
    /// Which snippets may be chosen, `[negative bags · t]` and `[positive bags · t]`.
    negative: Vec<f32>,
    positive: Vec<f32>,
}

impl Rtfm {
    /// A model with weights drawn from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(config: RtfmConfig, seed: u64, device: &Device) -> Result<Rtfm> {
        config.validate()?;
        let device = device.clone().inner();
        let learner = Self::learner(&config, seed, &device)?;
        Ok(Rtfm { config, learner, device })
    }

    fn learner(config: &RtfmConfig, seed: u64, device: &Device) -> Result<Learner<RtfmNetwork>> {
        let mut random = rng::stream(seed, "rtfm", 0);
        let network = RtfmNetwork::new(config.input, &mut random, &device.clone().autodiff());
        Learner::new(network, config.optimizer)
    }

    fn masks(&self, [n, t]: [usize; 2], bags: [usize; 2], rng: &mut HostRng) -> Masks {
        let (d, rate) = (self.config.input, self.config.dropout);
        let part = |divisor: usize| (d / divisor).max(1);
        let mut of = |c: usize| mask_tensor([n, t, c], rate, rng, &self.device).autodiff();
        let head = HeadMasks([of(d), of(part(4)), of(part(16))]);
        let [negative, positive] = bags.map(|bags| mask(bags * t, rate, rng));
        Masks { head, negative, positive }
    }

    /// The loss of a step, and the batch statistics with it.
    fn loss(
        &self,
        positive: Tensor<4>,
        negative: Tensor<4>,
        masks: &Masks,
    ) -> Result<(Tensor<1>, Option<Statistics>)> {
        let [bags, crops, t, d] = positive.dims();
        let others = negative.dims()[0];
        // One batch, as the code: the normalisations see both kinds together.
        let all = Tensor::cat(vec![negative, positive], 0).reshape([(bags + others) * crops, t, d]);
        let (features, scores, statistics) =
            self.learner.module().forward(all.autodiff(), Some(&masks.head));
        let features = features.reshape([bags + others, crops, t, d]);
        let scores: Tensor<2> =
            scores.reshape([bags + others, crops, t]).mean_dim(1).squeeze_dim(1);
        let kind = |from: usize, count: usize, mask: &[f32]| -> Result<Bags> {
            let features = features.clone().narrow(0, from, count);
            let scores = scores.clone().narrow(0, from, count);
            let chosen = self.choose(features.clone().inner(), mask)?;
            Ok(Bags { features, scores, chosen: chosen.autodiff() })
        };
        let negative = kind(0, others, &masks.negative)?;
        let positive = kind(others, bags, &masks.positive)?;
        Ok((self.config.loss.compute(&positive, &negative), statistics))
    }

    /// 1/k at the k snippets of each bag with the largest magnitude (mean over crops) after
    /// dropout; the first of equal ones.
    fn choose(&self, features: Tensor<4>, mask: &[f32]) -> Result<Tensor<2>> {
        let [bags, crops, t, _] = features.dims();
        let mean: Tensor<2> =
            magnitudes(features).reshape([bags, crops, t]).mean_dim(1).squeeze_dim(1);
        let magnitudes = to_host("feature magnitude", mean.reshape([bags * t]))?;
        let k = self.config.top_k.min(t);
        let mut chosen = vec![0.0; bags * t];
        for bag in 0..bags {
            let value = |i: usize| magnitudes[bag * t + i] * mask[bag * t + i];
            let mut order: Vec<usize> = (0..t).collect();
            order.sort_by(|&a, &b| value(b).total_cmp(&value(a)));
            for &i in &order[..k] {
                chosen[bag * t + i] = 1.0 / k as f32;
            }
        }
        Ok(Tensor::from_data(TensorData::new(chosen, [bags, t]), &self.device))
    }

    fn learn(&mut self, positive: Tensor<4>, negative: Tensor<4>, masks: &Masks) -> Result<f32> {
        let (loss, statistics) = self.loss(positive, negative, masks)?;
        let loss = self.learner.step(loss, "RTFM's loss")?;
        if let Some(statistics) = statistics {
            let followed = self.learner.module().clone().follow(statistics);
            self.learner.set_module(followed);
        }
        Ok(loss as f32)
    }
}

impl WeaklySupervised for Rtfm {
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
        let others = negative.dims()[0];
        let masks = self.masks([(bags + others) * crops, t], [others, bags], rng);
        self.learn(positive, negative, &masks)
    }

    fn score(&self, video: Tensor<3>) -> Result<Vec<f32>> {
        check_video(&video, self.config.input)?;
        let (_, scores, _) = self.learner.module().valid().forward(video, None);
        to_host("score", scores.mean_dim(0).squeeze_dim(0))
    }
}
