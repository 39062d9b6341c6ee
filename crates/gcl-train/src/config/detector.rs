//! From a configuration to a plain detector.

use gcl_core::Device;
use gcl_core::detector::Detector;

use super::DetectorConfig;
use crate::error::{Result, TrainError};

impl DetectorConfig {
    /// An unfitted detector; `seed` is the run's.
    ///
    /// # Errors
    /// [`TrainError::Config`] for settings out of range, or a detector that only another crate can make.
    pub fn build(self, seed: u64, device: &Device) -> Result<Box<dyn Detector>> {
        let settings = self.settings().ok_or_else(|| {
            let text = "a detector of another crate is trained by Gcl::with_detector, not from a \
                        configuration";
            TrainError::Config(text.to_owned())
        })?;
        settings.build(seed, device).map_err(|e| TrainError::Config(format!("detector: {e}")))
    }

    /// Refuses settings that make no detector for features of this dimension.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub(super) fn validate(self, dim: usize) -> Result<()> {
        let checked = self.settings().map_or(Ok(()), |settings| settings.validate(dim));
        checked.map_err(|e| TrainError::Config(format!("detector: {e}")))
    }
}
