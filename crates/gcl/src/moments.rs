//! Moments for other programs: as CSV and as JSON.

use std::io::{Result as IoResult, Write};
use std::path::Path;

use gcl_data::atomic::write_bytes_atomic;
use gcl_data::{Clock, WallTime};
use gcl_eval::Place;
use gcl_eval::report::ShownMoment;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::error::{Error, Result};
use crate::find::{until, when};

/// A moment in JSON.
#[derive(Serialize)]
struct Entry<'a> {
    rank: usize,
    video: &'a str,
    start_frame: usize,
    end_frame: usize,
    peak_frame: usize,
    score: f32,
    /// "1 in 2,000" is 2000.
    one_in: Option<f64>,
    once_in_seconds: Option<f64>,
    /// Whether it stands out from the footage, where that can be said.
    stands_out: Option<bool>,
    /// Where the video's frames are evenly spaced.
    fps: Option<f64>,
    start_seconds: Option<f64>,
    end_seconds: Option<f64>,
    peak_seconds: Option<f64>,
    start_clock: Option<WallTime>,
    end_clock: Option<WallTime>,
    /// The file that shows it, from the report's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    clip: Option<&'a str>,
    /// Its keys are absent where the place is unknown.
    #[serde(flatten)]
    place: Option<&'a Place>,
}

/// The moments as an array of JSON: the columns of [`write_csv`], with times in seconds, `fps` where frames are evenly
/// spaced, and the heat map where the box was taken from one.
///
/// # Errors
/// None that moments of finite scores allow.
pub fn json(moments: &[ShownMoment]) -> Result<String> {
    let entries: Vec<Entry<'_>> = (1..)
        .zip(moments)
        .map(|(rank, shown)| (rank, shown, &shown.moment, &shown.clock))
        .map(|(rank, shown, moment, clock)| Entry {
            rank,
            video: &moment.video,
            start_frame: moment.start,
            end_frame: moment.end,
            peak_frame: moment.peak_frame,
            score: moment.score,
            one_in: shown.rarity.map(|rarity| rarity.one_in),
            once_in_seconds: shown.rarity.and_then(|rarity| rarity.once_in),
            stands_out: shown.stands_out,
            fps: clock.as_ref().and_then(Clock::fps),
            start_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.start)),
            end_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.end)),
            peak_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.peak_frame)),
            start_clock: shown.wall_time(moment.start),
            end_clock: shown.wall_time(moment.end),
            clip: shown.clip.as_deref(),
            place: shown.place.as_ref(),
        })
        .collect();
    let failed = |error: &dyn std::fmt::Display| Error::data(Path::new("moments.json"))(error);
    let mut bytes = Vec::new();
    let mut out = Serializer::with_formatter(&mut bytes, Lines::default());
    entries.serialize(&mut out).map_err(|error| failed(&error))?;
    String::from_utf8(bytes).map_err(|error| failed(&error))
}

/// Arrays in a moment's arrays, which are the rows of a heat map.
const ROW: usize = 3;

/// Pretty JSON with each row of a heat map on a line.
#[derive(Default)]
struct Lines {
    pretty: PrettyFormatter<'static>,
    /// Arrays that are open.
    depth: usize,
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.depth += 1;
        match self.depth {
            ROW => out.write_all(b"["),
            _ => self.pretty.begin_array(out),
        }
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.depth -= 1;
        match self.depth + 1 {
            ROW => out.write_all(b"]"),
            _ => self.pretty.end_array(out),
        }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        match self.depth {
            ROW if first => Ok(()),
            ROW => out.write_all(b", "),
            _ => self.pretty.begin_array_value(out, first),
        }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        match self.depth {
            ROW => Ok(()),
            _ => self.pretty.end_array_value(out),
        }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> IoResult<()> {
        self.pretty.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> IoResult<()> {
        self.pretty.end_object_value(out)
    }
}

/// Writes [`json`] to a file.
///
/// # Errors
/// If it cannot be written.
pub fn write_json(moments: &[ShownMoment], path: &Path) -> Result<()> {
    let text = json(moments)? + "\n";
    Ok(write_bytes_atomic(path, text.as_bytes())?)
}

/// Writes the moments as a table: rank, video, frames, score, times, the sides `x1`, `y1`, `x2`, `y2` of the
/// box in fractions of the picture, how rare it is ([`Rarity`](gcl_eval::Rarity)), whether it stands out, and its clock times; empty where
/// that is not known.
///
/// # Errors
/// If it cannot be written.
pub fn write_csv(moments: &[ShownMoment], path: &Path) -> Result<()> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    let head = [
        "rank",
        "video",
        "start_frame",
        "end_frame",
        "peak_frame",
        "score",
        "from",
        "to",
        "x1",
        "y1",
        "x2",
        "y2",
        "one_in",
        "once_in_seconds",
        "stands_out",
        "from_clock",
        "to_clock",
    ];
    rows.write_record(head).map_err(Error::data(path))?;
    for (i, shown) in moments.iter().enumerate() {
        let m = &shown.moment;
        let numbers = [i + 1, m.start, m.end, m.peak_frame].map(|number| number.to_string());
        let [rank, start, end, peak] = &numbers;
        let clock = shown.clock.as_ref();
        let (from, to) = (when(m.start, clock), until(m.end, clock));
        let score = m.score.to_string();
        let sides = shown.place.as_ref().map(|place| place.sides().map(|side| side.to_string()));
        let [x1, y1, x2, y2] = &sides.unwrap_or_default();
        let one_in = text(shown.rarity.map(|rarity| rarity.one_in));
        let once_in = text(shown.rarity.and_then(|rarity| rarity.once_in));
        let stands_out = text(shown.stands_out);
        let row = [rank, &m.video, start, end, peak, &score, &from, &to, x1, y1, x2, y2];
        let [from_clock, to_clock] = [m.start, m.end].map(|frame| text(shown.wall_time(frame)));
        let more = [&one_in, &once_in, &stands_out, &from_clock, &to_clock];
        let row = row.into_iter().chain(more);
        rows.write_record(row).map_err(Error::data(path))?;
    }
    let bytes = rows.into_inner().map_err(Error::data(path))?;
    Ok(write_bytes_atomic(path, &bytes)?)
}

/// A value, or nothing.
fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_eval::{Moment, Rarity};

    use super::*;

    #[test]
    fn a_row_of_a_heat_map_is_a_line() {
        let moment = Moment { video: "a".into(), start: 0, end: 9, peak_frame: 4, score: 1.5 };
        let cells = Place::from_shares(3, &[4.0, 1.0, 0.0, 2.0, 0.0, 0.0]);
        let object = Place::of_box([4.0, 0.0, 8.0, 4.0], [16, 8]);
        let shown = [cells, object, None].map(|place| {
            let moment = moment.clone();
            let rarity = Some(Rarity { one_in: 250.0, once_in: None });
            ShownMoment { place, rarity, ..ShownMoment::new(moment, None) }
        });
        let text = json(&shown).unwrap();
        let rows =
            "    \"heat_map\": [\n      [1.0, 0.25, 0.0],\n      [0.5, 0.0, 0.0]\n    ]\n  },\n";
        assert!(text.contains(rows), "{text}");
        assert!(text.starts_with("[\n  {\n    \"rank\": 1,\n    \"video\": \"a\",\n"), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[0]["heat_map"][1][0], 0.5);
        assert_eq!((&value[1]["x2"], value[1].get("heat_map")), (&0.5.into(), None));
        assert_eq!(value[2].get("x1"), None);
        assert_eq!((&value[2]["one_in"], &value[2]["stands_out"]), (&250.0.into(), &().into()));
    }
}
