//! A stretch of time to look at.

use std::ops::Range;
use std::str::FromStr;

use gcl_data::WallTime;
use gcl_eval::report::VideoScores;

use super::DAY;
use crate::error::{Error, Result};

/// A start or an end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// So many seconds after each video's start.
    Seconds(f64),
    /// At this date and time.
    Clock(WallTime),
    /// At this time of each day, in seconds after midnight.
    Daily(u32),
}

/// What is looked at: all of the footage, or what lies between two bounds of one kind. Where a time of day to end at is not
/// after the one to start at, the stretch goes over midnight.
///
/// ```
/// use gcl::pick::{Bound, Span};
///
/// let night = Span { from: Some("22:00".parse()?), to: Some("6:00".parse()?) };
/// assert_eq!(night.from, Some(Bound::Daily(79_200)));
/// assert_eq!("+1:30".parse(), Ok(Bound::Seconds(90.0)));
/// assert!(matches!("2024-01-31 22:00".parse(), Ok(Bound::Clock(_))));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Span {
    /// Where it starts; at the footage's start if absent.
    pub from: Option<Bound>,
    /// Where it ends; at the footage's end if absent.
    pub to: Option<Bound>,
}

impl Span {
    /// Refuses bounds of two kinds, and ends that are not after their starts.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = |text: &str| Err(Error::Setting(text.to_owned()));
        match (self.from, self.to) {
            (Some(Bound::Seconds(from)), Some(Bound::Seconds(to))) if to <= from => {
                wrong("the span's end is not after its start")
            }
            (Some(Bound::Clock(from)), Some(Bound::Clock(to))) if to <= from => {
                wrong("the span's end is not after its start")
            }
            (Some(from), Some(to))
                if std::mem::discriminant(&from) != std::mem::discriminant(&to) =>
            {
                wrong(
                    "the span's start and end are of two kinds: give two dates with times, two times of day, or two times \
                 within each video",
                )
            }
            _ => Ok(()),
        }
    }

    /// Whether all of the footage is looked at.
    pub(super) fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it takes the clock time of the recording.
    pub(super) fn is_of_clock(&self) -> bool {
        let of_clock = |bound: Bound| !matches!(bound, Bound::Seconds(_));
        [self.from, self.to].into_iter().flatten().any(of_clock)
    }

    /// The frames of a video that lie in it, in order.
    pub(super) fn frames(&self, video: &VideoScores) -> Vec<Range<usize>> {
        let frames = video.scores.len();
        let whole = || std::iter::once(0..frames).collect();
        let Some(clock) = video.clock.as_ref().filter(|_| !self.is_all()) else { return whole() };
        let start = clock.seconds(0).unwrap_or(0.0);
        let end = clock.seconds(frames).unwrap_or(start);
        let cut = |(from, to): (f64, f64)| {
            let range = clock.frame_at(from, frames)..clock.frame_at(to, frames);
            (!range.is_empty()).then_some(range)
        };
        self.stretches(video.recorded, (start, end)).into_iter().filter_map(cut).collect()
    }

    /// The stretches of a video, which goes from one time to another, in its own seconds.
    fn stretches(&self, recorded: Option<WallTime>, (start, end): (f64, f64)) -> Vec<(f64, f64)> {
        let daily = |bound| match bound {
            Some(Bound::Daily(seconds)) => Some(f64::from(seconds)),
            _ => None,
        };
        let (from, to) = (daily(self.from), daily(self.to));
        if from.is_none() && to.is_none() {
            let place = |bound| match (bound, recorded) {
                (Bound::Clock(at), Some(recorded)) => at.since(recorded),
                (Bound::Seconds(seconds), _) => start + seconds,
                _ => start,
            };
            return vec![(self.from.map_or(start, place), self.to.map_or(end + 1.0, place))];
        }
        // From the midnight before the video on.
        let first = -f64::from(recorded.map_or(0, WallTime::of_day));
        let (from, to) = (from.unwrap_or(0.0), to.unwrap_or(DAY));
        let length = if to > from { to - from } else { to - from + DAY };
        let days = ((end - first) / DAY).ceil().max(0.0) as usize;
        (0..=days)
            .map(|day| first + (day as f64 - 1.0) * DAY + from)
            .map(|from| (from, from + length))
            .filter(|(from, to)| *from < end && *to > start)
            .collect()
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no time: expected a date with a time (2024-01-31 22:00), a time of day (22:00), or with a plus \
                 a time within each video (+0:12:30, +750)"
            )
        };
        if let Some(text) = text.strip_prefix('+') {
            return seconds(text).map(Self::Seconds).ok_or_else(wrong);
        }
        let date = |text: &str| text.parse().ok().map(Self::Clock);
        if let Some(found) = date(text).or_else(|| date(&format!("{text}:00"))) {
            return Ok(found);
        }
        let parts = text.split(':').count();
        let full = if parts == 2 { format!("{text}:00") } else { text.to_owned() };
        let of_day = seconds(&full).filter(|seconds| parts > 1 && *seconds <= DAY);
        of_day.map(|seconds| Self::Daily(seconds as u32)).ok_or_else(wrong)
    }
}

/// Seconds, as `H:MM:SS`, `M:SS` or a number.
fn seconds(text: &str) -> Option<f64> {
    let parts: Vec<&str> = text.split(':').collect();
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = |text: &&str| text.parse::<f64>().ok().filter(|_| plain(text));
    let numbers: Option<Vec<f64>> = parts.iter().map(number).collect();
    match *numbers?.as_slice() {
        [seconds] => Some(seconds),
        [minutes, seconds] if seconds < 60.0 => Some(60.0 * minutes + seconds),
        [hours, minutes, seconds] if minutes < 60.0 && seconds < 60.0 => {
            Some(3600.0 * hours + 60.0 * minutes + seconds)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]
    use gcl_data::Clock;

    use super::*;

    fn span(from: &str, to: &str) -> Span {
        let bound = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        Span { from: bound(from), to: bound(to) }
    }

    /// The frames, one a minute, of two days from 18:00 on.
    fn frames(from: &str, to: &str) -> Vec<Range<usize>> {
        let video = VideoScores {
            scores: vec![0.0; 2880],
            clock: Some(Clock::Even(1.0 / 60.0)),
            recorded: "2024-01-31 18:00:00".parse().ok(),
            ..VideoScores::default()
        };
        let span = span(from, to);
        span.check().unwrap();
        span.frames(&video)
    }

    #[test]
    fn stretches_of_every_kind() {
        assert_eq!(frames("", ""), [0..2880]);
        assert_eq!(frames("+1:00:00", "+7200"), [60..120]);
        assert_eq!(frames("+0:30:00", ""), [30..2880]);
        assert_eq!(frames("2024-01-31 19:00", "2024-02-01 00:00:00"), [60..360]);
        assert_eq!(frames("", "2024-01-31 18:10"), [0..10]);
        assert!(frames("2024-02-09 00:00", "").is_empty());
        assert_eq!(frames("22:00", "6:00"), [240..720, 1680..2160]);
        assert_eq!(frames("17:00", "19:00"), [0..60, 1380..1500, 2820..2880]);
        assert_eq!(frames("20:00", ""), [120..360, 1560..1800]);
        assert_eq!(frames("", "01:00"), [360..420, 1800..1860]);
        assert_eq!(frames("12:00", "12:00:00"), [0..1080, 1080..2520, 2520..2880]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "+",
            "12",
            "25:00",
            "1:60",
            "12:00:61",
            "+1:2:3:4",
            "-5",
            "+-5",
            "+1e3",
            "noon",
            "2024-01-31",
        ] {
            assert!(text.parse::<Bound>().is_err(), "{text}");
        }
        for (from, to) in [("+5", "+5"), ("+5", "12:00"), ("2024-01-31 12:00", "2024-01-31 11:00")]
        {
            assert!(span(from, to).check().is_err(), "{from} {to}");
        }
    }
}
