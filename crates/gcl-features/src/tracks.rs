//! Clip features from tracks of boxes: no pixels, no network.
//!
//! The vectors are [`gcl_data::tracks::snippet_features`]; results on them are results on box-track
//! features, not comparable with those on clip features or poses.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::tracks::{SNIPPET_FEATURES, read_tracks, snippet_features};
use gcl_data::{
    ClipError, Clips, ExtractorIdentity, FeatureError, FeatureMeta, FileError, ResolveError,
    VideoId, VideoNotes, files::Found, is_finished, resolve_all, write_features,
};
use serde_json::json;

use crate::pipeline::footage::hash_of;
use crate::pipeline::{Progress, Summary};

/// More frames than a video of tracks may have: one wrong number in a text would otherwise make
/// millions of empty clips.
const MAX_FRAMES: usize = 1 << 24;

/// The options of clip features from tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackOptions {
    /// The rule that cuts a video into clips.
    pub clips: Clips,
    /// Frames over which movement is measured.
    pub lag: usize,
    /// Missing frames over which a track is filled; it is split at larger gaps.
    pub max_gap: u32,
    /// Frames of the videos, where they are known (a manifest, ground truth): a text of tracks ends
    /// with the last box. Names are matched by [`resolve_all`].
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
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TracksError {
    /// The folder of tracks cannot be listed, or a file's name is no video id.
    #[error(transparent)]
    File(#[from] FileError),
    /// The features cannot be written, or there are others in their place.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A video could be any of several in [`TrackOptions::frames`], or two could be the same one.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The clip rule is out of range.
    #[error(transparent)]
    Clips(#[from] ClipError),
}

impl TrackOptions {
    /// The identity in the features' descriptions.
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
/// lines, a box after the video's last frame, too many boxes in a frame, or boxes so small that movement
/// is not finite in units of their height, is skipped and reported; of files with some bad lines these are counted.
/// Setting `cancel` stops after the current video.
///
/// # Errors
/// [`TracksError`], for the first failure that would affect every video.
pub fn extract_tracks(
    folder: &Path,
    out: &Path,
    options: &TrackOptions,
    cancel: &AtomicBool,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Summary, TracksError> {
    let identity = options.identity();
    identity.clips.of_fixed_length()?;
    let mut summary = Summary::default();
    let Found { files, left_out } = Found::below(folder, "txt")?;
    for (id, reason) in left_out {
        progress(Progress::Skipped { id: &id, reason: &reason });
        summary.skipped.push((id, reason));
    }
    if files.is_empty() {
        return Err(FileError::new(folder, "no .txt file of tracks here or below").into());
    }
    let ids: Vec<VideoId> = files.iter().map(|(id, _)| id.clone()).collect();
    let names = resolve_all(&ids, options.frames.keys())?;
    for ((id, file), name) in files.iter().zip(names) {
        if cancel.load(Ordering::Relaxed) {
            summary.cancelled = true;
            break;
        }
        let footage = hash_of(file);
        if is_finished(out, id, &identity, footage.as_deref())? {
            summary.already_done += 1;
            progress(Progress::AlreadyDone { id });
            continue;
        }
        let known = name.and_then(|name| options.frames.get(name)).copied();
        progress(Progress::Started { id, frames: known });
        match describe(file, known, options) {
            Ok((features, frames, bad_lines)) => {
                if bad_lines > 0 {
                    summary.bad_lines.push((id.clone(), bad_lines));
                }
                let clips = features.len() / SNIPPET_FEATURES;
                let extractor = identity.clone();
                let decoder = "none".to_owned();
                let video = VideoNotes::default();
                let meta = FeatureMeta {
                    extractor,
                    decoder,
                    frames,
                    fps: None,
                    footage,
                    regions: None,
                    video,
                };
                write_features(out, id, &[clips, SNIPPET_FEATURES], &features, &meta)?;
                summary.extracted += 1;
                summary.frames += frames;
                progress(Progress::Finished { id, frames, clips });
            }
            Err(reason) => {
                progress(Progress::Skipped { id, reason: &reason });
                summary.skipped.push((id.clone(), reason));
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
) -> Result<(Vec<f32>, usize, usize), String> {
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
    let features = snippet_features(&file.tracks, frames, *clips, *lag, *max_gap)
        .map_err(|error| format!("{path}: {error}"))?;
    if features.is_empty() {
        return Err(format!("{path}: {frames} frames are too few for a clip of {}", clips.length));
    }
    if let Some(at) = features.iter().position(|value| !value.is_finite()) {
        let (clip, value) = (at / SNIPPET_FEATURES, features[at]);
        return Err(format!(
            "{path}: a feature of clip {clip} is {value}; some boxes are too small"
        ));
    }
    Ok((features, frames, file.bad_lines))
}
