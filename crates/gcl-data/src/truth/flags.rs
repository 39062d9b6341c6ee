//! Flags: one text file per video, 0 or 1 for each frame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::masks::alone;
use super::{TruthError, VideoLabels};
use crate::file::FileError;
use crate::files::with_extension;
use crate::id::VideoId;
use crate::text::read_text;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let mut files: Vec<(VideoId, PathBuf)> = Vec::new();
    if path.is_dir() {
        for extension in ["csv", "txt"] {
            files.extend(with_extension(path, extension)?);
        }
    } else {
        files.push(alone(path)?);
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
    let text = read_text(file)?;
    let mut flags = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let values = line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'));
        for value in values.filter(|value| !value.is_empty()) {
            let flag = flag(value).ok_or_else(|| {
                let what = format!("`{}`; expected 0 or 1", value.escape_debug());
                FileError::line(file, number, what)
            })?;
            flags.push(flag);
        }
    }
    Ok(flags)
}

/// A 0 or 1, maybe written as a float: NumPy's `savetxt` writes `1.000000000000000000e+00`.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.parse::<f64>().ok()? {
        0.0 => Some(false),
        1.0 => Some(true),
        _ => None,
    }
}
