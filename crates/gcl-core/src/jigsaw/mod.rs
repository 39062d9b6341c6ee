//! Jigsaw puzzles as a one-class model: a network that predicts where the shuffled frames and patches
//! of an object cube belong; it is less sure of objects unlike those it was trained on ([Wang et al.,
//! ECCV 2022](https://arxiv.org/abs/2207.10172)).

// `reference.rs` states the network as the paper does, to read first; `network.rs` is arranged for
// speed, and a test holds it to that.

mod config;
#[cfg(test)]
mod golden;
mod network;
mod puzzle;
#[cfg(test)]
mod reference;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};

pub use self::config::{Combine, JigsawConfig};
use self::network::{JigsawNetwork, PATCHES};
use self::puzzle::{Puzzles, static_cubes};
use crate::cooperative::to_host;
use crate::dropout::mask_tensor;
use crate::error::{CoreError, Result};
use crate::finite::ensure_finite_tensor;
use crate::learner::Learner;
use crate::one_class::OneClass;
use crate::rng::{self, HostRng};

/// The puzzle solver as a one-class model: the less probable the right order seems to it, the higher
/// the score.
///
/// ```
/// use gcl_core::{Device, Jigsaw, JigsawConfig, OneClass, Tensor};
///
/// // A small network for cubes of 5 frames of 16×16 pixels.
/// let config = JigsawConfig { side: 16, width: 4, hidden: 16, ..JigsawConfig::new(5) };
/// let model = Jigsaw::new(config, 1, &Device::flex())?;
/// let scores = model.score(Tensor::zeros([2, 3, 5, 16, 16], &Device::flex()))?;
/// assert!(scores.len() == 2 && scores.iter().all(|score| (0.0..=1.0).contains(score)));
/// # Ok::<(), gcl_core::CoreError>(())
/// ```
pub struct Jigsaw {
    config: JigsawConfig,
    learner: Learner<JigsawNetwork>,
    device: Device,
}

crate::brief_debug!(Jigsaw);

impl Jigsaw {
    /// A model with weights drawn from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(config: JigsawConfig, seed: u64, device: &Device) -> Result<Jigsaw> {
        config.validate()?;
        let device = device.clone().inner();
        let learner = Self::learner(&config, seed, &device)?;
        Ok(Jigsaw { config, learner, device })
    }

    fn learner(
        config: &JigsawConfig,
        seed: u64,
        device: &Device,
    ) -> Result<Learner<JigsawNetwork>> {
        let mut random = rng::stream(seed, "jigsaw", 0);
        let (cube, widths) = ((config.frames, config.side), (config.width, config.hidden));
        let network = JigsawNetwork::new(cube, widths, &mut random, &device.clone().autodiff());
        Learner::new(network, config.optimizer)
    }

    fn check(&self, cubes: &Tensor<5>) -> Result<()> {
        let [_, channels, frames, height, width] = cubes.dims();
        let expected = [3, self.config.frames, self.config.side, self.config.side];
        let found = [channels, frames, height, width];
        if found != expected {
            let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
            return Err(CoreError::shape("channels, frames and pixels of cubes", expected, found));
        }
        ensure_finite_tensor("a cube", cubes)
    }

    /// The weighted loss of solving puzzles: mean cross-entropy of the even samples' frames plus
    /// that of the odd samples' patches.
    fn loss(
        &self,
        cubes: Tensor<5>,
        puzzles: &Puzzles,
        mask: Tensor<4>,
        normality: &[f32],
    ) -> Tensor<1> {
        let cubes = puzzles.apply(cubes).autodiff();
        let (temporal, spatial) = self.learner.module().forward(cubes, Some(mask.autodiff()));
        self.cross_entropy(temporal, &puzzles.frames, normality, 0)
            + self.cross_entropy(spatial, &puzzles.patches, normality, 1)
    }

    /// The cross-entropy of the samples of one parity, mean over them and over their places.
    fn cross_entropy(
        &self,
        logits: Tensor<3>,
        answers: &[Vec<usize>],
        normality: &[f32],
        parity: usize,
    ) -> Tensor<1> {
        let [samples, places, _] = logits.dims();
        let count = (samples + 1 - parity) / 2;
        let mut share = vec![0.0; samples * places * places];
        for sample in (parity..samples).step_by(2) {
            for (place, answer) in answers[sample].iter().enumerate() {
                share[(sample * places + place) * places + answer] =
                    normality[sample] / (count * places) as f32;
            }
        }
        let share = TensorData::new(share, [samples, places, places]);
        let share = Tensor::<3>::from_data(share, &self.device).autodiff();
        (activation::log_softmax(logits, 2) * share).sum().neg()
    }

    /// The smallest probability, over places, of the right place for each kind of puzzle, for cubes that
    /// are not shuffled: spatial, then temporal. A small one is anomalous.
    ///
    /// # Shapes
    /// - cubes: `[batch, 3, T, side, side]`, RGB in 0–1
    ///
    /// # Errors
    /// If the cubes are of another shape, or a value is not finite.
    pub fn confidences(&self, cubes: Tensor<5>) -> Result<(Vec<f32>, Vec<f32>)> {
        self.check(&cubes)?;
        let [batch, _, frames, _, _] = cubes.dims();
        let cubes = Puzzles::solved(batch, frames).apply(cubes);
        let (temporal, spatial) = self.learner.module().valid().forward(cubes, None);
        let smallest = |logits: Tensor<3>, places: usize| {
            let right = Tensor::<2>::eye(places, &self.device).reshape([1, places, places]);
            let right = (activation::softmax(logits, 2) * right).sum_dim(2);
            to_host("the probability of a place", right.min_dim(1).reshape([batch]))
        };
        Ok((smallest(spatial, PATCHES)?, smallest(temporal, frames)?))
    }
}

impl OneClass for Jigsaw {
    /// Cubes, `[batch, 3, T, side, side]`, RGB in 0–1.
    type Batch = Tensor<5>;

    crate::learner::learns!();

    fn train_step(
        &mut self,
        cubes: Tensor<5>,
        normality: &[f32],
        rng: &mut HostRng,
    ) -> Result<f32> {
        self.check(&cubes)?;
        crate::error::ensure_finite("a weight", normality)?;
        let [batch, _, frames, _, _] = cubes.dims();
        if normality.len() != batch {
            return Err(CoreError::shape("weights of a batch", batch, normality.len()));
        }
        if batch == 0 {
            return Ok(0.0);
        }
        let is_static = static_cubes(cubes.clone(), self.config.static_threshold)?;
        let puzzles = Puzzles::draw(&is_static, frames, rng);
        let channels = [batch, 2 * self.config.width, 1, 1];
        let mask = mask_tensor(channels, self.config.dropout, rng, &self.device);
        let loss = self.loss(cubes, &puzzles, mask, normality);
        Ok(self.learner.step(loss, "the puzzles' loss")? as f32)
    }

    fn score(&self, cubes: Tensor<5>) -> Result<Vec<f32>> {
        let (spatial, temporal) = self.confidences(cubes)?;
        let combine = |(s, t): (&f32, &f32)| match self.config.combine {
            Combine::Mean => 1.0 - 0.5 * (s + t),
            Combine::Min => 1.0 - s.min(*t),
        };
        Ok(spatial.iter().zip(&temporal).map(combine).collect())
    }
}
