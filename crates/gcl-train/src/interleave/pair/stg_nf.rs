//! STG-NF, a normalizing flow on windows of poses or boxes, as the one-class model of a pair.

use gcl_core::stg_nf::Skeleton;
use gcl_core::{Device, StgNf, StgNfConfig};
use gcl_data::poses::Resolution;
use gcl_data::tracks::BOX_POINTS;
use gcl_data::{WindowRule, Windows};
use serde::{Deserialize, Serialize};

use super::Choice;
use super::models::OneClassSettings;
use crate::error::{Doing, Result, TrainError};
use crate::interleave::files::{Left, ObjectSource};
use crate::interleave::side::{OneClassOn, OneClassSide};
use crate::interleave::sources::WindowObjects;

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

    /// The model at its start.
    ///
    /// # Errors
    /// For settings that make no network.
    pub fn model(&self, seed: u64, device: &Device) -> Result<StgNf> {
        StgNf::new(self.model.clone(), seed, device).doing("making the flow")
    }

    fn windows(&self, source: &ObjectSource<'_>, rule: WindowRule) -> Result<(Windows, Left)> {
        let (windows, left) = match (&source.files.poses, &source.files.tracks) {
            (Some(folder), _) => source.videos.pose_windows(folder, rule)?,
            (None, Some(folder)) => {
                source.videos.box_windows(folder, rule, self.windows.max_gap)?
            }
            (None, None) => {
                return Err(TrainError::NoObjects { model: "stg-nf", needs: "poses or tracks" });
            }
        };
        match windows.is_empty() {
            false => Ok((windows, left)),
            true => Err(TrainError::Mismatch(
                "no track is longer than a window: there is nothing to train on or score"
                    .to_owned(),
            )),
        }
    }
}

impl OneClassSettings for StgNfSettings {
    fn published(choice: &Choice) -> StgNfSettings {
        let mut model = StgNfConfig::new(24);
        if choice.points == BOX_POINTS {
            model.skeleton = Skeleton::full(choice.points.joints);
        }
        StgNfSettings { windows: WindowSettings::default(), model }
    }

    fn validate(&self) -> Result<()> {
        self.model.validate().map_err(|e| TrainError::Config(format!("one_class: {e}")))
    }

    fn open(
        &self,
        source: &ObjectSource<'_>,
        seed: u64,
        device: &Device,
    ) -> Result<(Box<dyn OneClassSide>, Left)> {
        let (train, score) = (self.training(), self.scoring());
        let objects = |windows: Windows, mirror: bool| {
            WindowObjects::new(windows, source.videos, self.resolution(), mirror)
        };
        let model = self.model(seed, device)?;
        if source.score_only {
            let (windows, left) = self.windows(source, score)?;
            let side = OneClassOn::new(model, objects(windows, false)?, device);
            return Ok((Box::new(side), left));
        }
        let (windows, left) = self.windows(source, train)?;
        let scored = match train == score {
            true => None,
            false => Some(objects(self.windows(source, score)?.0, false)?),
        };
        let side = OneClassOn::new(model, objects(windows, self.windows.mirror)?, device);
        Ok((Box::new(side.scoring(scored)), left))
    }
}
