//! What scores alone do not say of a video: its frame rate and where its footage lies. Kept beside
//! the scores, so that a report can give times and pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::VideoId;
use gcl_data::atomic::write_bytes_atomic;
use serde::{Deserialize, Serialize};

use super::error::Failure;

const NAME: &str = "videos.json";

/// Facts about one video.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VideoFacts {
    /// Frames a second, where known.
    #[serde(default)]
    pub fps: Option<f64>,
    /// The footage, where known.
    #[serde(default)]
    pub footage: Option<PathBuf>,
}

/// Facts about all scored videos.
pub type Facts = BTreeMap<VideoId, VideoFacts>;

/// Writes the facts into a folder of scores.
pub fn write(scores: &Path, facts: &Facts) -> Result<(), Failure> {
    let path = scores.join(NAME);
    let text = serde_json::to_vec_pretty(facts).map_err(Failure::data)?;
    write_bytes_atomic(&path, &text).map_err(Failure::io(&path))
}

/// The facts in a folder of scores; empty if there are none.
pub fn read(scores: &Path) -> Result<Facts, Failure> {
    let path = scores.join(NAME);
    match std::fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .map_err(|error| Failure::Data(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Facts::new()),
        Err(error) => Err(Failure::io(&path)(error)),
    }
}
