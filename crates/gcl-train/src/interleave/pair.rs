//! Which two models are paired, how each learns, and with which labels.

use gcl_core::jigsaw::JigsawConfig;
use gcl_core::loss::ErrorNorm;
use gcl_core::stg_nf::Skeleton;
use gcl_core::{
    AutoencoderConfig, AutoencoderOneClass, Device, Jigsaw, OptimizerConfig, Rtfm, RtfmConfig,
    ScalerKind, StgNf, StgNfConfig, Sultani, SultaniConfig, WeaklySupervised,
};
use gcl_data::WindowRule;
use gcl_data::poses::{Points, Resolution};
use gcl_data::tracks::BOX_POINTS;
use serde::{Deserialize, Serialize};

use super::config::{InterleaveConfig, InterleavePreset};
use crate::config::override_with;
use crate::error::{Result, TrainError};

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

/// The one-class models that ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OneClassKind {
    /// An autoencoder of snippet features.
    Ae,
    /// A normalizing flow on windows of poses or boxes.
    StgNf,
    /// Puzzles on object cubes.
    Jigsaw,
}

/// The weakly-supervised models that ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeakKind {
    /// Robust temporal feature magnitudes.
    Rtfm,
    /// Multiple-instance ranking.
    Sultani,
}

/// The one-class model's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OneClassConfig {
    /// [`OneClassKind::Ae`].
    Ae(AeSettings),
    /// [`OneClassKind::StgNf`].
    StgNf(StgNfSettings),
    /// [`OneClassKind::Jigsaw`].
    Jigsaw(JigsawConfig),
}

/// An autoencoder and how it learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AeSettings {
    /// How the distance to the reconstruction is measured.
    pub norm: ErrorNorm,
    /// How it learns.
    pub optimizer: OptimizerConfig,
    /// The network.
    pub network: AutoencoderConfig,
}

/// The flow and its windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StgNfSettings {
    /// How tracks are cut; their length is the model's `frames`.
    pub windows: WindowSettings,
    /// The model.
    pub model: StgNfConfig,
}

/// How tracks are cut into windows. Defaults: STG-NF's code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSettings {
    /// Frames from one training window to the next; 6.
    pub stride: usize,
    /// Frames from one scored window to the next; 1.
    pub score_stride: usize,
    /// Frame numbers that may be missing in a window; 2.
    pub missing: usize,
    /// Missing frames over which a track of boxes is filled.
    pub max_gap: u32,
    /// Whether mirror images train too.
    pub mirror: bool,
    /// Pixels that x is divided by; 856 whatever the data set.
    pub width: f64,
    /// Pixels that y is divided by; 480.
    pub height: f64,
}

impl Default for WindowSettings {
    fn default() -> Self {
        let Resolution { width, height } = Resolution::default();
        let (stride, score_stride, missing, max_gap) = (6, 1, 2, 4);
        WindowSettings { stride, score_stride, missing, max_gap, mirror: true, width, height }
    }
}

impl StgNfSettings {
    /// The rule for windows that train.
    pub fn training(&self) -> WindowRule {
        let WindowSettings { stride, missing, .. } = self.windows;
        WindowRule { length: self.model.frames, stride, missing }
    }

    /// The rule for windows that are scored.
    pub fn scoring(&self) -> WindowRule {
        WindowRule { stride: self.windows.score_stride, ..self.training() }
    }

    /// What pixels are divided by.
    pub fn resolution(&self) -> Resolution {
        Resolution { width: self.windows.width, height: self.windows.height }
    }
}

/// The weakly-supervised model's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WeakConfig {
    /// [`WeakKind::Rtfm`].
    Rtfm(RtfmConfig),
    /// [`WeakKind::Sultani`].
    Sultani(SultaniConfig),
}

/// How a model trains alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AloneSettings {
    /// Passes over the objects of a one-class model; STG-NF: 8.
    pub epochs: usize,
    /// Objects of a step.
    pub batch: usize,
    /// Steps of a weakly-supervised model; RTFM: 15,000, Sultani: 20,000.
    pub iterations: usize,
    /// Segments that each video is averaged to; 32.
    pub segments: usize,
    /// Videos of each kind a step; RTFM: 32, Sultani: 30.
    pub bags: usize,
}

impl Default for AloneSettings {
    fn default() -> Self {
        AloneSettings { epochs: 8, batch: 256, iterations: 15_000, segments: 32, bags: 32 }
    }
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
                optimizer: OptimizerConfig { learning_rate: 5e-4, ..Default::default() },
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
        let AloneSettings { epochs, batch, iterations, segments, bags } = self.alone;
        let counts = [
            ("alone.epochs", epochs, 1 << 16),
            ("alone.batch", batch, 1 << 20),
            ("alone.iterations", iterations, 1 << 28),
            ("alone.segments", segments, 1 << 12),
            ("alone.bags", bags, 1 << 12),
        ];
        match counts.into_iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
            None => Ok(()),
            Some((name, value, most)) => {
                let text = format!("`{name}` is {value}, expected 1 to {most}");
                Err(TrainError::Config(text))
            }
        }
    }

    /// The weakly-supervised model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn weak_model(&self, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        let (seed, doing) = (self.interleave.seed, TrainError::core("making the weak model"));
        Ok(match &self.weak {
            WeakConfig::Rtfm(config) => {
                Box::new(Rtfm::new(config.clone(), seed, device).map_err(doing)?)
            }
            WeakConfig::Sultani(config) => {
                Box::new(Sultani::new(config.clone(), seed, device).map_err(doing)?)
            }
        })
    }
}

impl AeSettings {
    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn model(&self, seed: u64, device: &Device) -> Result<AutoencoderOneClass> {
        let (network, optimizer, norm) = (self.network.clone(), self.optimizer, self.norm);
        AutoencoderOneClass::new(network, optimizer, norm, seed, device)
            .map_err(TrainError::core("making the autoencoder"))
    }
}

impl StgNfSettings {
    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn model(&self, seed: u64, device: &Device) -> Result<StgNf> {
        StgNf::new(self.model.clone(), seed, device).map_err(TrainError::core("making the flow"))
    }
}

/// Puzzles at their start.
///
/// # Errors
/// For settings that make no network.
pub fn jigsaw_model(config: &JigsawConfig, seed: u64, device: &Device) -> Result<Jigsaw> {
    Jigsaw::new(config.clone(), seed, device)
        .map_err(TrainError::core("making the puzzles' network"))
}
