//! One iteration of generative cooperative learning: the generator labels the batch for the
//! discriminator, which learns and labels it for the generator (paper §3.2, Fig. 2).

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};
use crate::learner::Learner;
use crate::loss::{ErrorNorm, discriminator_loss, generator_loss, sample_error};
use crate::networks::{Autoencoder, AutoencoderConfig, Discriminator, DiscriminatorConfig};
use crate::optimizer::OptimizerConfig;
use crate::rng::{self, HostRng};
use crate::soft_label::LabelRule;
use crate::state::State;
use crate::target::NegativeTarget;
use crate::threshold::Threshold;

/// How the two networks train each other. The defaults are the paper's (§4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CooperativeConfig {
    /// What a sample's reconstruction error is.
    pub error: ErrorNorm,
    /// From G's errors to the labels that train D (Eq. 2).
    pub generator_labels: LabelRule,
    /// From D's probabilities to the labels that train G (Eq. 4).
    pub discriminator_labels: Threshold,
    /// What G should answer where D says anomalous.
    pub target: NegativeTarget,
    /// Which D labels the batch for G.
    pub labelled_by: LabelledBy,
    /// RMSprop, one instance for each network.
    pub optimizer: OptimizerConfig,
}

/// Which state of the discriminator labels the batch for the generator; the paper's sections
/// differ, see `docs/method.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelledBy {
    /// D after its step on this batch.
    #[default]
    UpdatedDiscriminator,
    /// D as it was before its step on this batch.
    PreviousDiscriminator,
}

impl Default for CooperativeConfig {
    fn default() -> Self {
        CooperativeConfig {
            error: ErrorNorm::Norm,
            generator_labels: LabelRule::Hard { threshold: Threshold::MeanStd { k: 1.0 } },
            discriminator_labels: Threshold::MeanStd { k: 0.1 },
            target: NegativeTarget::Ones { value: 1.0 },
            labelled_by: LabelledBy::UpdatedDiscriminator,
            optimizer: OptimizerConfig::default(),
        }
    }
}

/// What one iteration did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// D's loss before its step (Eq. 3).
    pub loss_discriminator: f64,
    /// G's loss before its step (Eq. 5).
    pub loss_generator: f64,
    /// The labels from G, in [0, 1]; hard ones are 0 or 1.
    pub generator_labels: Vec<f32>,
    /// The labels from D.
    pub discriminator_labels: Vec<bool>,
    /// The error from which on G calls a sample anomalous; absent for soft labels.
    pub generator_threshold: Option<f64>,
    /// The probability from which on D calls a sample anomalous; 1 if it calls none so.
    pub discriminator_threshold: f64,
}

/// A generator and a discriminator, with their optimizers.
pub struct CooperativePair {
    config: CooperativeConfig,
    generator: Learner<Autoencoder>,
    discriminator: Learner<Discriminator>,
    device: Device,
}

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
        if generator.input != discriminator.input {
            let (expected, found) = (generator.input, discriminator.input);
            return Err(CoreError::shape("the discriminator's input dimension", expected, found));
        }
        let (device, training) = (device.clone().inner(), device.clone().autodiff());
        let g = generator.init(&mut rng::stream(seed, "generator", 0), &training)?;
        let d = discriminator.init(&mut rng::stream(seed, "discriminator", 0), &training)?;
        let generator = Learner::new(g, config.optimizer)?;
        let discriminator = Learner::new(d, config.optimizer)?;
        Ok(CooperativePair { config, generator, discriminator, device })
    }

    /// One iteration on a batch: one step of D on G's labels, one step of G on D's.
    ///
    /// `known_normal` marks samples of videos that are known to be normal: they are never
    /// labelled anomalous, by either network (GCL_WS). `None` knows nothing, as in the
    /// unsupervised setting. `rng` serves the random pseudo-targets.
    ///
    /// # Shapes
    /// - features: `[batch, d]`
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if an error, log-odds or a loss is not finite. D may have taken its
    /// step by then: go back to a saved state.
    pub fn step(
        &mut self,
        features: Tensor<2>,
        known_normal: Option<&[bool]>,
        rng: &mut HostRng,
    ) -> Result<StepReport> {
        // G runs once: its errors label the batch, and since G does not change before its own
        // step, the same reconstruction serves its loss.
        let reconstruction = self.generator.module().forward(features.clone().autodiff());
        let errors =
            sample_error(features.clone(), reconstruction.clone().inner(), self.config.error);
        let errors = to_host("reconstruction error", errors)?;
        let (mut generator_labels, generator_threshold) =
            self.config.generator_labels.label(&errors)?;
        force_normal(&mut generator_labels, known_normal, 0.0);

        let (loss_discriminator, before) =
            self.discriminator_step(features.clone(), &generator_labels)?;

        let logits = match self.config.labelled_by {
            LabelledBy::UpdatedDiscriminator => self.logits(features.clone())?,
            LabelledBy::PreviousDiscriminator => before,
        };
        let (mut discriminator_labels, discriminator_threshold) = self.label_for_g(&logits)?;
        force_normal(&mut discriminator_labels, known_normal, false);

        let pseudo = self.config.target.build(features, &discriminator_labels, rng);
        let loss = generator_loss(
            pseudo.target.autodiff(),
            reconstruction,
            pseudo.weight.map(Tensor::autodiff),
            self.config.error,
        );
        let loss_generator = self.generator.step(loss, "the generator's loss")?;
        Ok(StepReport {
            loss_discriminator,
            loss_generator,
            generator_labels,
            discriminator_labels,
            generator_threshold,
            discriminator_threshold,
        })
    }

    /// One step of G alone, on plain reconstruction (Eq. 1); returns the loss.
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if the loss is not finite.
    pub fn reconstruction_step(&mut self, features: Tensor<2>) -> Result<f64> {
        let features = features.autodiff();
        let reconstruction = self.generator.module().forward(features.clone());
        let loss = generator_loss(features, reconstruction, None, self.config.error);
        self.generator.step(loss, "the generator's loss")
    }

    /// One step of D on the labels of a G that stays as it is (§3.3); returns D's loss and the
    /// labels.
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if an error or the loss is not finite.
    pub fn frozen_generator_step(
        &mut self,
        features: Tensor<2>,
        known_normal: Option<&[bool]>,
    ) -> Result<(f64, Vec<f32>)> {
        let errors = self.errors(features.clone())?;
        let (mut labels, _) = self.config.generator_labels.label(&errors)?;
        force_normal(&mut labels, known_normal, 0.0);
        let (loss, _) = self.discriminator_step(features, &labels)?;
        Ok((loss, labels))
    }

    /// One step of G against its own labels: negative learning without a discriminator.
    ///
    /// # Errors
    /// As [`CooperativePair::step`].
    pub fn self_labelled_step(
        &mut self,
        features: Tensor<2>,
        known_normal: Option<&[bool]>,
        rng: &mut HostRng,
    ) -> Result<(f64, Vec<bool>)> {
        let reconstruction = self.generator.module().forward(features.clone().autodiff());
        let errors =
            sample_error(features.clone(), reconstruction.clone().inner(), self.config.error);
        let errors = to_host("reconstruction error", errors)?;
        let (labels, _) = self.config.generator_labels.label(&errors)?;
        let mut labels: Vec<bool> = labels.into_iter().map(|l| l >= 0.5).collect();
        force_normal(&mut labels, known_normal, false);
        let pseudo = self.config.target.build(features, &labels, rng);
        let weight = pseudo.weight.map(Tensor::autodiff);
        let loss =
            generator_loss(pseudo.target.autodiff(), reconstruction, weight, self.config.error);
        Ok((self.generator.step(loss, "the generator's loss")?, labels))
    }

    /// G's reconstruction of features, `[batch, d]`.
    pub fn reconstruct(&self, features: Tensor<2>) -> Tensor<2> {
        self.generator.module().valid().forward(features)
    }

    /// G's reconstruction error of each sample: the generator's anomaly score.
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if one is not finite.
    pub fn errors(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        let reconstruction = self.reconstruct(features.clone());
        let errors = sample_error(features, reconstruction, self.config.error);
        to_host("reconstruction error", errors)
    }

    /// D's probability of each sample being anomalous: the discriminator's score (§3.4).
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if one is not finite.
    pub fn probabilities(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        let probability = self.discriminator.module().valid().probability(features);
        to_host("discriminator probability", probability)
    }

    /// D's log-odds: the same order as its probabilities, without their saturation.
    ///
    /// # Errors
    /// [`CoreError::NotFinite`] if one is not finite.
    pub fn logits(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        to_host("discriminator log-odds", self.discriminator.module().valid().logits(features))
    }

    /// Forgets both optimizers' states, as between pre-training and the loop.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for impossible optimizer settings.
    pub fn reset_optimizers(&mut self) -> Result<()> {
        self.generator.reset_optimizer()?;
        self.discriminator.reset_optimizer()
    }

    /// The generator.
    pub fn generator(&self) -> &Autoencoder {
        self.generator.module()
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &Discriminator {
        self.discriminator.module()
    }

    /// The settings.
    pub fn config(&self) -> &CooperativeConfig {
        &self.config
    }

    /// The device of plain (not differentiated) tensors, where batches go.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Replaces both networks, for instance by published weights, and forgets the optimizers.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for impossible optimizer settings.
    pub fn set_networks(&mut self, g: Autoencoder, d: Discriminator) -> Result<()> {
        self.generator = Learner::new(g, self.config.optimizer)?;
        self.discriminator = Learner::new(d, self.config.optimizer)?;
        Ok(())
    }

    /// Weights and optimizers, to go on bit for bit.
    ///
    /// # Errors
    /// [`CoreError::State`] if they cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_state("generator", self.generator.save()?);
        state.put_state("discriminator", self.discriminator.save()?);
        Ok(state)
    }

    /// Goes back to a saved state.
    ///
    /// # Errors
    /// [`CoreError::State`] if it is damaged or of other networks.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.generator.load(&state.get_state("generator"))?;
        self.discriminator.load(&state.get_state("discriminator"))
    }

    /// D's labels of a batch, and the probability from which on a sample is anomalous. Ranks are
    /// taken of the log-odds, since probabilities saturate into ties.
    fn label_for_g(&self, logits: &[f32]) -> Result<(Vec<bool>, f64)> {
        let rule = self.config.discriminator_labels;
        let probability = |logit: f64| 1.0 / (1.0 + (-logit).exp());
        if rule.is_by_rank() {
            let (labels, threshold) = rule.label(logits)?;
            return Ok((labels, probability(threshold)));
        }
        let probabilities: Vec<f32> =
            logits.iter().map(|&z| probability(f64::from(z)) as f32).collect();
        rule.label(&probabilities)
    }

    /// One step of D against labels (Eq. 3); returns the loss and D's log-odds before it.
    fn discriminator_step(
        &mut self,
        features: Tensor<2>,
        labels: &[f32],
    ) -> Result<(f64, Vec<f32>)> {
        let labels = Tensor::<1>::from_data(TensorData::from(labels), &self.device).autodiff();
        let logits = self.discriminator.module().logits(features.autodiff());
        let before = match self.config.labelled_by {
            LabelledBy::UpdatedDiscriminator => Vec::new(),
            LabelledBy::PreviousDiscriminator => {
                to_host("discriminator log-odds", logits.clone().inner())?
            }
        };
        let loss = discriminator_loss(logits, labels);
        Ok((self.discriminator.step(loss, "the discriminator's loss")?, before))
    }
}

/// The values of a tensor on the host, refused if one is not finite.
pub(crate) fn to_host(what: &str, values: Tensor<1>) -> Result<Vec<f32>> {
    let data = values.into_data().convert::<f32>();
    let values =
        data.try_to_vec::<f32>().map_err(|e| CoreError::State(format!("{what}: {e:?}")))?;
    crate::error::ensure_finite(what, &values)?;
    Ok(values)
}

fn force_normal<T: Copy>(labels: &mut [T], known_normal: Option<&[bool]>, normal: T) {
    if let Some(known) = known_normal {
        for (label, _) in labels.iter_mut().zip(known).filter(|(_, known)| **known) {
            *label = normal;
        }
    }
}
