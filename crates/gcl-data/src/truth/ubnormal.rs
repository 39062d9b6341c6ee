//! UBnormal's `*_tracks.txt`, as STG-NF gives them out: some are masks under another name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::masks::read_mask;
use super::{MAX_FRAMES, TruthError, VideoLabels};
use crate::clips::Span;
use crate::file::{At, FileError};
use crate::files::with_extension;
use crate::id::VideoId;
use crate::quote::shorten;
use crate::text::read_text;

/// What a file's name ends with.
const SUFFIX: &str = "_tracks";

/// The files of this form in a folder, by their names with `_tracks`.
pub(super) fn files(folder: &Path) -> Result<Vec<(VideoId, PathBuf)>, TruthError> {
    let mut files = with_extension(folder, "txt")?;
    files.retain(|(name, _)| name.as_str().ends_with(SUFFIX));
    Ok(files)
}

pub(super) fn read(folder: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let mut videos = BTreeMap::new();
    for (name, path) in files(folder)? {
        let labels = if is_array(&path)? { mask(&path)? } else { text(&path)? };
        let id = name.as_str().strip_suffix(SUFFIX).unwrap_or(name.as_str());
        let id = VideoId::new(id).at(&path)?;
        videos.insert(id, labels);
    }
    Ok(videos)
}

/// Whether a file starts as a `.npy` does.
fn is_array(path: &Path) -> Result<bool, TruthError> {
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(6).read_to_end(&mut head)).at(path)?;
    Ok(head == b"\x93NUMPY")
}

/// A mask in which 1 is **normal**, unlike everywhere else.
fn mask(path: &Path) -> Result<VideoLabels, TruthError> {
    Ok(VideoLabels::Flags(read_mask(path)?.into_iter().map(|normal| !normal).collect()))
}

/// Text: `object,start,end` per line, `end` excluded, frames counted from 0 and maybe written as `12.0`.
fn text(path: &Path) -> Result<VideoLabels, TruthError> {
    let text = read_text(path)?;
    let frame = |text: &str| {
        let value = text.trim().parse::<f64>().ok();
        value.filter(|v| (0.0..=MAX_FRAMES as f64).contains(v)).map(|v| v as usize)
    };
    let mut spans = Vec::new();
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        let fields: Vec<&str> = row.split(',').collect();
        let ends = match fields.as_slice() {
            [_, start, end] => frame(start).zip(frame(end)),
            _ => None,
        };
        match ends {
            Some((start, end)) if start < end => spans.push(Span { start, end }),
            _ => {
                let what = format!("`{}`; expected object,start,end", shorten(row, 60));
                return Err(FileError::line(path, line, what).into());
            }
        }
    }
    Ok(VideoLabels::Ranges { spans, frames: None })
}
