//! A CSV of boxes without persons: what a detector saw.

use std::collections::BTreeMap;
use std::path::Path;

use super::Bounds;
use super::text::{area, pixel};
use crate::file::FileError;
use crate::id::VideoId;
use crate::table;
use crate::truth::MAX_FRAMES;

/// One box in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The frame, from 0.
    pub frame: u32,
    /// The box.
    pub bounds: Bounds,
    /// How sure the detector is, where the file says.
    pub confidence: Option<f32>,
}

/// Reads a CSV with the columns `clip` (or `video`, or `id`), `frame` (from 0), `x1`, `y1`, `x2`, `y2`
/// and perhaps `confidence`: the boxes of each video, in the order of their frames, and within a frame
/// in the file's.
///
/// # Errors
/// [`FileError`], with the line.
pub fn read_detections(
    path: impl AsRef<Path>,
) -> Result<BTreeMap<VideoId, Vec<Detection>>, FileError> {
    let mut videos: BTreeMap<VideoId, Vec<Detection>> = BTreeMap::new();
    for (id, detection) in read_places(path.as_ref())? {
        videos.entry(id).or_default().push(detection);
    }
    for boxes in videos.values_mut() {
        boxes.sort_by_key(|detection| detection.frame);
    }
    Ok(videos)
}

/// The same file's boxes with their videos, line by line.
pub(crate) fn read_places(path: &Path) -> Result<Vec<(VideoId, Detection)>, FileError> {
    let table::CsvTable { header, records } = table::read(path)?;
    let find = |name: &str| header.iter().position(|column| column == name);
    let missing = |column: &str| {
        let has = "boxes are clip,frame,x1,y1,x2,y2 and optionally confidence";
        FileError::new(path, format!("there is no column `{column}`; {has}"))
    };
    let need = |column| find(column).ok_or_else(|| missing(column));
    let clip = find("clip").or_else(|| find("video")).or_else(|| find("id"));
    let clip = clip.ok_or_else(|| missing("clip"))?;
    let frame = need("frame")?;
    let mut sides = [0; 4];
    for (slot, name) in sides.iter_mut().zip(SIDES) {
        *slot = need(name)?;
    }
    let confidence = find("confidence");
    let mut places = Vec::with_capacity(records.len());
    for (line, record) in records {
        let at = |what: String| FileError::line(path, line, what);
        let get = |column: usize| record.get(column).unwrap_or_default();
        let id = VideoId::new(get(clip)).map_err(|e| FileError::line(path, line, e))?;
        let number = get(frame).parse::<u32>().ok().filter(|&f| (f as usize) < MAX_FRAMES);
        let frame =
            number.ok_or_else(|| at(format!("frame is `{}`, not a whole number", get(frame))))?;
        let mut bounds = [0.0; 4];
        for ((slot, name), column) in bounds.iter_mut().zip(SIDES).zip(sides) {
            *slot = pixel(name, get(column)).map_err(at)?;
        }
        let bounds = area(bounds).map_err(at)?;
        let sure = confidence.map(|column| pixel("confidence", get(column))).transpose();
        let confidence = sure.map_err(at)?;
        places.push((id, Detection { frame, bounds, confidence }));
    }
    Ok(places)
}

const SIDES: [&str; 4] = ["x1", "y1", "x2", "y2"];
