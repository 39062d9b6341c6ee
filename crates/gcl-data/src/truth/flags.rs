//! Flags: one text file per video, 0 or 1 for each frame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{TruthError, VideoLabels};
use crate::file::{At, FileError};
use crate::files::with_extension;
use crate::id::VideoId;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let mut files: Vec<(VideoId, PathBuf)> = Vec::new();
    if path.is_dir() {
        for extension in ["csv", "txt"] {
            let ids = with_extension(path, extension)?;
            files.extend(ids.into_iter().map(|id| (id.clone(), id.file(path, extension))));
        }
    } else {
        let root = path.parent().unwrap_or(Path::new(""));
        let id = VideoId::from_path(root, path).at(path)?;
        files.push((id, path.to_owned()));
    }
    let mut videos = BTreeMap::new();
    for (id, file) in files {
        let flags = VideoLabels::Flags(read_one(&file)?);
        if videos.insert(id.clone(), flags).is_some() {
            return Err(FileError::new(path, format!("video {id} appears twice")).into());
        }
    }
    Ok(videos)
}

/// The flags of one file, separated by line ends, blanks or commas.
fn read_one(file: &Path) -> Result<Vec<bool>, TruthError> {
    let text = std::fs::read_to_string(file).at(file)?;
    let mut flags = Vec::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let values = line.split(|c: char| c.is_whitespace() || c == ',');
        for value in values.filter(|value| !value.is_empty()) {
            flags.push(match value {
                "0" => false,
                "1" => true,
                other => {
                    let what = format!("`{}`; expected 0 or 1", other.escape_debug());
                    return Err(FileError::line(file, number, what).into());
                }
            });
        }
    }
    Ok(flags)
}
