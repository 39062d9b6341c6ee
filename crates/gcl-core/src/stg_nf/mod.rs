//! STG-NF: a normalizing flow on windows of poses ([Hirschorn & Avidan, ICCV
//! 2023](https://arxiv.org/abs/2211.10946)), the one-class model of Joint-VAD on ShanghaiTech and
//! UBnormal.
//!
//! K invertible steps map a window to a latent; normal windows are trained to lie around R in every
//! dimension. The score of a window is its negative log-likelihood there.

// `reference.rs` states the flow as the paper does, to read first; `flow.rs` and `block.rs` are
// arranged for speed, and a test holds them to it.

mod block;
mod config;
mod flow;
#[cfg(test)]
mod golden;
mod open;
mod published;
#[cfg(test)]
mod reference;
mod skeleton;
mod tables;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use self::block::Mode;
pub use self::config::StgNfConfig;
use self::flow::{Channels, Flow};
pub use self::published::NamedTensors;
pub use self::skeleton::{Partition, Skeleton};
use self::tables::Tables;
use crate::cooperative::to_host;
use crate::error::{CoreError, Result};
use crate::finite::ensure_finite_tensor;
use crate::learner::Learner;
use crate::one_class::OneClass;
use crate::rng::{self, HostRng};
use crate::state::State;

/// The flow as a one-class model: the score of a window is its negative log-likelihood, in bits per
/// dimension.
///
/// ```
/// use gcl_core::{Device, OneClass, StgNf, StgNfConfig, Tensor, rng};
///
/// let device = Device::flex();
/// let mut model = StgNf::new(StgNfConfig::new(8), 1, &device)?; // windows of 8 frames, 18 joints
/// let values: Vec<f32> = (0..4 * 2 * 8 * 18).map(|i| (i as f32 * 0.37).sin()).collect();
/// let windows = Tensor::<1>::from_floats(values.as_slice(), &device).reshape([4, 2, 8, 18]);
/// model.train_step(windows.clone(), &[1.0; 4], &mut rng::stream(1, "step", 0))?;
/// assert!(model.initialised());
///
/// let (latents, _) = model.forward(windows.clone())?;
/// let difference = (model.inverse(latents)? - windows).abs().max();
/// assert!(difference.into_scalar::<f32>() < 1e-3);
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub struct StgNf {
    config: StgNfConfig,
    learner: Learner<Flow>,
    /// Whether a first batch has set the ActNorms. Checkpoints of others lack the flag.
    initialised: bool,
    device: Device,
}

crate::brief_debug!(StgNf);

impl StgNf {
    /// A model with weights drawn from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(config: StgNfConfig, seed: u64, device: &Device) -> Result<StgNf> {
        config.validate()?;
        let device = device.clone().inner();
        let learner = Self::learner(&config, seed, &device)?;
        Ok(StgNf { config, learner, initialised: false, device })
    }

    fn learner(config: &StgNfConfig, seed: u64, device: &Device) -> Result<Learner<Flow>> {
        let sets = config.skeleton.adjacency()?.len();
        let mut random = rng::stream(seed, "stg-nf", 0);
        let training = device.clone().autodiff();
        let flow = Flow::new(config.steps, (sets, config.kernel), &mut random, &training);
        let mut learner = Learner::new(flow, config.optimizer)?;
        learner.clip = Some(config.clip);
        Ok(learner)
    }

    /// The settings.
    pub fn config(&self) -> &StgNfConfig {
        &self.config
    }

    /// Whether a first training batch, or a checkpoint, has set the ActNorms.
    pub fn initialised(&self) -> bool {
        self.initialised
    }

    fn channels(&self, x: Tensor<4>) -> Result<Channels> {
        let [batch, channels, frames, joints] = x.dims();
        let expected = [2, self.config.frames, self.config.skeleton.joints];
        if [channels, frames, joints] != expected {
            let found = format!("{:?}", [channels, frames, joints]);
            let expected = format!("{expected:?}");
            return Err(CoreError::shape(
                "channels, frames and joints of windows",
                expected,
                found,
            ));
        }
        ensure_finite_tensor("a window", &x)?;
        Ok([0, 1].map(|c| x.clone().narrow(1, c, 1).reshape([batch, frames, joints])))
    }

    fn tables(&self, device: &Device) -> Result<Tables> {
        let shape = (self.config.frames, self.config.kernel);
        Tables::new(&self.config.skeleton, shape, device)
    }

    /// −log p in bits per dimension, `[batch]`, of latents around ±R (labels 1 and −1).
    fn nll(&self, z: Channels, log_det: Tensor<1>, labels: Option<Tensor<1>>) -> Tensor<1> {
        let [batch, frames, joints] = z[0].dims();
        let r = self.config.prior_mean;
        let squares = z.map(|z| {
            let distance = match &labels {
                None => z.sub_scalar(r),
                Some(labels) => z - labels.clone().mul_scalar(r).reshape([batch, 1, 1]),
            };
            distance.square().reshape([batch, frames * joints]).sum_dim(1).squeeze_dim::<1>(1)
        });
        let [a, b] = squares;
        // The published variance is 1 + 1e-6.
        let dimensions = (2 * frames * joints) as f32;
        let constant = 0.5 * dimensions * std::f32::consts::TAU.ln();
        let likelihood = log_det - (a + b).mul_scalar(0.5 / (1.0 + 1e-6)).add_scalar(constant);
        likelihood.neg().div_scalar(std::f32::consts::LN_2 * dimensions)
    }

    /// Latents and scores of windows.
    ///
    /// # Shapes
    /// - windows: `[batch, 2, T, V]`, normalised
    /// - output: `[batch, 2, T, V]`, and `[batch]`: negative log-likelihood as a normal window, in
    ///   bits per dimension
    ///
    /// # Errors
    /// [`CoreError::Shape`] if the windows are of another shape, [`CoreError::NotFinite`].
    pub fn forward(&self, windows: Tensor<4>) -> Result<(Tensor<4>, Tensor<1>)> {
        let x = self.channels(windows)?;
        let tables = self.tables(&x[0].device())?;
        let flow = self.learner.module().valid();
        let (z, log_det, _) = flow.forward(x, &tables, Mode::Score);
        Ok((join(z.clone()), self.nll(z, log_det, None)))
    }

    /// The windows that have these latents: the inverse of [`StgNf::forward`].
    ///
    /// # Shapes
    /// - latents and output: `[batch, 2, T, V]`
    ///
    /// # Errors
    /// [`CoreError::Shape`] if the latents are of another shape, [`CoreError::NotFinite`].
    pub fn inverse(&self, latents: Tensor<4>) -> Result<Tensor<4>> {
        let z = self.channels(latents)?;
        let tables = self.tables(&z[0].device())?;
        Ok(join(self.learner.module().valid().inverse(z, &tables)))
    }

    /// One step on windows of which some are known to be abnormal (UBnormal, supervised): their label is
    /// −1, that of normal ones 1, and their latents are trained to lie around −R.
    ///
    /// # Errors
    /// As [`OneClass::train_step`]; [`CoreError::Setting`] for another label.
    pub fn train_step_labelled(
        &mut self,
        windows: Tensor<4>,
        labels: &[f32],
        normality: &[f32],
    ) -> Result<f32> {
        if let Some(label) = labels.iter().find(|l| l.abs() != 1.0) {
            return Err(CoreError::setting("label", "1 (normal) or -1 (abnormal)", label));
        }
        self.learn(windows, Some(labels), normality)
    }

    fn learn(
        &mut self,
        windows: Tensor<4>,
        labels: Option<&[f32]>,
        normality: &[f32],
    ) -> Result<f32> {
        let size = windows.dims()[0];
        for given in [Some(normality.len()), labels.map(<[f32]>::len)].into_iter().flatten() {
            if given != size {
                return Err(CoreError::shape("weights or labels of a batch", size, given));
            }
        }
        crate::error::ensure_finite("a weight", normality)?;
        let [mut x, mut y] = self.channels(windows)?;
        // Windows of weight 0 must not even reach the batch statistics; the mean is over the rest.
        let kept: Vec<usize> = (0..size).filter(|&i| normality[i] != 0.0).collect();
        if kept.is_empty() {
            return Ok(0.0);
        }
        if kept.len() < size {
            let rows: Vec<i32> = kept.iter().map(|&i| i as i32).collect();
            let rows = Tensor::<1, Int>::from_data(TensorData::from(rows.as_slice()), &x.device());
            (x, y) = (x.select(0, rows.clone()), y.select(0, rows));
        }
        let pick = |values: &[f32]| {
            let values: Vec<f32> = kept.iter().map(|&i| values[i]).collect();
            Tensor::<1>::from_data(TensorData::from(values.as_slice()), &self.device).autodiff()
        };
        let (weight, labels) = (pick(normality), labels.map(pick));

        let before = self.learner.module().clone();
        if !self.initialised {
            let tables = self.tables(&x.device())?;
            let ready = before.clone().initialise([x.clone(), y.clone()], &tables);
            self.learner.set_module(ready);
        }
        let x = [x.autodiff(), y.autodiff()];
        let tables = self.tables(&x[0].device())?;
        let (z, log_det, statistics) = self.learner.module().forward(x, &tables, Mode::Train);
        let loss = (self.nll(z, log_det, labels) * weight).mean();
        match self.learner.step(loss, "the flow's loss") {
            Ok(loss) => {
                let followed = self.learner.module().clone().follow(statistics);
                self.learner.set_module(followed);
                self.initialised = true;
                Ok(loss as f32)
            }
            Err(error) => {
                self.learner.set_module(before);
                Err(error)
            }
        }
    }
}

fn join([a, b]: Channels) -> Tensor<4> {
    Tensor::stack(vec![a, b], 1)
}

impl OneClass for StgNf {
    /// Windows, `[batch, 2, T, V]`: x and y of every joint in every frame, normalised.
    type Batch = Tensor<4>;

    fn reset(&mut self, seed: u64) -> Result<()> {
        self.learner = Self::learner(&self.config, seed, &self.device)?;
        self.initialised = false;
        Ok(())
    }

    fn train_step(
        &mut self,
        windows: Tensor<4>,
        normality: &[f32],
        _rng: &mut HostRng,
    ) -> Result<f32> {
        self.learn(windows, None, normality)
    }

    fn score(&self, windows: Tensor<4>) -> Result<Vec<f32>> {
        let (_, nll) = self.forward(windows)?;
        to_host("negative log-likelihood", nll)
    }

    fn save(&self) -> Result<State> {
        let mut state = self.learner.save()?;
        state.put_json("initialised", &self.initialised)?;
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let initialised = state.get_json("initialised")?;
        self.learner.load(state)?;
        self.initialised = initialised;
        Ok(())
    }
}
