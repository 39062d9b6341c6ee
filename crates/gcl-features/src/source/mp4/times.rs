//! When each picture is shown: frame rate, and edit lists that would leave pictures out.

use super::boxes::{child, entries, pair, u32_at, u64_at};
use super::{Mp4Error, damaged, need, unsupported};

/// Decoding times (`stts`) and shifts to display times (`ctts`) of all samples, in runs.
pub(super) struct Times {
    /// Units per second.
    scale: u32,
    /// (samples, units between one and the next).
    steps: Vec<(u32, u32)>,
    /// (samples, units from decoding to display).
    shifts: Vec<(u32, i32)>,
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
    /// Reads the times of `samples` samples.
    pub(super) fn read(table: &[u8], scale: u32, samples: usize) -> Result<Self, Mp4Error> {
        let steps: Vec<(u32, u32)> =
            entries::<8>(need(table, b"stts")?, 4, "stts")?.iter().map(pair).collect();
        let timed: u64 = steps.iter().map(|&(samples, _)| u64::from(samples)).sum();
        if timed != samples as u64 {
            return damaged(format!("{samples} pictures in the index, but times for {timed}"));
        }
        let shifts = match child(table, b"ctts")? {
            None => Vec::new(),
            Some(ctts) => entries::<8>(ctts, 4, "ctts")?
                .iter()
                .map(pair)
                .map(|(samples, shift)| (samples, shift.cast_signed()))
                .collect(),
        };
        Ok(Self { scale, steps, shifts })
    }

    /// Pictures per second, on average over the track.
    pub(super) fn fps(&self) -> Option<f64> {
        let (samples, units) = self.steps.iter().fold((0.0, 0.0), |(n, t), &(samples, step)| {
            (n + f64::from(samples), t + f64::from(samples) * f64::from(step))
        });
        (units > 0.0).then(|| samples * f64::from(self.scale) / units)
    }

    /// An error for an edit list that hides pictures or shows them more than once: players would
    /// then show other frames than the track holds. The usual list only takes back the shift of B-frames.
    pub(super) fn check_edits(&self, elst: &[u8], movie_scale: u32) -> Result<(), Mp4Error> {
        let edits: Vec<(u64, i64)> = match elst.first() {
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
        // An entry from time -1 only delays the start.
        let mut shown = edits.iter().filter(|edit| edit.1 != -1);
        let (Some(&(duration, start)), None) = (shown.next(), shown.next()) else {
            return if edits.is_empty() { Ok(()) } else { unsupported("an edit list with cuts") };
        };
        let units = (u128::from(duration) * u128::from(self.scale) + u128::from(movie_scale) / 2)
            / u128::from(movie_scale);
        let end = match duration {
            0 => i128::MAX,
            _ => i128::from(start) + units.cast_signed(),
        };
        let all_shown =
            self.display_times().all(|time| (i128::from(start)..end).contains(&i128::from(time)));
        if all_shown { Ok(()) } else { unsupported("an edit list that hides pictures") }
    }

    /// Display time of every sample, in decoding order.
    fn display_times(&self) -> impl Iterator<Item = i64> {
        let steps = self.steps.iter().flat_map(|&(n, step)| (0..n).map(move |_| i64::from(step)));
        let shifts = self.shifts.iter().flat_map(|&(n, shift)| (0..n).map(move |_| shift));
        let shifts = shifts.map(i64::from).chain(std::iter::repeat(0));
        let decoding = steps.scan(0i64, |time, step| {
            let now = *time;
            *time = now.saturating_add(step);
            Some(now)
        });
        decoding.zip(shifts).map(|(time, shift)| time.saturating_add(shift))
    }
}
