//! The contract of a one-class model, and the autoencoder as its first implementation.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};

use crate::cooperative::to_host;
use crate::error::{CoreError, Result};
use crate::learner::Learner;
use crate::loss::{ErrorNorm, sample_error};
use crate::networks::{Autoencoder, AutoencoderConfig};
use crate::rmsprop::RmsPropConfig;
use crate::rng::{self, HostRng};
use crate::state::State;

/// A model of the normal that learns from samples weighted by how normal they are, and scores how
/// far a sample is from it ([Joint-VAD](https://arxiv.org/abs/2401.13551), §3.2, weighted one-class
/// classification).
///
/// The trait is all that the interleaving needs: a model from another crate takes part by
/// implementing it. Samples may be anything that can be batched: feature vectors, pose windows, object
/// cubes. A model does not know where in a video a sample is.
///
/// Implementations draw every random number of a training step (permutations, dropout) from the
/// generator they are handed, and keep their optimizer inside, so that a saved state resumes bit
/// for bit. A model that initialises itself from its first batch does so in
/// [`OneClass::train_step`] and saves that it has.
///
/// ```
/// use gcl_core::loss::ErrorNorm;
/// use gcl_core::{AutoencoderConfig, AutoencoderOneClass, Device, OneClass, Tensor, rng};
///
/// let (network, device) = (AutoencoderConfig::new(16), Device::flex());
/// let mut model =
///     AutoencoderOneClass::new(network, Default::default(), ErrorNorm::Norm, 1, &device)?;
/// let batch = Tensor::<2>::ones([3, 16], &device);
/// let (state, before) = (model.save()?, model.score(batch.clone())?);
/// // The last sample is probably anomalous: it hardly counts.
/// model.train_step(batch.clone(), &[1.0, 1.0, 0.1], &mut rng::stream(1, "step", 0))?;
/// assert_ne!(model.score(batch.clone())?, before);
/// model.load(&state)?;
/// assert_eq!(model.score(batch)?, before);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub trait OneClass: Send {
    /// A batch of samples on the model's device, as its network takes it.
    type Batch: Clone + Send;

    /// Draws new weights from `seed` and resets the optimizer.
    ///
    /// # Errors
    /// If the model's settings make no network.
    fn reset(&mut self, seed: u64) -> Result<()>;

    /// One optimisation step on a weighted batch; returns the weighted loss, mean over the batch.
    ///
    /// `normality` has one weight in [0, 1] per sample, 1 for surely normal: the paper's 1 − w. A
    /// sample of weight 0 has no influence.
    ///
    /// # Errors
    /// If the shapes do not fit the model, or the loss is not finite.
    fn train_step(
        &mut self,
        batch: Self::Batch,
        normality: &[f32],
        rng: &mut HostRng,
    ) -> Result<f32>;

    /// The anomaly score of each sample; higher is more anomalous, unbounded. Does not depend on
    /// what else is in the batch.
    ///
    /// # Errors
    /// If the shape does not fit the model, or a score is not finite.
    fn score(&self, batch: Self::Batch) -> Result<Vec<f32>>;

    /// Everything that [`OneClass::load`] needs to resume bit for bit: weights, running statistics,
    /// flags and the optimizer's state.
    ///
    /// # Errors
    /// If the weights cannot be read from the device.
    fn save(&self) -> Result<State>;

    /// Restores a saved state.
    ///
    /// # Errors
    /// If the state is damaged or of another model.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// An autoencoder as a one-class model: the score is the reconstruction error.
pub struct AutoencoderOneClass {
    config: (AutoencoderConfig, RmsPropConfig),
    norm: ErrorNorm,
    learner: Learner<Autoencoder>,
    device: Device,
}

crate::brief_debug!(AutoencoderOneClass);

impl AutoencoderOneClass {
    /// A model with weights drawn from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(
        network: AutoencoderConfig,
        optimizer: RmsPropConfig,
        norm: ErrorNorm,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let device = device.clone().inner();
        let config = (network, optimizer);
        let learner = Self::learner(&config, seed, &device)?;
        Ok(AutoencoderOneClass { config, norm, learner, device })
    }

    fn learner(
        (network, optimizer): &(AutoencoderConfig, RmsPropConfig),
        seed: u64,
        device: &Device,
    ) -> Result<Learner<Autoencoder>> {
        let training = device.clone().autodiff();
        let module = network.init(&mut rng::stream(seed, "generator", 0), &training)?;
        Learner::new(module, *optimizer)
    }

    fn check(&self, batch: &Tensor<2>) -> Result<()> {
        let (expected, found) = (self.config.0.input, batch.dims()[1]);
        match found == expected {
            true => Ok(()),
            false => Err(CoreError::shape("dimension", expected, found)),
        }
    }
}

impl OneClass for AutoencoderOneClass {
    /// Feature vectors, `[batch, d]`.
    type Batch = Tensor<2>;

    crate::learner::learns!();

    fn train_step(
        &mut self,
        batch: Tensor<2>,
        normality: &[f32],
        rng: &mut HostRng,
    ) -> Result<f32> {
        self.check(&batch)?;
        let [size, _] = batch.dims();
        if normality.len() != size {
            return Err(CoreError::shape("weights of a batch", size, normality.len()));
        }
        let weight = Tensor::<1>::from_data(TensorData::from(normality), &self.device).autodiff();
        let batch = batch.autodiff();
        let reconstruction = self.learner.module().forward_training(batch.clone(), rng);
        let error = sample_error(batch, reconstruction, self.norm);
        let loss = (error * weight).mean();
        Ok(self.learner.step(loss, "the autoencoder's loss")? as f32)
    }

    fn score(&self, batch: Tensor<2>) -> Result<Vec<f32>> {
        self.check(&batch)?;
        let reconstruction = self.learner.module().valid().forward(batch.clone());
        to_host("reconstruction error", sample_error(batch, reconstruction, self.norm))
    }
}
