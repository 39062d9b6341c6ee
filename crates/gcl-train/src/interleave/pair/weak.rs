//! The weakly-supervised models of a pair.

use gcl_core::{CoreError, Device, Rtfm, RtfmConfig, Sultani, SultaniConfig, WeaklySupervised};

use super::models::WeakSettings;
use super::{Choice, PairMethod};
use crate::error::{Doing, Result, TrainError};
use crate::interleave::alone::AloneSettings;

impl WeakSettings for RtfmConfig {
    fn published(choice: &Choice) -> RtfmConfig {
        match choice.method {
            PairMethod::Interleave => RtfmConfig::joint_vad(choice.dim.max(1)),
            PairMethod::OneClass | PairMethod::Weak => RtfmConfig::new(choice.dim.max(1)),
        }
    }

    fn validate(&self) -> Result<()> {
        RtfmConfig::validate(self).map_err(setting)
    }

    fn input(&self) -> usize {
        self.input
    }

    fn model(&self, seed: u64, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        Ok(Box::new(Rtfm::new(self.clone(), seed, device).doing(MAKING)?))
    }
}

impl WeakSettings for SultaniConfig {
    fn published(choice: &Choice) -> SultaniConfig {
        SultaniConfig::new(choice.dim.max(1))
    }

    /// 20,000 steps of 30 bags of each kind, as its own paper.
    fn alone(settings: &mut AloneSettings) {
        (settings.iterations, settings.bags) = (20_000, 30);
    }

    fn validate(&self) -> Result<()> {
        SultaniConfig::validate(self).map_err(setting)
    }

    fn input(&self) -> usize {
        self.input
    }

    fn model(&self, seed: u64, device: &Device) -> Result<Box<dyn WeaklySupervised>> {
        Ok(Box::new(Sultani::new(self.clone(), seed, device).doing(MAKING)?))
    }
}

const MAKING: &str = "making the weakly-supervised model";

fn setting(error: CoreError) -> TrainError {
    TrainError::Config(format!("weak: {error}"))
}
