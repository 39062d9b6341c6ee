//! What scores alone do not say of a video: its frame rate and where its footage lies. Kept beside
//! the scores, so that a report can give times and pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::file::{find_json, write_json};
use gcl_data::{Clock, FeatureSet, FrameTimes, VideoId, WallTime};
use gcl_features::VideoInput;
use gcl_features::areas::Areas;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::recorded::Recorded;

const NAME: &str = "videos.json";

/// Facts about one video.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Frames a second, where known.
    pub fps: Option<f64>,
    /// When its frames are shown, where they are not evenly spaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<FrameTimes>,
    /// What of it was lost or odd, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
    /// The footage, where known.
    pub footage: Option<PathBuf>,
    /// The clock time of its first frame, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<WallTime>,
    /// The folder of the features that were scored, where known.
    #[serde(default)]
    pub features: Option<PathBuf>,
    /// The camera or kind of picture that it is of, where the footage has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// Which part of the pictures was looked at.
    #[serde(default, skip_serializing_if = "Areas::are_none")]
    pub areas: Areas,
    /// Where objects were scored: the one that gives each clip its score, by its number; none where a clip has no
    /// object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Option<u32>>,
}

impl VideoFacts {
    /// When its frames are shown, where that is known.
    pub fn clock(&self) -> Option<Clock> {
        Clock::new(self.fps, self.times.clone())
    }
}

/// Facts about all scored videos.
pub type Facts = BTreeMap<VideoId, VideoFacts>;

/// Which part of the pictures a set's features are of.
///
/// # Errors
/// If the features' description is damaged.
pub(crate) fn areas(set: &FeatureSet) -> Result<Areas> {
    let areas = set.identity().map(Areas::of_identity).transpose();
    Ok(areas.map_err(Error::data(set.dir()))?.unwrap_or_default())
}

/// Writes the facts into a folder of scores.
///
/// # Errors
/// If they cannot be written.
pub fn write(scores: &Path, facts: &Facts) -> Result<()> {
    Ok(write_json(&scores.join(NAME), facts)?)
}

/// The facts in a folder of scores; empty if there are none.
///
/// # Errors
/// If they cannot be read.
pub fn read(scores: &Path) -> Result<Facts> {
    Ok(find_json(&scores.join(NAME), "facts about videos")?.unwrap_or_default())
}

/// Notes of which camera each video is.
///
/// # Errors
/// If the facts cannot be read or written.
pub(crate) fn remember_cameras(cameras: &BTreeMap<VideoId, String>, scores: &Path) -> Result<()> {
    let mut known = read(scores)?;
    for (id, video) in &mut known {
        video.camera = cameras.get(id).cloned();
    }
    write(scores, &known)
}

/// Notes where each video's footage lies, for the report's pictures, and when it was recorded.
///
/// # Errors
/// If the facts cannot be read or written.
pub fn remember_footage(footage: &[VideoInput], recorded: &Recorded, scores: &Path) -> Result<()> {
    let mut known = read(scores)?;
    for input in footage {
        if let Some(video) = known.get_mut(&input.id) {
            video.recorded = recorded.starts.get(&input.id).copied();
            video.footage = Some(input.path.clone());
        }
    }
    write(scores, &known)
}
