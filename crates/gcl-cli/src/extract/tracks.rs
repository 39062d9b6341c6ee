//! Clip features from tracks of boxes, where there is no picture.

use std::path::{Path, PathBuf};

use gcl_data::{Clips, ExtractorIdentity, read_lengths};
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
    let frames = frames.map(read_lengths).transpose()?.unwrap_or_default();
    let options = TrackOptions { clips, frames, ..TrackOptions::default() };
    let shown = Shown::new(&[]);
    let follow = |step: gcl_features::Progress<'_>| shown.follow(step);
    let summary = extract_tracks(folder, out, &options, &interrupt::INTERRUPTED, &follow);
    shown.finish();
    Ok((summary.map_err(Failure::data)?, options.identity()))
}
