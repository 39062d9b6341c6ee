//! Moments for other programs: as CSV and as JSON.

use std::path::Path;

use gcl_data::Clock;
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::Place;
use gcl_eval::report::ShownMoment;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::find::when;

/// A moment in JSON.
#[derive(Serialize)]
struct Entry<'a> {
    rank: usize,
    video: &'a str,
    start_frame: usize,
    end_frame: usize,
    peak_frame: usize,
    score: f32,
    /// Where the video's frames are evenly spaced.
    fps: Option<f64>,
    start_seconds: Option<f64>,
    end_seconds: Option<f64>,
    peak_seconds: Option<f64>,
    /// Its keys are absent where the place is unknown.
    #[serde(flatten)]
    place: Option<&'a Place>,
}

/// The moments as an array of JSON: the columns of [`write_csv`], with times in seconds, `fps` where frames are evenly spaced, and the heat map
/// where the place is known.
///
/// # Errors
/// None that moments of finite scores allow.
pub fn json(moments: &[ShownMoment]) -> Result<String> {
    let entries: Vec<Entry<'_>> = (1..)
        .zip(moments)
        .map(|(rank, ShownMoment { moment, clock, place, picture: _ })| Entry {
            rank,
            video: &moment.video,
            start_frame: moment.start,
            end_frame: moment.end,
            peak_frame: moment.peak_frame,
            score: moment.score,
            fps: clock.as_ref().and_then(Clock::fps),
            start_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.start)),
            end_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.end)),
            peak_seconds: clock.as_ref().and_then(|clock| clock.seconds(moment.peak_frame)),
            place: place.as_ref(),
        })
        .collect();
    serde_json::to_string_pretty(&entries).map_err(Error::data(Path::new("moments.json")))
}

/// Writes [`json`] to a file.
///
/// # Errors
/// If it cannot be written.
pub fn write_json(moments: &[ShownMoment], path: &Path) -> Result<()> {
    let text = json(moments)? + "\n";
    Ok(write_bytes_atomic(path, text.as_bytes())?)
}

/// Writes the moments as a table: rank, video, frames, score, times, and the sides `x1`, `y1`, `x2`, `y2` of the
/// box in fractions of the picture, empty where there is none.
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
    ];
    rows.write_record(head).map_err(Error::data(path))?;
    for (i, shown) in moments.iter().enumerate() {
        let m = &shown.moment;
        let numbers = [i + 1, m.start, m.end, m.peak_frame].map(|number| number.to_string());
        let [rank, start, end, peak] = &numbers;
        let [from, to] = [m.start, m.end].map(|frame| when(frame, shown.clock.as_ref()));
        let score = m.score.to_string();
        let sides = shown.place.as_ref().map(|place| place.sides().map(|side| side.to_string()));
        let [x1, y1, x2, y2] = &sides.unwrap_or_default();
        let row = [rank, &m.video, start, end, peak, &score, &from, &to, x1, y1, x2, y2];
        rows.write_record(row).map_err(Error::data(path))?;
    }
    let bytes = rows.into_inner().map_err(Error::data(path))?;
    Ok(write_bytes_atomic(path, &bytes)?)
}
