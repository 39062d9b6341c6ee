//! STG-NF's settings.

use serde::{Deserialize, Serialize};

use super::skeleton::Skeleton;
use crate::adamax::AdamaxConfig;
use crate::error::{CoreError, Result};
use crate::optimizer::OptimizerConfig;

/// The architecture and training of an [`StgNf`](super::StgNf). The defaults are the published code's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StgNfConfig {
    /// Frames of a window T; published: 24 for ShanghaiTech, 16 for UBnormal.
    pub frames: usize,
    /// The joints V and how they are mixed.
    pub skeleton: Skeleton,
    /// Steps of the flow K; published: 8.
    pub steps: usize,
    /// The mean R of normal windows' latents; published: 3, and 10 where abnormal ones train too.
    pub prior_mean: f32,
    /// Frames that a temporal convolution sees, odd; published: T/2 + 1.
    pub kernel: usize,
    /// The optimizer.
    pub optimizer: AdamaxConfig,
    /// The largest norm of a gradient over all parameters.
    pub clip: f32,
}

impl StgNfConfig {
    /// The published settings for windows of `frames` frames of 18 OpenPose joints.
    pub fn new(frames: usize) -> StgNfConfig {
        StgNfConfig {
            frames,
            skeleton: Skeleton::openpose18(),
            steps: 8,
            prior_mean: 3.0,
            // T/2 + 1, or one more where that is even and would not keep the length.
            kernel: (frames / 2 + 1) | 1,
            optimizer: AdamaxConfig::default(),
            clip: 100.0,
        }
    }

    /// Checks that the settings make a network and an optimizer.
    ///
    /// # Errors
    /// [`CoreError::Setting`] naming the setting, what is allowed and what was found.
    pub fn validate(&self) -> Result<()> {
        let sizes = [("frames", self.frames, 4096), ("steps", self.steps, 256)];
        for (name, found, most) in sizes {
            if !(1..=most).contains(&found) {
                return Err(CoreError::setting(name, format!("1 to {most}"), found));
            }
        }
        if self.kernel.is_multiple_of(2) || self.kernel > 2 * self.frames {
            let expected = format!("odd, and at most {}", 2 * self.frames);
            return Err(CoreError::setting("kernel", expected, self.kernel));
        }
        for (name, value) in [("prior_mean", self.prior_mean), ("clip", self.clip)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(CoreError::setting(name, "a positive number", value));
            }
        }
        self.skeleton.adjacency()?;
        OptimizerConfig::from(self.optimizer).init().map(|_| ())
    }
}
