//! Which two models are paired, how each learns, and with which labels.

mod one_class;
mod weak;

use gcl_core::jigsaw::JigsawConfig;
use gcl_core::loss::ErrorNorm;
use gcl_core::stg_nf::Skeleton;
use gcl_core::{
    AutoencoderConfig, Device, RmsPropConfig, RtfmConfig, ScalerKind, StgNfConfig, SultaniConfig,
    WeaklySupervised,
};
use gcl_data::poses::Points;
use gcl_data::tracks::BOX_POINTS;
use serde::{Deserialize, Serialize};

use super::alone::AloneSettings;
use super::config::{InterleaveConfig, InterleavePreset};
use crate::config::override_with;
use crate::error::{Result, TrainError};

pub use one_class::{
    AeSettings, OneClassConfig, OneClassKind, StgNfSettings, WindowSettings, jigsaw_model,
};
pub use weak::{WeakConfig, WeakKind};

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
        let dim = choice.dim.max(1);
        let boxes = choice.points == BOX_POINTS;
        let mut alone = AloneSettings::default();
        let one_class = match choice.one_class {
            OneClassKind::Ae => OneClassConfig::Ae(AeSettings {
                norm: ErrorNorm::default(),
                // GCL's 2e-5 is for thousands of steps; a loop has a few dozen.
                optimizer: RmsPropConfig { learning_rate: 5e-4, ..Default::default() },
                network: AutoencoderConfig::new(dim),
            }),
            OneClassKind::StgNf => {
                let model = StgNfConfig::new(24);
                let model = match boxes {
                    true => model.with_skeleton(Skeleton::full(choice.points.joints)),
                    false => model,
                };
                OneClassConfig::StgNf(StgNfSettings { windows: WindowSettings::default(), model })
            }
            OneClassKind::Jigsaw => {
                // 100 epochs of batches of 192, as its own paper.
                (alone.epochs, alone.batch) = (100, 192);
                let (frames, side) = choice.cube;
                OneClassConfig::Jigsaw(JigsawConfig { side, ..JigsawConfig::new(frames) })
            }
        };
        let interleaved = choice.method == PairMethod::Interleave;
        let weak = match choice.weak {
            WeakKind::Rtfm if interleaved => WeakConfig::Rtfm(RtfmConfig::joint_vad(dim)),
            WeakKind::Rtfm => WeakConfig::Rtfm(RtfmConfig::new(dim)),
            WeakKind::Sultani => {
                (alone.iterations, alone.bags) = (20_000, 30);
                WeakConfig::Sultani(SultaniConfig::new(dim))
            }
        };
        PairConfig {
            method: choice.method,
            preset: choice.preset,
            supervision: match choice.method {
                PairMethod::Interleave => Supervision::None,
                PairMethod::OneClass => Supervision::NormalVideos,
                PairMethod::Weak => Supervision::VideoLabels,
            },
            // Boxes' features have units of many sizes; published clip features go in as they are.
            scaler: if boxes { ScalerKind::ZScore } else { ScalerKind::Raw },
            interleave: InterleaveConfig::new(choice.preset, choice.seed),
            alone,
            one_class,
            weak,
        }
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
        self.one_class.validate()?;
        self.weak.validate()
    }

    /// Refuses networks for other features than those of `dim` dimensions that are there.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn check_features(&self, dim: usize) -> Result<()> {
        let mut inputs = Vec::new();
        if let (OneClassConfig::Ae(settings), true) =
            (&self.one_class, self.method != PairMethod::Weak)
        {
            inputs.push(("one_class.network.input", settings.network.input));
        }
        if self.method != PairMethod::OneClass {
            inputs.push(("weak.input", self.weak.input()));
        }
        match inputs.into_iter().find(|(_, input)| *input != dim) {
            None => Ok(()),
            Some((name, input)) => {
                let text = format!("`{name}` is {input}, and the features have {dim} dimensions");
                Err(TrainError::Config(text))
            }
        }
    }

    /// The weakly-supervised model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn weak_model(&self, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        self.weak.model(self.interleave.seed, device)
    }
}
