//! The pre-processing of frames, exactly as for each published checkpoint.
//!
//! [`Preprocess`] is the description: plain data, a few lines of JSON, stored with every feature file.
//! [`Preprocessor`] does the work in two steps that fit an [`Extractor`](crate::Extractor):
//! [`prepare`](Preprocessor::prepare) resizes each frame once and keeps the part that crops need;
//! [`fill`](Preprocessor::fill) writes a crop of a clip of such pictures as a tensor `[3, T, H, W]`.
//! Clips may overlap or repeat frames: nothing is resized twice.

mod error;
mod linear;
mod picture;
mod pillow;
mod preprocessor;
mod size;
mod values;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use error::PreprocessError;
pub use picture::{Picture, Samples};
pub use preprocessor::Preprocessor;
pub use size::Resize;

use crate::colour::RgbRows;
use crate::frame::{Frame, MAX_SIDE};
use size::ResizeAxis;

/// A whole frame brought to a size as Pillow's `BILINEAR` does, interleaved RGB: `height * width * 3` levels.
pub(crate) fn resized(frame: &Frame, width: usize, height: usize) -> Vec<u8> {
    let axes = [ResizeAxis::whole(frame.width(), width), ResizeAxis::whole(frame.height(), height)];
    pillow::resize(&RgbRows::new(frame), Filter::PillowBilinear, axes)
}

/// The interpolation of resizing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// Pillow's `BILINEAR`, which widens the filter where a picture shrinks. Rounds to whole levels.
    PillowBilinear,
    /// Pillow's `BICUBIC`, the same with a = -0.5.
    PillowBicubic,
    /// Pillow's `LANCZOS` (once named `ANTIALIAS`), the same with three lobes.
    PillowLanczos,
    /// Between the nearest four pixels, not rounded: PyTorch's `interpolate(mode="bilinear", align_corners=False)`.
    Bilinear,
    /// Between the nearest four pixels, rounded: OpenCV's `INTER_LINEAR` on 8 bits.
    OpencvBilinear,
}

/// Which crops of a clip become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crops {
    /// The middle.
    Centre,
    /// Top left, top right, bottom left, bottom right, centre.
    Five,
    /// These five, then the same five places of the mirrored picture (torchvision's `TenCrop`).
    Ten,
}

impl Crops {
    /// Their number.
    pub fn count(self) -> usize {
        match self {
            Self::Centre => 1,
            Self::Five => 5,
            Self::Ten => 10,
        }
    }
}

/// The order of a tensor's channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

gcl_data::spelled_by_serde!(Filter, Crops, Channels);

/// The pre-processing of a decoded frame for a network. A value of the tensor is `(level / divide - mean) / std`,
/// where a level is 0..=255.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// The size after resizing.
    pub resize: Resize,
    /// The interpolation.
    pub filter: Filter,
    /// Side of the square crops, in pixels.
    pub crop: usize,
    /// Which crops.
    pub crops: Crops,
    /// The order of the tensor's channels.
    pub channels: Channels,
    /// The divisor of levels: 1, or 255 for a range of 0 to 1.
    pub divide: f64,
    /// Subtracted, one value per channel of the tensor, in its order.
    pub mean: [f64; 3],
    /// Divided by, one value per channel of the tensor, in its order.
    pub std: [f64; 3],
    /// A `.npy` of `[3, T, H, W]` that is subtracted instead of `mean`, where `T` is the clip's length and
    /// `H` by `W` the size after resizing; channels in the tensor's order.
    pub mean_cube: Option<PathBuf>,
}

impl Preprocess {
    /// The centre of frames whose shorter side is brought to `side` pixels by Pillow, with levels as they are.
    pub(crate) fn short_side(side: usize, crop: usize) -> Self {
        Self {
            resize: Resize::ShortSide(side),
            filter: Filter::PillowBilinear,
            crop,
            crops: Crops::Centre,
            channels: Channels::Rgb,
            divide: 1.0,
            mean: [0.0; 3],
            std: [1.0; 3],
            mean_cube: None,
        }
    }

    /// The same with some parameters replaced; `overrides` has them by name, as in JSON.
    ///
    /// # Errors
    /// [`PreprocessError::Json`] for an unknown name or a value of the wrong type, and those of
    /// [`validate`](Self::validate).
    pub fn with(&self, overrides: &Map<String, Value>) -> Result<Self, PreprocessError> {
        let mut merged = self.to_map()?;
        merged.extend(overrides.iter().map(|(name, value)| (name.clone(), value.clone())));
        let changed: Self = serde_json::from_value(Value::Object(merged))?;
        changed.validate()?;
        Ok(changed)
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`PreprocessError::Parameter`].
    pub fn validate(&self) -> Result<(), PreprocessError> {
        let refuse = |name, found: String, expected| {
            Err(PreprocessError::Parameter(format!("{name} is {found}, expected {expected}")))
        };
        let side = |n: &usize| (1..=MAX_SIDE).contains(n);
        if !side(&self.crop) {
            return refuse("crop", self.crop.to_string(), "1 to 16384 pixels");
        }
        let sides = match self.resize {
            Resize::Keep => vec![],
            Resize::ShortSide(n) | Resize::AtLeast(n) => vec![n],
            Resize::Exact { width, height } => vec![width, height],
        };
        if !sides.iter().all(|n| side(n) && *n >= self.crop) {
            return refuse("resize", format!("{sides:?}"), "sides from the crop's to 16384 pixels");
        }
        // A factor that is zero, or vanishes or overflows as f32, would make tensors of infinities.
        let divides = |n: &f64| (*n as f32).is_normal();
        if !divides(&self.divide) {
            return refuse("divide", self.divide.to_string(), "a finite number other than 0");
        }
        if !self.std.iter().all(divides) {
            return refuse("std", format!("{:?}", self.std), "finite numbers other than 0");
        }
        if !self.mean.iter().all(|n| (*n as f32).is_finite()) {
            return refuse("mean", format!("{:?}", self.mean), "finite numbers");
        }
        Ok(())
    }

    fn to_map(&self) -> Result<Map<String, Value>, PreprocessError> {
        match serde_json::to_value(self)? {
            Value::Object(map) => Ok(map),
            // A struct with named fields is always an object.
            _ => Ok(Map::new()),
        }
    }
}
