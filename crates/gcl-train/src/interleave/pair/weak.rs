//! The weakly-supervised models that ship, how each learns, and how each is made.

use gcl_core::{Device, Rtfm, RtfmConfig, Sultani, SultaniConfig, WeaklySupervised};
use serde::{Deserialize, Serialize};

use crate::error::{Result, TrainError};

/// The weakly-supervised models that ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeakKind {
    /// Robust temporal feature magnitudes.
    Rtfm,
    /// Multiple-instance ranking.
    Sultani,
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

impl WeakConfig {
    /// Dimension of the snippets.
    pub fn input(&self) -> usize {
        match self {
            WeakConfig::Rtfm(config) => config.input,
            WeakConfig::Sultani(config) => config.input,
        }
    }

    /// Refuses settings that make no network or optimizer.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        let found = match self {
            WeakConfig::Rtfm(config) => config.validate(),
            WeakConfig::Sultani(config) => config.validate(),
        };
        found.map_err(|e| TrainError::Config(format!("weak: {e}")))
    }

    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn model(&self, seed: u64, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        let doing = TrainError::core("making the weak model");
        Ok(match self {
            WeakConfig::Rtfm(config) => {
                Box::new(Rtfm::new(config.clone(), seed, device).map_err(doing)?)
            }
            WeakConfig::Sultani(config) => {
                Box::new(Sultani::new(config.clone(), seed, device).map_err(doing)?)
            }
        })
    }
}
