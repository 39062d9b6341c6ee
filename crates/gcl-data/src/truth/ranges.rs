//! A CSV of abnormal ranges.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use csv::StringRecord;

use super::{MAX_FRAMES, TruthError, VideoLabels};
use crate::clips::Span;
use crate::file::FileError;
use crate::id::VideoId;
use crate::number::whole;
use crate::quote::shorten;
use crate::table;

/// Where the columns are, and how their numbers count.
struct Columns {
    id: usize,
    start: usize,
    end: usize,
    frames: Option<usize>,
    /// Taken from the first column's number to count from 0.
    base: usize,
    /// Whether the last column's frame belongs to the range.
    inclusive: bool,
}

/// Header names of a range's ends: (first, last, base, whether the last is included).
const FORMS: [(&str, &str, usize, bool); 5] = [
    ("start", "end", 0, false),
    ("first_0based", "last_0based", 0, true),
    ("first_1based", "last_1based", 1, true),
    ("first_abnormal_0based", "last_abnormal_0based", 0, true),
    ("first_abnormal_1based", "last_abnormal_1based", 1, true),
];

pub(super) fn read(path: &Path) -> Result<BTreeMap<VideoId, VideoLabels>, TruthError> {
    let table::CsvTable { header, records } = table::read(path)?;
    let at = |line, what: String| FileError::line(path, line, what);
    let seen = || shorten(&header.iter().collect::<Vec<_>>().join(","), 60);
    let columns = columns(&header)
        .map_err(|what| at(1, format!("{what}; the first line is `{}`", seen())))?;
    let mut videos = BTreeMap::new();
    for (line, record) in records {
        let id = VideoId::listed(record.get(columns.id).unwrap_or_default());
        let id = id.map_err(|e| FileError::line(path, line, e))?;
        let (span, frames) = columns.parse(&record).map_err(|what| at(line, what))?;
        match videos.entry(id) {
            Entry::Vacant(vacant) => {
                let spans = span.into_iter().collect();
                vacant.insert(VideoLabels::Ranges { spans, frames });
            }
            Entry::Occupied(mut occupied) => {
                if let VideoLabels::Ranges { spans, frames: before } = occupied.get_mut() {
                    if *before != frames {
                        let what = "frames differs from this video's earlier line".to_owned();
                        return Err(at(line, what).into());
                    }
                    spans.extend(span);
                }
            }
        }
    }
    Ok(videos)
}

/// Finds the columns by their names; anything unknown is refused, since it may be a misspelling.
fn columns(header: &StringRecord) -> Result<Columns, String> {
    let find = |name: &str| header.iter().position(|column| column == name);
    let id = find("id").or_else(|| find("video")).ok_or("there is no column `id` or `video`")?;
    let mut forms = FORMS.iter().filter_map(|&(first, last, base, inclusive)| {
        Some((find(first)?, find(last)?, base, inclusive))
    });
    let (Some((start, end, base, inclusive)), None) = (forms.next(), forms.next()) else {
        return Err("the header needs one pair of `start,end` (from 0, end excluded), \
             `first_0based,last_0based` or `first_1based,last_1based` (both included)"
            .to_owned());
    };
    let frames = find("frames");
    let known = [Some(id), Some(start), Some(end), frames];
    match header.iter().enumerate().find(|(i, _)| !known.contains(&Some(*i))) {
        Some((_, name)) => Err(format!("column `{name}` is unknown or appears twice")),
        None => Ok(Columns { id, start, end, frames, base, inclusive }),
    }
}

impl Columns {
    /// The range of a line, if it has one, and the video's frames, if they are given.
    fn parse(&self, record: &StringRecord) -> Result<(Option<Span>, Option<usize>), String> {
        let number = |column: usize| {
            let text = record.get(column).unwrap_or_default();
            let found = whole(text).ok().filter(|n| n.is_none_or(|n| n <= MAX_FRAMES));
            found.ok_or_else(|| format!("`{text}` is not a frame number (0 to {MAX_FRAMES})"))
        };
        let frames = self.frames.map(number).transpose()?.flatten();
        let (first, last) = match (number(self.start)?, number(self.end)?) {
            (Some(first), Some(last)) => (first, last),
            (None, None) => return Ok((None, frames)),
            _ => return Err("a range needs both of its ends".to_owned()),
        };
        let start = first.checked_sub(self.base).ok_or("frames are counted from 1 here, not 0")?;
        // An included last frame counted from 1 is the excluded end counted from 0.
        let end = if self.inclusive { last + 1 - self.base } else { last };
        if start >= end {
            return Err(format!("the range {first} to {last} is empty"));
        }
        if let Some(frames) = frames.filter(|frames| end > *frames) {
            return Err(format!("the range {first} to {last} ends after frame {frames}, the last"));
        }
        Ok((Some(Span { start, end }), frames))
    }
}
