//! The description beside a feature file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::FeatureError;
use super::notes::VideoNotes;
use super::regions::Regions;
use crate::clips::Clips;
use crate::file::{FileError, read_json};

/// The identity of an extractor: the same for all features that are used together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractorIdentity {
    /// The extractor's name, such as `resnext101`.
    pub name: String,
    /// The version of the computation; it increases when the values change.
    pub version: String,
    /// The extractor's own parameters.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// The pre-processing of frames: sizes, crops, scaling, mean.
    #[serde(default)]
    pub preprocessing: Map<String, Value>,
    /// SHA-256 of the weight file, in hex; none where there are no weights.
    pub weights_sha256: Option<String>,
    /// Whether the network's weights are random: for tests, not for results.
    #[serde(default)]
    pub random_weights: bool,
    /// How a video is cut.
    pub clips: Clips,
    /// Crops per clip, at least 1.
    pub crops: usize,
}

/// The description of one feature file: `<id>.json` beside `<id>.npy`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureMeta {
    /// The extractor.
    pub extractor: ExtractorIdentity,
    /// The decoder of the video.
    pub decoder: String,
    /// Frames of the video.
    pub frames: usize,
    /// Frames per second, where known.
    pub fps: Option<f64>,
    /// A hash of the footage, in hex, where known: another video of the same name has another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footage: Option<String>,
    /// Which part of the picture each value belongs to, where the extractor says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Regions>,
    /// What is known of the video's pictures, and what of them was lost.
    #[serde(default, skip_serializing_if = "VideoNotes::is_empty")]
    pub video: VideoNotes,
}

impl ExtractorIdentity {
    /// The first difference from `other`, as its key and the two values; `None` if they are equal.
    pub fn difference(&self, other: &Self) -> Option<(String, String, String)> {
        let (Ok(Value::Object(a)), Ok(Value::Object(b))) =
            (serde_json::to_value(self), serde_json::to_value(other))
        else {
            // Not reached for plain data; comparing the whole is then still right.
            return (self != other)
                .then(|| ("the extractor".to_owned(), format!("{self:?}"), format!("{other:?}")));
        };
        first_difference("", &a, &b)
    }
}

/// The first key, in depth, whose values differ.
fn first_difference(
    prefix: &str,
    a: &Map<String, Value>,
    b: &Map<String, Value>,
) -> Option<(String, String, String)> {
    let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        let name = format!("{prefix}{key}");
        match (a.get(key), b.get(key)) {
            (x, y) if x == y => {}
            (Some(Value::Object(x)), Some(Value::Object(y))) => {
                return first_difference(&format!("{name}."), x, y);
            }
            (x, y) => {
                let text = |v: Option<&Value>| v.map_or("nothing".to_owned(), Value::to_string);
                return Some((name, text(x), text(y)));
            }
        }
    }
    None
}

impl FeatureMeta {
    /// Reads and checks the description at `path`.
    ///
    /// # Errors
    /// [`FeatureError::File`].
    pub fn read(path: &Path) -> Result<Self, FeatureError> {
        let meta: Self = read_json(path, "the description of a feature file")?;
        meta.validate(path)?;
        Ok(meta)
    }

    /// Checks the values; `path` is for the error.
    pub(super) fn validate(&self, path: &Path) -> Result<(), FeatureError> {
        let refuse = |what: String| Err(FileError::new(path, what).into());
        self.extractor.clips.validate()?;
        if self.extractor.crops == 0 {
            return refuse("crops is 0; it must be at least 1".to_owned());
        }
        if let Some(fps) = self.fps.filter(|fps| !(fps.is_finite() && *fps > 0.0)) {
            return refuse(format!("fps is {fps}; it must be a positive number"));
        }
        let hex = |s: &String| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(sha) = self.extractor.weights_sha256.as_ref().filter(|s| !hex(s)) {
            return refuse(format!("weights_sha256 is `{sha}`; it must be 64 hex digits"));
        }
        Ok(())
    }
}
