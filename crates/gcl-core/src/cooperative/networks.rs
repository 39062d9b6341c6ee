//! Scoring with a pair, and its stored state.

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};

use super::{CooperativeConfig, CooperativePair, to_host};
use crate::error::{CoreError, Result};
use crate::loss::sample_error;
use crate::networks::{Autoencoder, Discriminator};
use crate::state::State;

impl CooperativePair {
    /// G's reconstruction of features, `[batch, d]`.
    pub fn reconstruct(&self, features: Tensor<2>) -> Tensor<2> {
        self.generator.module().valid().forward(features)
    }

    /// G's reconstruction error of each sample: the generator's anomaly score.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another dimension, [`CoreError::NotFinite`] if one is not finite.
    pub fn errors(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        Ok(self.reconstruct_with_errors(features)?.1)
    }

    /// The results of [`reconstruct`](Self::reconstruct) and [`errors`](Self::errors), at the cost of
    /// one.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another dimension, [`CoreError::NotFinite`] if one is not finite.
    pub fn reconstruct_with_errors(&self, features: Tensor<2>) -> Result<(Tensor<2>, Vec<f32>)> {
        self.check(&features)?;
        let reconstruction = self.reconstruct(features.clone());
        let errors = sample_error(features, reconstruction.clone(), self.config.error);
        Ok((reconstruction, to_host("reconstruction error", errors)?))
    }

    /// D's probability of each sample being anomalous: the discriminator's score (§3.4).
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another dimension, [`CoreError::NotFinite`] if one is not finite.
    pub fn probabilities(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        self.check(&features)?;
        let probability = self.discriminator.module().valid().probability(features);
        to_host("discriminator probability", probability)
    }

    /// D's log-odds: the same order as its probabilities, without their saturation.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another dimension, [`CoreError::NotFinite`] if one is not finite.
    pub fn logits(&self, features: Tensor<2>) -> Result<Vec<f32>> {
        self.check(&features)?;
        to_host("discriminator log-odds", self.discriminator.module().valid().logits(features))
    }

    /// The results of [`probabilities`](Self::probabilities) and [`logits`](Self::logits), at the cost
    /// of one.
    ///
    /// # Errors
    /// [`CoreError::Shape`] for another dimension, [`CoreError::NotFinite`] if one is not finite.
    pub fn judge(&self, features: Tensor<2>) -> Result<(Vec<f32>, Vec<f32>)> {
        self.check(&features)?;
        let logits = self.discriminator.module().valid().logits(features);
        let probability = activation::sigmoid(logits.clone());
        let probability = to_host("discriminator probability", probability)?;
        Ok((probability, to_host("discriminator log-odds", logits)?))
    }

    /// Resets both optimizers' states, as between pre-training and the loop.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for invalid optimizer settings.
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

    /// The weights and the optimizers' states, so that training resumes bit for bit.
    ///
    /// # Errors
    /// [`CoreError::State`] if they cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_state("generator", self.generator.save()?);
        state.put_state("discriminator", self.discriminator.save()?);
        Ok(state)
    }

    /// Restores a saved state.
    ///
    /// # Errors
    /// [`CoreError::State`] if it is damaged or of other networks.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.generator.load(&state.get_state("generator"))?;
        self.discriminator.load(&state.get_state("discriminator"))
    }

    /// Checks that a batch fits the networks.
    pub(super) fn check(&self, features: &Tensor<2>) -> Result<()> {
        let (expected, found) = (self.generator.module().mlp().input(), features.dims());
        match found[1] == expected && found[0] > 0 {
            true => Ok(()),
            false => {
                let expected = format!("rows of {expected} dimensions, at least one");
                Err(CoreError::shape("a batch", expected, format!("{found:?}")))
            }
        }
    }
}
