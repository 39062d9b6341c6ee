//! Clip features from tracks of boxes, where there is no picture.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::{Clips, ExtractorIdentity, Manifest, Truth, TruthFormat, VideoId};
use gcl_features::Summary;
use gcl_features::tracks::{TrackOptions, extract_tracks};

use super::shown::Shown;
use crate::error::Failure;
use crate::interrupt;

/// Extracts every text of tracks in the one folder that was given.
pub fn extract(
    footage: &[PathBuf],
    out: &Path,
    clips: Clips,
    frames: Option<&Path>,
) -> Result<(Summary, ExtractorIdentity), Failure> {
    let [folder] = footage else {
        let text = "box-tracks are read from one folder of .txt files; give one";
        return Err(Failure::Usage(text.to_owned()));
    };
    let frames = frames.map_or_else(|| Ok(BTreeMap::new()), lengths)?;
    let options = TrackOptions { clips, frames, ..TrackOptions::default() };
    let shown = Shown::new(&[]);
    let follow = |step: gcl_features::Progress<'_>| shown.follow(step);
    let summary = extract_tracks(folder, out, &options, &interrupt::INTERRUPTED, &follow);
    shown.finish();
    Ok((summary.map_err(Failure::data)?, options.identity()))
}

/// The lengths of videos in frames: from a manifest, or from a folder of masks.
fn lengths(path: &Path) -> Result<BTreeMap<VideoId, usize>, Failure> {
    if !path.is_dir() {
        let videos = Manifest::read(path)?.videos;
        return Ok(videos.into_iter().filter_map(|(id, v)| Some((id, v.frames?))).collect());
    }
    let truth = Truth::read(path, TruthFormat::Masks)?;
    let mut known = BTreeMap::new();
    for id in truth.ids() {
        if let Some(frames) = truth.frames(id)? {
            known.insert(id.clone(), frames);
        }
    }
    Ok(known)
}
