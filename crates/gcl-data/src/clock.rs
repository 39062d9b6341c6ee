//! When each frame of a video is shown.

use serde::{Deserialize, Serialize};

/// How far a time may be from the true one, in seconds.
pub const TOLERANCE: f64 = 0.005;

/// The frame of a [`FrameTimes`]' knot, and its time in seconds.
type Knot = (usize, f64);

/// The times of frames that are not evenly spaced, as a line through some of them: `[frame, seconds]` pairs, both
/// rising, the first of frame 0. A frame between two knots is shown at its share of the way, within [`TOLERANCE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Knot>", into = "Vec<Knot>")]
pub struct FrameTimes(Vec<Knot>);

impl TryFrom<Vec<Knot>> for FrameTimes {
    type Error = &'static str;

    fn try_from(knots: Vec<Knot>) -> Result<Self, Self::Error> {
        let rising = knots.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1);
        let finite = knots.iter().all(|knot| knot.1.is_finite());
        if rising && finite && knots.len() >= 2 && knots.first().is_some_and(|knot| knot.0 == 0) {
            return Ok(Self(knots));
        }
        Err("times are two or more pairs of frame and seconds, both rising, from frame 0 on")
    }
}

impl From<FrameTimes> for Vec<Knot> {
    fn from(times: FrameTimes) -> Self {
        times.0
    }
}

impl FrameTimes {
    /// The time of a frame in seconds; a frame after the last one is as far away as those before it are apart.
    pub fn seconds(&self, frame: usize) -> f64 {
        let right = self.0.partition_point(|knot| knot.0 <= frame).clamp(1, self.0.len() - 1);
        let (Some(&(from, start)), Some(&(to, end))) = (self.0.get(right - 1), self.0.get(right))
        else {
            return 0.0; // not reached: there are two knots
        };
        start + (frame as f64 - from as f64) * (end - start) / (to - from) as f64
    }
}

/// When a video's frames are shown.
///
/// ```
/// use gcl_data::Clock;
///
/// assert_eq!(Clock::new(Some(25.0), None).and_then(|clock| clock.seconds(50)), Some(2.0));
/// // A camera that stops for a minute after a second.
/// let times = vec![(0, 0.0), (10, 1.0), (11, 61.0), (20, 61.9)].try_into()?;
/// let clock = Clock::new(Some(0.3), Some(times)).ok_or("no clock")?;
/// assert_eq!((clock.seconds(5), clock.seconds(11), clock.fps()), (Some(0.5), Some(61.0), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Clock {
    /// Evenly from 0 on, so many a second.
    Even(f64),
    /// As listed.
    Listed(FrameTimes),
}

impl Clock {
    /// The clock of a video of which these are known; none if neither is.
    pub fn new(fps: Option<f64>, times: Option<FrameTimes>) -> Option<Self> {
        times.map(Self::Listed).or_else(|| fps.map(Self::Even))
    }

    /// The time of a frame, in seconds; `None` unless the rate is a positive finite number.
    pub fn seconds(&self, frame: usize) -> Option<f64> {
        match self {
            Self::Even(fps) if fps.is_finite() && *fps > 0.0 => Some(frame as f64 / fps),
            Self::Even(_) => None,
            Self::Listed(times) => Some(times.seconds(frame)),
        }
    }

    /// The first of a video's frames that is shown at this time or later; the number of frames if none is.
    pub fn frame_at(&self, seconds: f64, frames: usize) -> usize {
        let (mut low, mut high) = (0, frames);
        while low < high {
            let middle = low + (high - low) / 2;
            // A frame's time is a quotient, whose last digits are of no account.
            match self.seconds(middle).is_some_and(|time| time + 1e-6 < seconds) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// Frames per second, where all are as far apart.
    pub fn fps(&self) -> Option<f64> {
        match self {
            Self::Even(fps) => Some(*fps),
            Self::Listed(_) => None,
        }
    }
}

/// Gathers the times of a video's frames, in little more memory than the result.
#[derive(Debug, Clone, Default)]
pub struct TimesBuilder {
    knots: Vec<Knot>,
    last: Option<Knot>,
    frames: usize,
    /// The slopes of lines from the last knot that pass all later frames closely enough.
    slopes: Option<(f64, f64)>,
}

impl TimesBuilder {
    /// Adds the next frame's time, in seconds. One that does not rise is put just behind the one before.
    pub fn push(&mut self, seconds: f64) {
        let frame = self.frames;
        self.frames += 1;
        let Some(last) = self.last else {
            let start = (frame, if seconds.is_finite() { seconds } else { 0.0 });
            self.knots.push(start);
            self.last = Some(start);
            return;
        };
        let seconds = if seconds > last.1 && seconds.is_finite() { seconds } else { last.1 + 1e-3 };
        let from = self.knots.last().copied().unwrap_or(last);
        let slope = |from: Knot, to: f64| (to - from.1) / (frame - from.0) as f64;
        let fits = |(low, high): (f64, f64)| (low..=high).contains(&slope(from, seconds));
        let from = match self.slopes.is_none_or(fits) {
            true => from,
            false => {
                self.knots.push(last);
                self.slopes = None;
                last
            }
        };
        let (low, high) = (slope(from, seconds - TOLERANCE), slope(from, seconds + TOLERANCE));
        let before = self.slopes.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        self.slopes = Some((before.0.max(low), before.1.min(high)));
        self.last = Some((frame, seconds));
    }

    /// The mean rate, and the times where the frames are not evenly spaced from 0 on. `stated` is the rate that the
    /// file gives, which is taken where it agrees.
    pub fn finish(mut self, stated: Option<f64>) -> (Option<f64>, Option<FrameTimes>) {
        let stated = stated.filter(|fps| fps.is_finite() && *fps > 0.0);
        let (Some(&first), Some(last)) = (self.knots.first(), self.last) else {
            return (stated, None);
        };
        if last.0 == 0 {
            return (stated, None);
        }
        let (steps, span) = (last.0 as f64, last.1 - first.1);
        let agrees = |fps: &f64| (steps / fps - span).abs() <= TOLERANCE;
        let fps = stated.filter(agrees).unwrap_or(steps / span);
        self.knots.push(last);
        let even = self.knots.len() == 2 && first.1.abs() <= TOLERANCE;
        (Some(fps), if even { None } else { FrameTimes::try_from(self.knots).ok() })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn built(
        times: impl IntoIterator<Item = f64>,
        stated: Option<f64>,
    ) -> (Option<f64>, Option<FrameTimes>) {
        let mut builder = TimesBuilder::default();
        times.into_iter().for_each(|time| builder.push(time));
        builder.finish(stated)
    }

    #[test]
    fn even_frames_need_a_rate_only() {
        let rounded = (0..500).map(|n| (f64::from(n) * 1000.0 / 30.0).round() / 1000.0);
        assert_eq!(built(rounded, Some(30.0)), (Some(30.0), None));
        let (fps, times) = built((0..500).map(|n| f64::from(n) / 10.0), Some(1000.0));
        assert!((fps.unwrap() - 10.0).abs() < 1e-9 && times.is_none());
        assert_eq!(built([], Some(25.0)), (Some(25.0), None));
        assert_eq!(built([0.0], None), (None, None));
    }

    #[test]
    fn any_times_are_kept_within_the_tolerance() {
        let jitter = |n: usize| (n * 7919 % 100) as f64 / 1000.0;
        let times: Vec<f64> = (0..300)
            .map(|n| n as f64 * 0.1 + if n > 200 { 60.0 + jitter(n) } else { 0.0 })
            .collect();
        let (_, kept) = built(times.iter().copied(), Some(10.0));
        let kept = kept.unwrap();
        for (n, time) in times.iter().enumerate() {
            assert!((kept.seconds(n) - time).abs() <= TOLERANCE + 1e-9, "frame {n}");
        }
        assert!(kept.0.len() < 110, "{} knots", kept.0.len());
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<FrameTimes>(&text).unwrap(), kept);
        assert!(serde_json::from_str::<FrameTimes>("[[0, 1.0], [2, 1.0]]").is_err());
    }

    #[test]
    fn a_time_leads_back_to_its_frame() {
        let gap = FrameTimes::try_from(vec![(0, 0.0), (10, 1.0), (11, 61.0), (20, 61.9)]).unwrap();
        for clock in [Clock::Even(10.0), Clock::Listed(gap)] {
            for frame in 0..20 {
                assert_eq!(clock.frame_at(clock.seconds(frame).unwrap(), 20), frame);
            }
            assert_eq!((clock.frame_at(-5.0, 20), clock.frame_at(1e9, 20)), (0, 20));
        }
        assert_eq!(Clock::Even(f64::NAN).frame_at(1.0, 20), 0);
    }

    #[test]
    fn a_late_start_and_a_clock_that_falls_back_are_times() {
        let (fps, times) = built((0..50).map(|n| 60.0 + f64::from(n) / 25.0), Some(25.0));
        assert_eq!((fps, times.unwrap().seconds(25)), (Some(25.0), 61.0));
        let (_, times) = built([0.0, 0.1, 0.05, 0.3], None);
        let times = times.unwrap();
        assert!(times.seconds(2) > times.seconds(1) && (times.seconds(3) - 0.3).abs() < 0.01);
    }
}
