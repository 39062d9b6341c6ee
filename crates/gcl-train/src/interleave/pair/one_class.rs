//! The one-class models that ship, how each learns, and how each is made.

use gcl_core::jigsaw::JigsawConfig;
use gcl_core::loss::ErrorNorm;
use gcl_core::networks::MAX_WIDTH;
use gcl_core::{
    AutoencoderConfig, AutoencoderOneClass, Device, Jigsaw, RmsPropConfig, StgNf, StgNfConfig,
};
use gcl_data::WindowRule;
use gcl_data::poses::Resolution;
use serde::{Deserialize, Serialize};

use crate::error::{Result, TrainError};

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
    pub optimizer: RmsPropConfig,
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

impl OneClassConfig {
    /// Refuses settings that make no network or optimizer.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        let found = match self {
            OneClassConfig::Ae(settings) => return settings.validate(),
            OneClassConfig::StgNf(settings) => settings.model.validate(),
            OneClassConfig::Jigsaw(config) => config.validate(),
        };
        found.map_err(|e| TrainError::Config(format!("one_class: {e}")))
    }
}

impl AeSettings {
    fn validate(&self) -> Result<()> {
        let AeSettings { optimizer, network, .. } = self;
        optimizer.init().map_err(|e| TrainError::Config(format!("one_class.optimizer: {e}")))?;
        let mut widths = network.hidden.iter().chain([&network.input]);
        match widths.find(|width| !(1..=MAX_WIDTH).contains(*width)) {
            None => Ok(()),
            Some(width) => {
                let text =
                    format!("`one_class.network` is {width} wide, expected 1 to {MAX_WIDTH}");
                Err(TrainError::Config(text))
            }
        }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_model_has_its_settings_checked() {
        let windows = WindowSettings::default();
        let flow = |model| OneClassConfig::StgNf(StgNfSettings { windows: windows.clone(), model });
        assert!(flow(StgNfConfig::new(24)).validate().is_ok());
        let puzzles = JigsawConfig::new(9);
        assert!(OneClassConfig::Jigsaw(puzzles.clone()).validate().is_ok());
        let mut optimizer = StgNfConfig::new(24);
        optimizer.optimizer.learning_rate = f64::NAN;
        for (wrong, what) in [
            (flow(StgNfConfig { steps: 0, ..StgNfConfig::new(24) }), "steps"),
            (flow(optimizer), "learning_rate"),
            (OneClassConfig::Jigsaw(JigsawConfig { side: 60, ..puzzles }), "side"),
        ] {
            let text = wrong.validate().unwrap_err().to_string();
            assert!(text.starts_with("one_class: ") && text.contains(what), "{text}");
        }
    }
}
