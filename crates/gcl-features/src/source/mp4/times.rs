//! When each sample is shown: `stts`, `ctts` and edit lists.

use super::boxes::{child, entries, pair, u32_at, u64_at};
use super::{Mp4Error, damaged, need, unsupported};

/// Decoding times (`stts`) and shifts to display times (`ctts`) of all samples, in runs, and the edit list.
pub(super) struct Times {
    /// Units per second.
    scale: u32,
    /// (samples, units between one and the next).
    steps: Vec<(u32, u32)>,
    /// (samples, units from decoding to display).
    shifts: Vec<(u32, i32)>,
    /// What of the media is shown when.
    edits: Vec<Edit>,
}

/// A stretch of the media that is shown.
struct Edit {
    /// Display times from `start` to before `end`, in units of the media.
    start: i64,
    end: i64,
    /// When display time `zero` is shown, in seconds of the movie.
    zero: i64,
    at: f64,
}

/// A place in the runs; the default is before the first sample.
#[derive(Default)]
pub(super) struct Ticks {
    step: (usize, u32),
    shift: (usize, u32),
    time: i64,
}

/// Units per second of an `mvhd` or `mdhd` box.
pub(super) fn timescale(payload: &[u8]) -> Result<u32, Mp4Error> {
    let at = if payload.first() == Some(&1) { 20 } else { 12 };
    match u32_at(payload, at) {
        Some(scale) if scale > 0 => Ok(scale),
        _ => damaged("no time scale"),
    }
}

impl Times {
    /// Reads the times of a track: of its sample tables and, where it has one, its edit list.
    pub(super) fn read(
        table: &[u8],
        scale: u32,
        edits: Option<&[u8]>,
        movie_scale: u32,
    ) -> Result<Self, Mp4Error> {
        let steps: Vec<(u32, u32)> =
            entries::<8>(need(table, b"stts")?, 4, "stts")?.iter().map(pair).collect();
        let shifts = match child(table, b"ctts")? {
            None => Vec::new(),
            Some(ctts) => entries::<8>(ctts, 4, "ctts")?
                .iter()
                .map(pair)
                .map(|(samples, shift)| (samples, shift.cast_signed()))
                .collect(),
        };
        let mut times = Self { scale, steps, shifts, edits: Vec::new() };
        times.edits = times.edits(edits.unwrap_or(&[]), movie_scale)?;
        Ok(times)
    }

    /// Whether display differs from decoding, as far as the file says.
    pub(super) fn are_shifted(&self) -> bool {
        !self.shifts.is_empty()
    }

    /// Units per second.
    pub(super) fn scale(&self) -> u32 {
        self.scale
    }

    /// Pictures per second, on average over the track.
    pub(super) fn fps(&self) -> Option<f64> {
        let (samples, units) = self.steps.iter().fold((0.0, 0.0), |(n, t), &(samples, step)| {
            (n + f64::from(samples), t + f64::from(samples) * f64::from(step))
        });
        (units > 0.0).then(|| samples * f64::from(self.scale) / units)
    }

    /// Samples that the table has times for.
    pub(super) fn samples(&self) -> u64 {
        self.steps.iter().map(|&(samples, _)| u64::from(samples)).sum()
    }

    /// The display time of the next sample, in units. Samples behind the end of the table are as far apart as the last.
    pub(super) fn next(&self, ticks: &mut Ticks) -> i64 {
        let shift = next(&self.shifts, &mut ticks.shift).unwrap_or(0);
        let now = ticks.time;
        let last = self.steps.last().map_or(1, |run| run.1);
        let step = next(&self.steps, &mut ticks.step).unwrap_or(last);
        ticks.time = now.saturating_add(i64::from(step));
        now.saturating_add(i64::from(shift))
    }

    /// When a display time is shown, in seconds of the movie; `None` if the edit list hides it.
    pub(super) fn shown(&self, time: i64) -> Option<f64> {
        let edit = self.edits.iter().find(|edit| (edit.start..edit.end).contains(&time))?;
        Some(edit.at + time.saturating_sub(edit.zero) as f64 / f64::from(self.scale))
    }

    /// Has the movie start at a display time, unless an edit list says where.
    pub(super) fn start_at(&mut self, time: i64) {
        if let [Edit { start: i64::MIN, zero, .. }] = self.edits.as_mut_slice() {
            *zero = time;
        }
    }

    /// The stretches that an edit list shows; all of it from the first picture on where there is none.
    fn edits(&self, elst: &[u8], movie_scale: u32) -> Result<Vec<Edit>, Mp4Error> {
        let listed: Vec<(u64, i64)> = match elst.first() {
            Some(1) => entries::<20>(elst, 4, "elst")?
                .iter()
                .map(|entry| {
                    let number = |at| u64_at(entry, at).unwrap_or(0);
                    (number(0), number(8).cast_signed())
                })
                .collect(),
            Some(_) => entries::<12>(elst, 4, "elst")?
                .iter()
                .map(|entry| {
                    let number = |at| u32_at(entry, at).unwrap_or(0);
                    (u64::from(number(0)), i64::from(number(4).cast_signed()))
                })
                .collect(),
            None => Vec::new(),
        };
        let seconds = |duration: u64| duration as f64 / f64::from(movie_scale);
        let (mut edits, mut at, mut last): (Vec<Edit>, _, _) = (Vec::new(), 0.0, i64::MIN);
        for (duration, start) in listed {
            // An entry from time -1 only delays what follows.
            if start >= 0 {
                let units = (u128::from(duration) * u128::from(self.scale)
                    + u128::from(movie_scale) / 2)
                    / u128::from(movie_scale);
                let units = i64::try_from(units).unwrap_or(i64::MAX);
                let end = if duration == 0 { i64::MAX } else { start.saturating_add(units) };
                if start < last {
                    return unsupported("an edit list that shows pictures twice, or out of order");
                }
                last = end;
                edits.push(Edit { start, end, zero: start, at });
            }
            at += seconds(duration);
        }
        if edits.is_empty() {
            let mut ticks = Ticks::default();
            let first = (0..32).map(|_| self.next(&mut ticks)).min().unwrap_or(0);
            edits.push(Edit { start: i64::MIN, end: i64::MAX, zero: first, at: 0.0 });
        }
        Ok(edits)
    }
}

/// The value of the run that a place (run, samples of it that are past) lies in, which moves on by a sample.
fn next<T: Copy>(runs: &[(u32, T)], place: &mut (usize, u32)) -> Option<T> {
    loop {
        let &(samples, value) = runs.get(place.0)?;
        if place.1 < samples {
            place.1 += 1;
            return Some(value);
        }
        *place = (place.0 + 1, 0);
    }
}
