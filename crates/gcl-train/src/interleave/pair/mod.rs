//! Which two models are paired, how each learns, and with which labels.

mod ae;
mod jigsaw;
mod models;
mod stg_nf;
mod weak;

use gcl_core::{Device, ScalerKind, WeaklySupervised};
use gcl_data::poses::Points;
use gcl_data::tracks::BOX_POINTS;
use serde::{Deserialize, Serialize};

use super::alone::AloneSettings;
use super::config::{InterleaveConfig, InterleavePreset};
use crate::config::override_with;
use crate::error::{Result, TrainError};

pub use ae::AeSettings;
pub use models::{
    OneClassConfig, OneClassKind, OneClassSettings, WeakConfig, WeakKind, WeakSettings,
};
pub use stg_nf::{StgNfSettings, WindowSettings};

/// What is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairMethod {
    /// Both models, interleaved.
    #[default]
    Interleave,
    /// The one-class model alone, on normal videos, as its own paper does.
    OneClass,
    /// The weakly-supervised model alone, with a label for each video, as its own paper does.
    Weak,
}

gcl_data::named!(PairMethod:
    Interleave = "interleave", OneClass = "one-class", Weak = "weak");

/// Which labels a training sees (Joint-VAD §4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supervision {
    /// None.
    #[default]
    None,
    /// Only videos that are labelled normal take part.
    NormalVideos,
    /// Snippets of videos labelled normal are normal; those of the others are ranked.
    VideoLabels,
}

/// Everything about one training of a pair, or of one of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairConfig {
    /// What is trained.
    pub method: PairMethod,
    /// Where the settings come from.
    pub preset: InterleavePreset,
    /// Which labels it sees.
    pub supervision: Supervision,
    /// How snippet features are scaled, fitted on the training snippets; published: raw.
    pub scaler: ScalerKind,
    /// The interleaving.
    pub interleave: InterleaveConfig,
    /// Training alone.
    pub alone: AloneSettings,
    /// The one-class model.
    pub one_class: OneClassConfig,
    /// The weakly-supervised model.
    pub weak: WeakConfig,
}

/// What a [`PairConfig`] is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is trained.
    pub method: PairMethod,
    /// The settings' source.
    pub preset: InterleavePreset,
    /// The one-class model.
    pub one_class: OneClassKind,
    /// The weakly-supervised model.
    pub weak: WeakKind,
    /// Dimension of the snippet features; 0 where a model needs none.
    pub dim: usize,
    /// What the points of windows are.
    pub points: Points,
    /// Frames and pixels of a side of cubes.
    pub cube: (usize, usize),
    /// Every random decision follows from this number.
    pub seed: u64,
}

impl PairConfig {
    /// The settings of a preset for the chosen models.
    pub fn new(choice: Choice) -> PairConfig {
        let mut alone = AloneSettings::default();
        let one_class = choice.one_class.published(&choice, &mut alone);
        let weak = choice.weak.published(&choice, &mut alone);
        PairConfig {
            method: choice.method,
            preset: choice.preset,
            supervision: match choice.method {
                PairMethod::Interleave => Supervision::None,
                PairMethod::OneClass => Supervision::NormalVideos,
                PairMethod::Weak => Supervision::VideoLabels,
            },
            // Boxes' features have units of many sizes; published clip features go in as they are.
            scaler: match choice.points == BOX_POINTS {
                true => ScalerKind::ZScore,
                false => ScalerKind::Raw,
            },
            interleave: InterleaveConfig::new(choice.preset, choice.seed),
            alone,
            one_class,
            weak,
        }
    }

    /// The interleaving of two models on features of `dim` dimensions, by the authors' code, with
    /// poses for a model that reads them.
    pub fn features(one_class: OneClassKind, weak: WeakKind, dim: usize) -> PairConfig {
        PairConfig::new(Choice {
            method: PairMethod::Interleave,
            preset: InterleavePreset::JointVadCode,
            one_class,
            weak,
            dim,
            points: Points { joints: 18, channels: 3 },
            cube: (9, 64),
            seed: 0,
        })
    }

    /// Changes values by `key=value` pairs, keys with dots into the tables.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the pair.
    pub fn with<S: AsRef<str>>(&self, pairs: &[S]) -> Result<PairConfig> {
        let config = override_with(self, pairs, &["method", "preset"])?;
        config.validate()?;
        Ok(config)
    }

    /// Refuses settings that make no training.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        self.interleave.validate()?;
        self.alone.validate()?;
        self.one_class.settings().validate()?;
        self.weak.settings().validate()
    }

    /// Refuses networks for other features than those of `dim` dimensions that are there.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn check_features(&self, dim: usize) -> Result<()> {
        let one_class = self.one_class.settings().input().filter(|_| self.has_one_class());
        let weak = ("weak.input", self.weak.settings().input());
        let inputs =
            one_class.into_iter().chain(Some(weak).filter(|_| self.method != PairMethod::OneClass));
        match inputs.into_iter().find(|(_, input)| *input != dim) {
            None => Ok(()),
            Some((name, input)) => {
                let text = format!("`{name}` is {input}, and the features have {dim} dimensions");
                Err(TrainError::Config(text))
            }
        }
    }

    /// Whether a one-class model is trained.
    pub fn has_one_class(&self) -> bool {
        self.method != PairMethod::Weak
    }

    /// The weakly-supervised model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn weak_model(&self, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        self.weak.settings().model(self.interleave.seed, device)
    }
}
