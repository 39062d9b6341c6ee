//! DeepSORT's text files (<https://arxiv.org/abs/1703.07402>), and MOTChallenge's: one box per line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::form::LineForm;
use super::{Bounds, BoxTrack};
use crate::file::{At, FileError};
use crate::number;
use crate::quote::shorten;
use crate::truth::MAX_FRAMES;

/// The longest line that is parsed, in bytes.
pub(super) const MAX_LINE: u64 = 1 << 12;

/// Invalid lines that are kept; all are counted.
const MAX_KEPT: usize = 32;

/// A line that is not a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: String,
}

/// The contents of a file of tracks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrackFile {
    /// The persons, by number, each with its frames in order.
    pub tracks: Vec<BoxTrack>,
    /// Boxes of all persons together.
    pub boxes: usize,
    /// The first invalid lines, 32 at most.
    pub bad: Vec<BadLine>,
    /// The number of lines that are not a box.
    pub bad_lines: usize,
    /// The number of boxes that MOTChallenge's ground truth says to ignore.
    pub ignored: usize,
}

impl TrackFile {
    /// One past the last frame with a box: the fewest frames that the video can have.
    pub fn frames(&self) -> usize {
        let last = self.tracks.iter().filter_map(|track| track.frames.last());
        last.max().map_or(0, |last| *last as usize + 1)
    }
}

/// Reads a text of boxes: `frame person state x1 y1 x2 y2` per line, divided by blanks, commas or semicolons, frames
/// counted from 0; further fields are labels, and ignored. A first line that does not start with a number
/// is a header.
///
/// MOTChallenge's form, `frame,person,left,top,width,height,confidence` with frames counted from 1 and perhaps further
/// fields, such as `-1,-1,-1`, is known by a seventh number of at most 1, where no box of the other form ends. Of nine
/// fields the last three are its ground truth's flag, class and visibility: boxes of flag 0 are ignored, and counted; the
/// class is not looked at.
///
/// A line that is not a box (fields missing, not a number, not finite, no area, a person twice in one
/// frame) is left out, counted and reported in [`TrackFile::bad`].
///
/// # Errors
/// [`FileError`], also if there are lines and none is a box, for a frame 0 in MOTChallenge's form, and for numbers
/// in an order that is neither.
pub fn read_tracks(path: impl AsRef<Path>) -> Result<TrackFile, FileError> {
    let path = path.as_ref();
    let mut reader = BufReader::new(File::open(path).at(path)?);
    let mut persons: BTreeMap<u32, BTreeMap<u32, Bounds>> = BTreeMap::new();
    let mut file = TrackFile::default();
    let mut text = Vec::new();
    let form = LineForm::of(path)?;
    for number in 1.. {
        text.clear();
        if reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut text).at(path)? == 0 {
            break;
        }
        let line = String::from_utf8_lossy(&text);
        let line = line.trim_start_matches('\u{feff}').trim();
        let is_header = number == 1 && line.starts_with(|c: char| c.is_alphabetic());
        if line.is_empty() || is_header {
            continue;
        }
        let whole = text.ends_with(b"\n") || text.len() < MAX_LINE as usize;
        let parsed = match whole {
            true => parse(line, form),
            false => Err("the line is too long".to_owned()),
        };
        if matches!(parsed, Ok((0, ..))) && form.base() == 1 {
            let what = "frame 0, but MOTChallenge counts from 1; all frames may be one off";
            return Err(FileError::line(path, number, what));
        }
        if parsed.is_ok() && form == LineForm::MotTruth && is_ignored(line) {
            file.ignored += 1;
            continue;
        }
        let parsed = parsed.map(|(frame, person, bounds)| (frame - form.base(), person, bounds));
        let what = match parsed {
            Ok((frame, person, bounds)) => match persons.entry(person).or_default().entry(frame) {
                std::collections::btree_map::Entry::Vacant(vacant) => {
                    vacant.insert(bounds);
                    file.boxes += 1;
                    continue;
                }
                _ => format!("person {person} appears twice in frame {frame}"),
            },
            Err(what) => what,
        };
        file.bad_lines += 1;
        if file.bad.len() < MAX_KEPT {
            file.bad.push(BadLine { line: number, what });
        }
        if !whole {
            skip_line(&mut reader).at(path)?;
        }
    }
    if let (0, Some(BadLine { line, what })) = (file.boxes, file.bad.first().cloned()) {
        let lines = file.bad_lines;
        let problem = format!("no box in any of {lines} lines; the first, line {line}: {what}");
        return Err(FileError::new(path, problem));
    }
    let track = |(id, boxes): (u32, BTreeMap<u32, Bounds>)| BoxTrack {
        id,
        frames: boxes.keys().copied().collect(),
        boxes: boxes.into_values().collect(),
    };
    file.tracks = persons.into_iter().map(track).collect();
    Ok(file)
}

/// Reads on to the next line, keeping nothing.
fn skip_line(reader: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let bytes = reader.fill_buf()?;
        let (used, done) = match bytes.iter().position(|&b| b == b'\n') {
            Some(end) => (end + 1, true),
            None => (bytes.len(), bytes.is_empty()),
        };
        reader.consume(used);
        if done {
            return Ok(());
        }
    }
}

/// Whether a line of MOTChallenge's ground truth has the flag 0.
fn is_ignored(line: &str) -> bool {
    fields(line).nth(6).and_then(|flag| flag.parse().ok()) == Some(0.0f32)
}

pub(super) fn fields(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|field| !field.is_empty())
}

/// Frame, person and box of a line, the frame as it is written.
fn parse(line: &str, form: LineForm) -> Result<(u32, u32, Bounds), String> {
    let mut fields = fields(line);
    let mut next = |name| fields.next().ok_or_else(|| format!("no {name}"));
    let whole = |name, text: &str| {
        let found = number::whole(text).ok().flatten().filter(|&n| n < MAX_FRAMES);
        let found = found.and_then(|n| u32::try_from(n).ok());
        found.ok_or_else(|| format!("{name} is `{}`, not a whole number", shorten(text, 40)))
    };
    let frame = whole("frame", next("frame")?)?;
    let person = whole("person", next("person")?)?;
    let names = match form {
        LineForm::DeepSort => ["x1", "y1", "x2", "y2"],
        LineForm::Mot | LineForm::MotTruth => ["left", "top", "width", "height"],
    };
    if form == LineForm::DeepSort {
        next("state")?;
    }
    let mut bounds = [0.0; 4];
    for (slot, name) in bounds.iter_mut().zip(names) {
        *slot = pixel(name, next(name)?)?;
    }
    if form != LineForm::DeepSort {
        let [left, top, width, height] = bounds;
        bounds = [left, top, left + width, top + height];
    }
    area(bounds).map(|bounds| (frame, person, bounds))
}

/// A coordinate. They may lie outside the picture, but not beyond any picture's reach.
pub(super) fn pixel(name: &str, text: &str) -> Result<f32, String> {
    let found = text.parse::<f32>().ok().filter(|v| v.abs() <= 1e6);
    found.ok_or_else(|| format!("{name} is `{}`, not a pixel coordinate", shorten(text, 40)))
}

/// The box, if it has an area.
pub(super) fn area(bounds: Bounds) -> Result<Bounds, String> {
    let [x1, y1, x2, y2] = bounds;
    if x1 < x2 && y1 < y2 {
        return Ok(bounds);
    }
    Err(format!("the box {x1} {y1} {x2} {y2} has no area"))
}
