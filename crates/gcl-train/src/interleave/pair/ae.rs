//! The autoencoder of snippet features, as the one-class model of a pair.

use gcl_core::loss::ErrorNorm;
use gcl_core::networks::MAX_WIDTH;
use gcl_core::{AutoencoderConfig, AutoencoderOneClass, Device, RmsPropConfig};
use serde::{Deserialize, Serialize};

use super::Choice;
use super::models::OneClassSettings;
use crate::error::{Doing, Result, TrainError};
use crate::interleave::files::{Left, ObjectSource};
use crate::interleave::side::{OneClassOn, OneClassSide};
use crate::interleave::sources::SnippetObjects;

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

impl AeSettings {
    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn model(&self, seed: u64, device: &Device) -> Result<AutoencoderOneClass> {
        let (network, optimizer, norm) = (self.network.clone(), self.optimizer, self.norm);
        AutoencoderOneClass::new(network, optimizer, norm, seed, device)
            .doing("making the autoencoder")
    }
}

impl OneClassSettings for AeSettings {
    fn published(choice: &Choice) -> AeSettings {
        AeSettings {
            norm: ErrorNorm::default(),
            // GCL's 2e-5 is for thousands of steps; a loop has a few dozen.
            optimizer: RmsPropConfig { learning_rate: 5e-4, ..Default::default() },
            network: AutoencoderConfig::new(choice.dim.max(1)),
        }
    }

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

    fn input(&self) -> Option<(&'static str, usize)> {
        Some(("one_class.network.input", self.network.input))
    }

    fn open(
        &self,
        source: &ObjectSource<'_>,
        seed: u64,
        device: &Device,
    ) -> Result<(Box<dyn OneClassSide>, Left)> {
        let objects = SnippetObjects::new(source.snippets, source.videos)?;
        let side = OneClassOn::new(self.model(seed, device)?, objects, device);
        Ok((Box::new(side), Left::default()))
    }
}
