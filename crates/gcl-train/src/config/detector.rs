//! From a configuration to a plain detector.

use gcl_core::Device;
use gcl_core::detector::Detector;

use super::DetectorConfig;
use crate::error::{Result, TrainError};

impl DetectorConfig {
    /// An unfitted detector; `seed` is the run's.
    ///
    /// # Errors
    /// [`TrainError::Config`] for settings out of range.
    pub fn build(self, seed: u64, device: &Device) -> Result<Box<dyn Detector>> {
        let built = self.settings().build(seed, device);
        built.map_err(|e| TrainError::Config(format!("detector: {e}")))
    }

    /// Refuses settings that make no detector for features of this dimension.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub(super) fn validate(self, dim: usize) -> Result<()> {
        let checked = self.settings().validate(dim);
        checked.map_err(|e| TrainError::Config(format!("detector: {e}")))
    }
}
