//! The puzzle solver's settings.

use serde::{Deserialize, Serialize};

use crate::error::{CoreError, Result};
use crate::optimizer::{AdamConfig, OptimizerConfig};

/// How the probabilities of both puzzles become one score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Combine {
    /// 1 − the mean of both smallest probabilities, as in the published code.
    #[default]
    Mean,
    /// 1 − the smaller of them.
    Min,
}

crate::spelled_by_serde!(Combine);

/// The architecture and training of a [`Jigsaw`](super::Jigsaw). The defaults are the published code's.
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
    /// The share of channels dropped while training; published: 0.3.
    pub dropout: f32,
    /// A cube whose last frame differs from its first by less, everywhere, keeps its order of
    /// frames; published: 0.2.
    pub static_threshold: f32,
    /// How both puzzles' probabilities become one score.
    pub combine: Combine,
    /// The optimizer.
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

    /// Checks that the settings make a network and an optimizer.
    ///
    /// # Errors
    /// [`CoreError::Setting`] naming the setting, what is allowed and what was found.
    pub fn validate(&self) -> Result<()> {
        let sizes = [("frames", self.frames), ("width", self.width), ("hidden", self.hidden)];
        for (name, found) in sizes {
            if !(1..=4096).contains(&found) {
                return Err(CoreError::setting(name, "1 to 4096", found));
            }
        }
        if self.side == 0 || !self.side.is_multiple_of(16) || self.side > 1024 {
            return Err(CoreError::setting("side", "a multiple of 16, up to 1024", self.side));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(CoreError::setting("dropout", "in [0, 1)", self.dropout));
        }
        OptimizerConfig::from(self.optimizer).init().map(|_| ())
    }
}
