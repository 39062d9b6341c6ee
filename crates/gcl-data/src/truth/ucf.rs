//! UCF-Crime's annotation text.

use std::collections::BTreeMap;
use std::path::Path;

use super::{TruthError, VideoLabels};
use crate::clips::Span;
use crate::file::FileError;
use crate::id::VideoId;
use crate::number::whole;
use crate::text::read_text;

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let mut videos = BTreeMap::new();
    for (number, line) in (1..).zip(read_text(path)?.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let (name, spans) = parse(line).map_err(|e| FileError::line(path, number, e))?;
        let id = VideoId::listed(name).map_err(|e| FileError::line(path, number, e))?;
        if videos.insert(id.clone(), VideoLabels::Ranges { spans, frames: None }).is_some() {
            return Err(FileError::new(path, format!("video {id} appears twice")).into());
        }
    }
    Ok(videos)
}

/// The words of a line, divided by blanks or commas.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty())
}

/// The name without extension, and the ranges of a line: two in UCF-Crime's own file, more in XD-Violence's in
/// this form.
fn parse(line: &str) -> Result<(&str, Vec<Span>), String> {
    let fields: Vec<&str> = words(line).collect();
    let [name, _class, ends @ ..] = fields.as_slice() else {
        return Err(format!("{} fields; expected name class s1 e1 s2 e2", fields.len()));
    };
    let (pairs, rest) = ends.as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return Err(format!("{} fields; expected name class s1 e1 s2 e2", fields.len()));
    }
    let mut spans = Vec::new();
    for [start, last] in pairs {
        match (whole(start), whole(last)) {
            (Ok(None), Ok(None)) => {}
            (Ok(Some(start)), Ok(Some(last))) if start <= last && last < usize::MAX => {
                spans.push(Span { start, end: last + 1 });
            }
            _ => return Err(format!("`{start} {last}` is neither a range of frames nor `-1 -1`")),
        }
    }
    let stem = name.rsplit_once('.').map_or(*name, |(stem, _)| stem);
    Ok((stem, spans))
}
