//! One iteration of generative cooperative learning: the generator labels the batch for the
//! discriminator, which learns and labels it for the generator ([Zaheer et al., CVPR
//! 2022](https://arxiv.org/abs/2203.03962), §3.2, Fig. 2; "the paper" below).

mod config;
mod networks;

pub use config::{CooperativeConfig, LabelledBy, StepReport};

use burn::tensor::{Device, Tensor, TensorData};

use crate::error::{CoreError, Result};
use crate::latent_entropy::renyi_entropy;
use crate::learner::Learner;
use crate::loss::{cross_entropy, discriminator_loss, generator_loss, sample_error};
use crate::networks::{Autoencoder, AutoencoderConfig, Discriminator, DiscriminatorConfig};
use crate::optimizer::OptimizerConfig;
use crate::rng::{self, HostRng};
use crate::threshold::Threshold;
use crate::weak_label::VideoLabel;

/// A generator and a discriminator, with their optimizers.
///
/// Pseudo-labels are always computed in evaluation mode: with running statistics where there is batch
/// normalisation, and without dropout.
///
/// ```
/// use gcl_core::{AutoencoderConfig, CooperativePair, Device, DiscriminatorConfig, Tensor, rng};
///
/// let (generator, discriminator) = (AutoencoderConfig::new(16), DiscriminatorConfig::new(16));
/// let device = Device::flex();
/// let mut pair =
///     CooperativePair::new(&generator, &discriminator, Default::default(), 1, &device)?;
///
/// let values: Vec<f32> = (0..32 * 16).map(|i| (i as f32).sin()).collect();
/// let batch = Tensor::<1>::from_floats(values.as_slice(), &device).reshape([32, 16]);
/// let report = pair.step(batch.clone(), None, &mut rng::stream(1, "step", 0))?;
/// assert_eq!(report.generator_labels.len(), 32);
/// assert!(pair.probabilities(batch)?.iter().all(|p| (0.0..=1.0).contains(p)));
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub struct CooperativePair {
    config: CooperativeConfig,
    generator: Learner<Autoencoder>,
    discriminator: Learner<Discriminator>,
    device: Device,
}

crate::brief_debug!(CooperativePair);

impl CooperativePair {
    /// Two networks with weights drawn from `seed`, fresh optimizers.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer,
    /// [`CoreError::Shape`] if the two networks disagree about the feature dimension.
    pub fn new(
        generator: &AutoencoderConfig,
        discriminator: &DiscriminatorConfig,
        config: CooperativeConfig,
        seed: u64,
        device: &Device,
    ) -> Result<CooperativePair> {
        let training = device.clone().autodiff();
        let g = generator.init(&mut rng::stream(seed, "generator", 0), &training)?;
        let d = discriminator.init(&mut rng::stream(seed, "discriminator", 0), &training)?;
        CooperativePair::from_networks(g, d, config, device)
    }

    /// Two networks on the autodiff side of `device`, fresh optimizers.
    ///
    /// # Errors
    /// As [`CooperativePair::new`].
    pub fn from_networks(
        generator: Autoencoder,
        discriminator: Discriminator,
        config: CooperativeConfig,
        device: &Device,
    ) -> Result<CooperativePair> {
        let (expected, found) = (generator.mlp().input(), discriminator.mlp().input());
        if expected != found {
            return Err(CoreError::shape("the discriminator's input dimension", expected, found));
        }
        let generator = Learner::new(generator, config.optimizer)?;
        let same = OptimizerConfig::from(config.optimizer);
        let optimizer = config.discriminator_optimizer.unwrap_or(same);
        let discriminator = Learner::new(discriminator, optimizer)?;
        Ok(CooperativePair { config, generator, discriminator, device: device.clone().inner() })
    }

    /// One iteration on a batch: one step of D on G's labels, one step of G on D's.
    ///
    /// `known` holds the video label of each sample (GCL_WS); `None` is the unsupervised setting. `rng`
    /// serves dropout and the random pseudo-targets.
    ///
    /// # Shapes
    /// - features: `[batch, d]`
    ///
    /// # Errors
    /// [`CoreError::Shape`] for a batch or labels that do not fit; [`CoreError::NotFinite`] if an
    /// error, log-odds or a loss is not finite. D may have taken its step by then: load a saved
    /// state.
    pub fn step(
        &mut self,
        features: Tensor<2>,
        known: Option<&[VideoLabel]>,
        rng: &mut HostRng,
    ) -> Result<StepReport> {
        // G runs once: its errors label the batch, and since G does not change before its own
        // step, the same reconstruction serves its loss.
        let (reconstruction, errors) = self.reconstruct_and_judge(&features, rng)?;
        let (generator_labels, generator_threshold) = self.label_for_d(&errors, known)?;

        let previous = match self.config.labelled_by {
            LabelledBy::UpdatedDiscriminator => None,
            LabelledBy::PreviousDiscriminator => Some(self.logits(features.clone())?),
        };
        let loss_discriminator =
            self.train_discriminator(features.clone(), &generator_labels, rng)?;
        let logits = match previous {
            None => self.logits(features.clone())?,
            Some(logits) => logits,
        };
        let (discriminator_labels, discriminator_threshold) = self.label_for_g(&logits, known)?;

        let loss_generator =
            self.train_generator(features, reconstruction, &discriminator_labels, rng)?;
        Ok(StepReport {
            loss_discriminator,
            loss_generator,
            generator_labels,
            discriminator_labels,
            generator_threshold,
            discriminator_threshold,
        })
    }

    /// One step of G alone, on plain reconstruction (Eq. 1), with the entropy of its narrowest layer
    /// where the settings ask for that (MLE-UVAD); returns the loss.
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn reconstruction_step(&mut self, features: Tensor<2>, rng: &mut HostRng) -> Result<f64> {
        self.check(&features)?;
        let features = features.autodiff();
        let g = self.generator.module();
        let (reconstruction, latent) = g.forward_with_latent(features.clone(), rng);
        let loss = generator_loss(features, reconstruction, None, self.config.error);
        let loss = match (self.config.latent_entropy, latent) {
            (Some(e), Some(z)) => loss + renyi_entropy(z, e.bandwidth).mul_scalar(e.weight),
            _ => loss,
        };
        self.generator.step(loss, "the generator's loss")
    }

    /// One step of D alone on labels in [0, 1] that were made before, each counting by its weight if there are
    /// some; returns the loss, divided by the size of the batch.
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn classification_step(
        &mut self,
        features: Tensor<2>,
        labels: &[f32],
        weights: Option<&[f32]>,
        rng: &mut HostRng,
    ) -> Result<f64> {
        self.check(&features)?;
        let size = features.dims()[0];
        if let Some(found) = [Some(labels), weights].into_iter().flatten().find(|w| w.len() != size)
        {
            return Err(CoreError::shape("labels or weights of a batch", size, found.len()));
        }
        let given = |values: &[f32]| {
            Tensor::<1>::from_data(TensorData::from(values), &self.device).autodiff()
        };
        let logits = self.discriminator.module().logits_training(features.autodiff(), rng);
        let losses = cross_entropy(logits, given(labels));
        let loss = match weights {
            Some(weights) => (losses * given(weights)).mean(),
            None => losses.mean(),
        };
        self.discriminator.step(loss, "the classifier's loss")
    }

    /// Multiplies both networks' learning rates from now on: a schedule, which follows from the step and is
    /// therefore no part of the saved state.
    pub fn set_pace(&mut self, factor: f64) {
        (self.generator.pace, self.discriminator.pace) = (factor, factor);
    }

    /// One step of D on the labels of a frozen G (§3.3); returns D's loss and the labels.
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn frozen_generator_step(
        &mut self,
        features: Tensor<2>,
        known: Option<&[VideoLabel]>,
        rng: &mut HostRng,
    ) -> Result<(f64, Vec<f32>)> {
        let errors = self.errors(features.clone())?;
        let (labels, _) = self.label_for_d(&errors, known)?;
        Ok((self.train_discriminator(features, &labels, rng)?, labels))
    }

    /// One step of G on the labels of a frozen D; returns G's loss and the labels.
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn frozen_discriminator_step(
        &mut self,
        features: Tensor<2>,
        known: Option<&[VideoLabel]>,
        rng: &mut HostRng,
    ) -> Result<(f64, Vec<bool>)> {
        let (labels, _) = self.label_for_g(&self.logits(features.clone())?, known)?;
        let reconstruction = self.forward_generator(&features, rng);
        Ok((self.train_generator(features, reconstruction, &labels, rng)?, labels))
    }

    /// One step of G against its own labels: negative learning without a discriminator (an
    /// ablation of the paper's first version).
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn self_labelled_step(
        &mut self,
        features: Tensor<2>,
        known: Option<&[VideoLabel]>,
        rng: &mut HostRng,
    ) -> Result<(f64, Vec<bool>)> {
        let (reconstruction, errors) = self.reconstruct_and_judge(&features, rng)?;
        let (labels, _) = self.label_for_d(&errors, known)?;
        let labels: Vec<bool> = labels.into_iter().map(|l| l >= 0.5).collect();
        Ok((self.train_generator(features, reconstruction, &labels, rng)?, labels))
    }

    /// G's reconstruction with its gradient, and the errors that label the batch.
    fn reconstruct_and_judge(
        &self,
        features: &Tensor<2>,
        rng: &mut HostRng,
    ) -> Result<(Tensor<2>, Vec<f32>)> {
        self.check(features)?;
        if !self.generator.module().mlp().trains_as_it_scores() {
            let errors = self.errors(features.clone())?;
            return Ok((self.forward_generator(features, rng), errors));
        }
        let reconstruction = self.forward_generator(features, rng);
        let errors =
            sample_error(features.clone(), reconstruction.clone().inner(), self.config.error);
        Ok((reconstruction, to_host("reconstruction error", errors)?))
    }

    fn forward_generator(&self, features: &Tensor<2>, rng: &mut HostRng) -> Tensor<2> {
        self.generator.module().forward_training(features.clone().autodiff(), rng)
    }

    /// G's labels of a batch, and the error at or above which a sample is anomalous (Eq. 2).
    fn label_for_d(
        &self,
        errors: &[f32],
        known: Option<&[VideoLabel]>,
    ) -> Result<(Vec<f32>, Option<f64>)> {
        let rule = self.config.generator_labels;
        self.config.weak.label(errors, known, |errors| rule.label(errors))
    }

    /// D's labels of a batch, and the probability at or above which a sample is anomalous (Eq. 4).
    fn label_for_g(
        &self,
        logits: &[f32],
        known: Option<&[VideoLabel]>,
    ) -> Result<(Vec<bool>, f64)> {
        let rule = self.config.discriminator_labels;
        let probability = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        let label = |logits: &[f32]| {
            // Ranks are taken of the log-odds, since probabilities saturate into ties.
            let (labels, threshold) = if matches!(rule, Threshold::Top { .. }) {
                let (labels, threshold) = rule.label(logits)?;
                (labels, probability(threshold))
            } else {
                let to_probability = |&z: &f32| probability(f64::from(z)) as f32;
                rule.label(&logits.iter().map(to_probability).collect::<Vec<f32>>())?
            };
            Ok((labels.into_iter().map(|l| f32::from(u8::from(l))).collect(), Some(threshold)))
        };
        let (labels, threshold) = self.config.weak.label(logits, known, label)?;
        Ok((labels.into_iter().map(|l| l >= 0.5).collect(), threshold.unwrap_or(1.0)))
    }

    /// One step of D against labels (Eq. 3); returns the loss.
    fn train_discriminator(
        &mut self,
        features: Tensor<2>,
        labels: &[f32],
        rng: &mut HostRng,
    ) -> Result<f64> {
        let labels = Tensor::<1>::from_data(TensorData::from(labels), &self.device).autodiff();
        let logits = self.discriminator.module().logits_training(features.autodiff(), rng);
        self.discriminator.step(discriminator_loss(logits, labels), "the discriminator's loss")
    }

    /// One step of G towards the pseudo-targets (Eq. 5); returns the loss.
    fn train_generator(
        &mut self,
        features: Tensor<2>,
        reconstruction: Tensor<2>,
        labels: &[bool],
        rng: &mut HostRng,
    ) -> Result<f64> {
        let pseudo = self.config.target.build(features, labels, rng);
        let weight = pseudo.weight.map(Tensor::autodiff);
        let target = pseudo.target.autodiff();
        let loss = generator_loss(target, reconstruction, weight, self.config.error);
        self.generator.step(loss, "the generator's loss")
    }
}

/// The values of a tensor on the host; an error if one is not finite.
pub(crate) fn to_host(what: &str, values: Tensor<1>) -> Result<Vec<f32>> {
    let data = values.into_data().convert::<f32>();
    let values = data.try_to_vec::<f32>().map_err(|e| CoreError::State(format!("{what}: {e}")))?;
    crate::error::ensure_finite(what, &values)?;
    Ok(values)
}
