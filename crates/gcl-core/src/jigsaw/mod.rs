//! Puzzles: a model that knows the normal by putting shuffled frames and patches of an object's
//! cube back into their places (Wang et al., ECCV 2022), as one-class model.

mod network;
mod puzzle;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use serde::{Deserialize, Serialize};

use self::network::{Network, PATCHES};
use self::puzzle::{Puzzles, layout, static_cubes};
use crate::any_optimizer::AdamConfig;
use crate::cooperative::to_host;
use crate::dropout::mask_tensor;
use crate::error::{CoreError, Result};
use crate::finite::ensure_finite_tensor;
use crate::learner::Learner;
use crate::one_class::OneClass;
use crate::rng::{self, HostRng};
use crate::state::State;

/// How the answers to both puzzles become one score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// 1 − the mean of both smallest probabilities, as the published code averages.
    #[default]
    Mean,
    /// 1 − the smaller of them.
    Min,
}

/// What a [`Jigsaw`] looks like and how it learns. The defaults are the published code's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JigsawConfig {
    /// Frames of a cube T; published: 9 for ShanghaiTech, 7 for Ped2 and Avenue.
    pub frames: usize,
    /// Pixels of a cube's side, a multiple of 16; published: 64.
    pub side: usize,
    /// Channels of the first layers, half of those of the others; published: 32.
    pub width: usize,
    /// The width of both classifiers' hidden layer; published: 512.
    pub hidden: usize,
    /// The share of channels that dropout takes away; published: 0.3.
    pub dropout: f32,
    /// A cube whose last frame differs from its first by less, everywhere, keeps its order of
    /// frames; published: 0.2.
    pub static_threshold: f32,
    /// How both answers become one score.
    pub combine: Combine,
    /// How it learns.
    pub optimizer: AdamConfig,
}

impl JigsawConfig {
    /// The published settings for cubes of `frames` frames.
    pub fn new(frames: usize) -> JigsawConfig {
        JigsawConfig {
            frames,
            side: 64,
            width: 32,
            hidden: 512,
            dropout: 0.3,
            static_threshold: 0.2,
            combine: Combine::Mean,
            optimizer: AdamConfig { learning_rate: 1e-4, ..AdamConfig::default() },
        }
    }

    fn check(&self) -> Result<()> {
        let sizes = [("frames", self.frames), ("width", self.width), ("hidden", self.hidden)];
        for (name, found) in sizes {
            if !(1..=4096).contains(&found) {
                return Err(CoreError::setting(name, "1 to 4096", found));
            }
        }
        if self.side == 0 || self.side % 16 != 0 || self.side > 1024 {
            return Err(CoreError::setting("side", "a multiple of 16, up to 1024", self.side));
        }
        match (0.0..1.0).contains(&self.dropout) {
            true => Ok(()),
            false => Err(CoreError::setting("dropout", "in [0, 1)", self.dropout)),
        }
    }
}

/// The puzzle solver as one-class model.
pub struct Jigsaw {
    config: JigsawConfig,
    learner: Learner<Network>,
    device: Device,
}

impl Jigsaw {
    /// A model with weights drawn from `seed`.
    ///
    /// # Errors
    /// [`CoreError::Setting`] for settings that make no network or optimizer.
    pub fn new(config: JigsawConfig, seed: u64, device: &Device) -> Result<Jigsaw> {
        config.check()?;
        let device = device.clone().inner();
        let learner = Self::learner(&config, seed, &device)?;
        Ok(Jigsaw { config, learner, device })
    }

    fn learner(config: &JigsawConfig, seed: u64, device: &Device) -> Result<Learner<Network>> {
        let mut random = rng::stream(seed, "jigsaw", 0);
        let (cube, widths) = ((config.frames, config.side), (config.width, config.hidden));
        let network = Network::new(cube, widths, &mut random, &device.clone().autodiff());
        Learner::new(network, config.optimizer)
    }

    /// The settings.
    pub fn config(&self) -> &JigsawConfig {
        &self.config
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

    /// The smallest probability, over places, of the right answer to each kind of puzzle, for
    /// cubes that are no puzzles: spatial, then temporal. Small is anomalous.
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

    fn reset(&mut self, seed: u64) -> Result<()> {
        self.learner = Self::learner(&self.config, seed, &self.device)?;
        Ok(())
    }

    fn train_step(
        &mut self,
        cubes: Tensor<5>,
        normality: &[f32],
        rng: &mut HostRng,
    ) -> Result<f32> {
        self.check(&cubes)?;
        crate::error::ensure_finite("a weight", normality)?;
        let [batch, _, frames, side, _] = cubes.dims();
        if normality.len() != batch {
            return Err(CoreError::shape("weights of a batch", batch, normality.len()));
        }
        if batch == 0 {
            return Ok(0.0);
        }
        debug_assert!(layout(side).0 > 0);
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

    fn save(&self) -> Result<State> {
        self.learner.save()
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.learner.load(state)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use burn::optim::GradientsParams;

    use super::*;
    use crate::golden::{case, close, devices, fill, host, module_values};

    #[test]
    fn losses_gradients_and_confidences_equal_pytorchs() {
        let Some(case) = case("jigsaw") else { return };
        let solved: Vec<usize> = (0..9).collect();
        let puzzles = Puzzles {
            frames: vec![vec![2, 0, 1], vec![0, 1, 2], vec![1, 0, 2], vec![0, 1, 2]],
            patches: vec![
                solved.clone(),
                vec![4, 8, 0, 3, 7, 1, 2, 6, 5],
                solved,
                vec![8, 7, 6, 5, 4, 3, 2, 1, 0],
            ],
            flipped: vec![true, false, false, true],
        };
        for (device_name, device) in devices() {
            let optimizer = AdamConfig { learning_rate: 1e-3, ..AdamConfig::default() };
            let small = JigsawConfig { side: 16, width: 2, hidden: 5, ..JigsawConfig::new(3) };
            let mut model = Jigsaw::new(JigsawConfig { optimizer, ..small }, 0, &device).unwrap();
            let filled = fill(model.learner.module().clone(), &case.part("before"));
            model.learner.set_module(filled);
            let cubes: Tensor<5> = case.tensor("cubes", &device);
            close("puzzles", &host(puzzles.apply(cubes.clone())), case.values("puzzles"), 0.0, 0.0);
            for step in 1..=2 {
                let loss = |model: &Jigsaw| {
                    let mask = case.tensor("mask", &device);
                    model.loss(cubes.clone(), &puzzles, mask, case.values("weight"))
                };
                let theirs = case.values(&format!("loss{step}"));
                close("loss", &host(loss(&model).inner()), theirs, 0.0, 1e-5);
                if step == 1 {
                    let network = model.learner.module();
                    let gradients = GradientsParams::from_grads(loss(&model).backward(), network);
                    let ours = module_values(network, Some(&gradients));
                    let theirs = case.part("gradient");
                    assert_eq!(ours.len(), theirs.len());
                    for (name, (_, theirs)) in theirs {
                        let what = format!("{device_name}: {name}");
                        close(&what, &ours[&name], &theirs, 1e-5, 1e-3);
                    }
                }
                let loss = loss(&model);
                model.learner.step(loss, "loss").unwrap();
            }
            let (spatial, temporal) = model.confidences(cubes).unwrap();
            close("spatial", &spatial, case.values("spatial"), 1e-5, 0.0);
            close("temporal", &temporal, case.values("temporal"), 1e-4, 0.0);
        }
    }
}
