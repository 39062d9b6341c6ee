//! Which coded pictures a stretch of frames needs, and when each is shown.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::ExcerptError;
use crate::source::annexb::FPS;
use crate::source::coded::{Bytes, Coded, Coding, Units};

/// Units of time in a second of an excerpt.
pub(super) const TICKS: f64 = 90_000.0;

/// How an excerpt's pictures are coded.
pub(super) struct CodingRecord {
    pub coding: Coding,
    /// As the container has it.
    pub config: Vec<u8>,
}

/// A coded picture.
struct Entry {
    /// In units of the container, and in seconds where it is shown.
    time: i64,
    seconds: Option<f64>,
    shown: bool,
    key: bool,
    whole: bool,
    size: u32,
}

/// All coded pictures of a video, in the order of decoding.
pub(super) struct Index {
    pub coding: CodingRecord,
    entries: Vec<Entry>,
    /// Those that are shown, in the order of display.
    order: Vec<usize>,
}

/// The coded pictures of an excerpt.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub samples: Range<usize>,
    pub sizes: Vec<u32>,
    /// Which of them are key pictures.
    pub keys: Vec<bool>,
    /// When each is shown, in ticks from the first that is decoded or shown.
    pub times: Vec<i64>,
    /// What of it is the excerpt.
    pub shown: Range<i64>,
}

impl Part {
    pub(super) fn bytes(&self) -> u64 {
        self.sizes.iter().map(|size| u64::from(*size)).sum()
    }
}

impl Index {
    /// Reads all coded pictures; in words why they cannot be copied, where that is so.
    pub(super) fn read(
        coded: &mut dyn Coded,
        cancel: &AtomicBool,
    ) -> Result<Result<Self, String>, ExcerptError> {
        let stream = coded.stream();
        let (coding, units, config) = (stream.coding, stream.units, stream.config.clone());
        if coding != Coding::Jpeg && (config.is_empty() || matches!(units, Units::StartCodes)) {
            return Ok(Err("its coded pictures are behind start codes".to_owned()));
        }
        // Pictures by themselves have no clock but this.
        let fps = stream.fps.filter(|fps| *fps > 0.0).unwrap_or(FPS);
        let seconds = |time: i64, known: Option<f64>| known.unwrap_or(time as f64 / fps);
        let (mut entries, mut bytes) = (Vec::new(), Vec::new());
        while let Some(sample) = coded.next(&mut bytes)? {
            if cancel.load(Ordering::Relaxed) {
                return Err(ExcerptError::Cancelled);
            }
            entries.push(Entry {
                time: sample.time,
                seconds: sample.shown.then(|| seconds(sample.time, coded.seconds(sample.time))),
                shown: sample.shown,
                key: is_key(coding, units, &bytes),
                whole: sample.bytes == Bytes::Whole && !sample.after_loss,
                size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            });
        }
        let mut order: Vec<usize> = (0..entries.len()).collect();
        let time = |at: usize| entries.get(at).map(|entry| entry.time);
        order.retain(|at| entries.get(*at).is_some_and(|entry| entry.shown));
        order.sort_by_key(|at| (time(*at), *at));
        Ok(Ok(Self { coding: CodingRecord { coding, config }, entries, order }))
    }

    /// What frames of a video of so many need; in words why they cannot be cut out, where that is so.
    pub(super) fn part(&self, frames: &Range<usize>, all: usize) -> Result<Part, String> {
        if self.order.len() != all {
            return Err(format!("it has {} coded pictures for {all} frames", self.order.len()));
        }
        let shown = self.order.get(frames.clone()).filter(|shown| !shown.is_empty());
        let shown = shown.ok_or_else(|| format!("no frames {frames:?} of {all}"))?;
        let first = *shown.iter().min().unwrap_or(&0);
        let end = shown.iter().max().map_or(0, |last| last + 1);
        let entry = |at: usize| self.entries.get(at);
        let begins = shown.first().and_then(|at| entry(*at)).map(|entry| entry.time);
        // What is shown before a key picture may need others before it.
        let starts = |at: &usize| entry(*at).is_some_and(|key| key.key && Some(key.time) <= begins);
        let start = (0..=first).rev().find(starts).ok_or("no key picture before it")?;
        let own = self.entries.get(start..end).unwrap_or_default();
        if own.iter().any(|entry| !entry.whole) {
            return Err("pictures of it are lost".to_owned());
        }
        let seconds = self.seconds(start..end).ok_or("its pictures have no times")?;
        let base = seconds.iter().copied().fold(f64::INFINITY, f64::min);
        let ticks = |seconds: f64| ((seconds - base) * TICKS).round() as i64;
        let times: Vec<i64> = seconds.iter().map(|seconds| ticks(*seconds)).collect();
        let at = |number: usize| entry(number).and_then(|entry| entry.seconds).map(ticks);
        let begin = shown.first().and_then(|number| at(*number)).ok_or("no time of its start")?;
        let last = shown.last().and_then(|number| at(*number)).ok_or("no time of its end")?;
        let next = self.order.get(frames.end).and_then(|number| at(*number));
        let step = match shown {
            [.., before, _] => at(*before).map_or(1, |before| last - before),
            _ => (TICKS / FPS) as i64,
        };
        let finish = next.unwrap_or(last + step).max(last + 1);
        let (sizes, keys) = own.iter().map(|entry| (entry.size, entry.key)).unzip();
        Ok(Part { samples: start..end, sizes, keys, times, shown: begin..finish })
    }

    /// When pictures would be shown, those that are not too: by the unit of time of those that are.
    fn seconds(&self, samples: Range<usize>) -> Option<Vec<f64>> {
        let known = |at: &usize| {
            let entry = self.entries.get(*at)?;
            Some((entry.time, entry.seconds?))
        };
        let mut knots = self.order.iter().filter_map(known);
        let (zero, start) = knots.next()?;
        let (time, end) = knots.next_back().unwrap_or((zero, start));
        let unit = match time - zero {
            0 => 0.0,
            units => (end - start) / units as f64,
        };
        let own = self.entries.get(samples)?;
        let place = |entry: &Entry| start + (entry.time - zero) as f64 * unit;
        Some(own.iter().map(|entry| entry.seconds.unwrap_or_else(|| place(entry))).collect())
    }
}

/// Whether decoding can start with a coded picture.
fn is_key(coding: Coding, units: Units, bytes: &[u8]) -> bool {
    let Units::Lengths(width) = units else { return coding == Coding::Jpeg };
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_at_checked(width) {
        let length = length.iter().fold(0usize, |all, byte| all << 8 | usize::from(*byte));
        let Some((unit, behind)) = behind.split_at_checked(length) else { return false };
        let key = match (coding, unit.first()) {
            (Coding::Jpeg, _) => true,
            (Coding::H264, Some(header)) => header & 31 == 5,
            // IDR, clean random access and broken links.
            (Coding::Hevc, Some(header)) => (16..=21).contains(&(header >> 1 & 63)),
            (_, None) => false,
        };
        if key {
            return true;
        }
        rest = behind;
    }
    false
}
