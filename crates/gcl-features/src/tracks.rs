//! Clip features from tracks of boxes: no pixels, no network.
//!
//! The vectors are [`gcl_data::tracks::snippet_features`]; results on them are results on box-track
//! features, not comparable with those on clip features or poses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::tracks::{SNIPPET_FEATURES, read_tracks, snippet_features};
use gcl_data::{
    ClipError, Clips, ExtractorIdentity, FeatureError, FeatureMeta, IdError, ResolveError, VideoId,
    is_finished, resolve, write_features,
};
use serde_json::json;

use crate::pipeline::{Progress, Summary};

/// More frames than a video of tracks may have: one wrong number in a text would otherwise make
/// millions of empty clips.
const MAX_FRAMES: usize = 1 << 24;

/// How clip features are made of tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackOptions {
    /// The rule that cuts a video into clips.
    pub clips: Clips,
    /// Frames over which movement is measured.
    pub lag: usize,
    /// Missing frames over which a track is filled; it is split at larger gaps.
    pub max_gap: u32,
    /// Frames of the videos, where they are known (a manifest, ground truth): a text of tracks ends
    /// with the last box. Names are matched by [`resolve()`].
    pub frames: BTreeMap<VideoId, usize>,
}

impl Default for TrackOptions {
    /// Clips of 16 frames, movement over 5 frames, gaps of up to 4 frames filled, frames unknown.
    fn default() -> Self {
        Self { clips: Clips::default(), lag: 5, max_gap: 4, frames: BTreeMap::new() }
    }
}

/// Why an extraction stopped.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the fields are what the messages say
pub enum TracksError {
    /// The folder of tracks cannot be listed.
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: std::io::Error },
    /// There is no text of tracks.
    #[error("{path}: no .txt file of tracks here or below", path = .0.display())]
    Empty(PathBuf),
    /// A file's name is no video id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The features cannot be written, or there are others in their place.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A video could be any of several in [`TrackOptions::frames`].
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The clip rule is out of range.
    #[error(transparent)]
    Clips(#[from] ClipError),
}

impl TrackOptions {
    /// What the features say of their making.
    #[must_use]
    pub fn identity(&self) -> ExtractorIdentity {
        let parameters = [("lag", json!(self.lag)), ("max_gap", json!(self.max_gap))];
        ExtractorIdentity {
            name: "box-tracks".to_owned(),
            version: "1".to_owned(),
            parameters: parameters.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            preprocessing: serde_json::Map::new(),
            weights_sha256: None,
            random_weights: false,
            clips: self.clips,
            crops: 1,
        }
    }
}

/// Writes the features of all tracks (`.txt`, see [`read_tracks`]) in `folder` and below to `out`:
/// `<id>.npy` and `<id>.json` for each video.
///
/// Videos whose features are there already are left as they are. A file that holds no box in any of its
/// lines, or a box after the video's last frame, is skipped and reported; files with some bad lines are
/// not. Setting `cancel` stops after the video at hand.
///
/// # Errors
/// Stops at the first thing that would fail for every video: see [`TracksError`].
pub fn extract_tracks(
    folder: &Path,
    out: &Path,
    options: &TrackOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, TracksError> {
    let identity = options.identity();
    identity.clips.validate()?;
    let mut summary = Summary::default();
    for (id, path) in texts(folder)? {
        if cancel.load(Ordering::Relaxed) {
            summary.cancelled = true;
            break;
        }
        if is_finished(out, &id, &identity)? {
            summary.already_done += 1;
            progress(Progress::AlreadyDone { id: &id });
            continue;
        }
        let known = match resolve(&id, options.frames.keys()) {
            Ok(name) => options.frames.get(name).copied(),
            Err(ResolveError::NotFound { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        progress(Progress::Started { id: &id, frames: known });
        match describe(&path, known, options) {
            Ok((features, frames)) => {
                let clips = features.len() / SNIPPET_FEATURES;
                let extractor = identity.clone();
                let meta = FeatureMeta { extractor, decoder: "none".to_owned(), frames, fps: None };
                write_features(out, &id, &[clips, SNIPPET_FEATURES], &features, &meta)?;
                summary.extracted += 1;
                summary.frames += frames;
                progress(Progress::Finished { id: &id, frames, clips });
            }
            Err(reason) => {
                progress(Progress::Skipped { id: &id, reason: &reason });
                summary.skipped.push((id, reason));
            }
        }
    }
    Ok(summary)
}

/// The features and frames of one video, or why it has none.
fn describe(
    path: &Path,
    known: Option<usize>,
    options: &TrackOptions,
) -> Result<(Vec<f32>, usize), String> {
    let file = read_tracks(path).map_err(|error| error.to_string())?;
    let (least, path) = (file.frames(), path.display());
    let frames = known.unwrap_or(least);
    if least > frames {
        return Err(format!("{path}: a box in frame {}, but the video has {frames}", least - 1));
    }
    if frames > MAX_FRAMES {
        return Err(format!("{path}: {frames} frames; at most {MAX_FRAMES} are accepted"));
    }
    let TrackOptions { clips, lag, max_gap, .. } = options;
    let features = snippet_features(&file.tracks, frames, *clips, *lag, *max_gap);
    if features.is_empty() {
        return Err(format!("{path}: {frames} frames are too few for a clip of {}", clips.length));
    }
    Ok((features, frames))
}

/// The `.txt` files in a folder and below, as videos, sorted by id.
fn texts(folder: &Path) -> Result<Vec<(VideoId, PathBuf)>, TracksError> {
    let io = |path: &Path, source| TracksError::Io { path: path.to_owned(), source };
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(|e| io(&next, e))? {
            let entry = entry.map_err(|e| io(&next, e))?;
            let path = entry.path();
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // A link to a folder is not followed, so there is no loop.
            if entry.file_type().map_err(|e| io(&path, e))?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "txt") {
                files.push((VideoId::from_path(folder, &path)?, path));
            }
        }
    }
    files.sort();
    if files.is_empty() { Err(TracksError::Empty(folder.to_owned())) } else { Ok(files) }
}
