//! Features whose rows are objects: several rows for a clip, or none.
//!
//! Such a set's [`ExtractorIdentity`] has the parameter `rows` of value `objects`. Beside `<id>.npy`,
//! `[N, d]`, is `<id>.csv`, which lists the place of each row: `video,frame,x1,y1,x2,y2,object,segment`. It
//! reads as a list of boxes, too ([`read_detections`](crate::tracks::read_detections)).

use std::path::Path;

use super::meta::ExtractorIdentity;
use crate::atomic::write_bytes_atomic;
use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::table;
use crate::tracks::Bounds;

/// The parameter that says what rows are, and its value for objects.
const ROWS: (&str, &str) = ("rows", "objects");
const COLUMNS: [&str; 8] = ["video", "frame", "x1", "y1", "x2", "y2", "object", "segment"];

/// Where the object of a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObjectRow {
    /// The clip, from 0.
    pub segment: usize,
    /// The object's number in the video.
    pub object: u32,
    /// The frame of its box.
    pub frame: u32,
    /// The box, in pixels.
    pub bounds: Bounds,
}

impl ExtractorIdentity {
    /// Whether rows of features are objects, and not clips.
    pub fn rows_are_objects(&self) -> bool {
        self.parameters.get(ROWS.0).and_then(|value| value.as_str()) == Some(ROWS.1)
    }

    /// The same extractor with rows that are objects.
    pub fn of_objects(mut self) -> Self {
        self.parameters.insert(ROWS.0.to_owned(), ROWS.1.into());
        self
    }
}

/// Writes the places of a video's rows to `<dir>/<id>.csv`, as a whole or not at all. To be called before
/// the features of the same rows are written.
///
/// # Errors
/// [`FileError`].
pub fn write_object_rows(dir: &Path, id: &VideoId, rows: &[ObjectRow]) -> Result<(), FileError> {
    let path = id.file(dir, "csv");
    let row = |&ObjectRow { segment, object, frame, bounds }: &ObjectRow| {
        let [x1, y1, x2, y2] = bounds.map(|side| side.to_string());
        let [frame, object] = [frame, object].map(|number| number.to_string());
        [id.to_string(), frame, x1, y1, x2, y2, object, segment.to_string()]
    };
    let lines = std::iter::once(COLUMNS.map(str::to_owned)).chain(rows.iter().map(row));
    write_bytes_atomic(&path, &table::csv_of(lines).at(&path)?)
}

/// Reads what [`write_object_rows`] wrote: `rows` places, in segments below `segments`.
///
/// # Errors
/// [`FileError`], with the line for one that is no such place.
pub(super) fn read_object_rows(
    path: &Path,
    rows: usize,
    segments: usize,
) -> Result<Vec<ObjectRow>, FileError> {
    let table = table::read(path)?;
    if table.header != COLUMNS[..] {
        return Err(FileError::new(path, format!("the columns are not {}", COLUMNS.join(","))));
    }
    let place = |(line, record): &(u64, csv::StringRecord)| {
        let text = |column: usize| record.get(column).unwrap_or_default();
        let side = |column: usize| text(column).parse::<f32>().ok().filter(|v| v.is_finite());
        let row = || {
            Some(ObjectRow {
                frame: text(1).parse().ok()?,
                bounds: [side(2)?, side(3)?, side(4)?, side(5)?],
                object: text(6).parse().ok()?,
                segment: text(7).parse().ok().filter(|&segment: &usize| segment < segments)?,
            })
        };
        let problem = || format!("not an object in one of {segments} clips");
        row().ok_or_else(|| FileError::line(path, *line, problem()))
    };
    let found = table.records.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    match found.len() == rows {
        true => Ok(found),
        false => {
            let problem = format!("{} objects, but {rows} rows of features", found.len());
            Err(FileError::new(path, problem))
        }
    }
}

/// An object and its score for each clip; none where a clip has no object.
pub(super) type Strongest = Vec<Option<(ObjectRow, f32)>>;

/// The highest-scoring object of each of so many clips, the first of equals.
pub(super) fn strongest(rows: &[ObjectRow], scores: &[f32], segments: usize) -> Strongest {
    let mut out: Strongest = vec![None; segments];
    for (&row, &score) in rows.iter().zip(scores) {
        match out.get_mut(row.segment) {
            Some(slot) if slot.is_none_or(|(_, best)| score > best) => *slot = Some((row, score)),
            _ => {}
        }
    }
    out
}
