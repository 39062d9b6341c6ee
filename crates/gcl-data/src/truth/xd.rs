//! XD-Violence's annotation text: a name, and then the ends of its abnormal ranges.

use std::collections::BTreeMap;
use std::path::Path;

use super::{MAX_FRAMES, TruthError, VideoLabels};
use crate::clips::Span;
use crate::file::FileError;
use crate::id::VideoId;
use crate::number::whole;
use crate::published::without_extension;
use crate::text::read_text;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let mut videos = BTreeMap::new();
    for (number, line) in (1..).zip(read_text(path)?.lines()) {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        let id = VideoId::listed(without_extension(name));
        let id = id.map_err(|e| FileError::line(path, number, e))?;
        let spans = spans(words).map_err(|what| FileError::line(path, number, what))?;
        if videos.insert(id.clone(), VideoLabels::Ranges { spans, frames: None }).is_some() {
            return Err(FileError::line(path, number, format!("video {id} appears twice")).into());
        }
    }
    Ok(videos)
}

/// The ranges of a line, as pairs of a first frame and the one after the last.
fn spans<'a>(words: impl Iterator<Item = &'a str>) -> Result<Vec<Span>, String> {
    let words: Vec<&str> = words.collect();
    let (pairs, rest) = words.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(format!("{} numbers; expected name s1 e1 [s2 e2 ...]", words.len()));
    }
    let mut spans = Vec::new();
    for [start, end] in pairs {
        match (whole(start), whole(end)) {
            (Ok(None), Ok(None)) => {}
            (Ok(Some(start)), Ok(Some(end))) if start < end && end <= MAX_FRAMES => {
                spans.push(Span { start, end });
            }
            _ => return Err(format!("`{start} {end}` is no range of frames")),
        }
    }
    Ok(spans)
}
