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
