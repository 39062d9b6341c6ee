//! The times of FFmpeg's frames: rising, and with gaps where pictures were lost.

use super::MOST_FILLED;

/// The times of the frames so far.
pub(super) struct Clock {
    /// From a frame to the next, where the file has a rate.
    pub step: Option<f64>,
    last: Option<f64>,
    /// From the frame before the last to the last.
    before: Option<f64>,
    /// What is added to FFmpeg's times since its clock fell back.
    offset: f64,
    /// Whether there was a complaint since the last gap.
    troubled: bool,
}

impl Clock {
    pub(super) fn new(fps: Option<f64>) -> Self {
        let step = fps.map(|fps| 1.0 / fps);
        Self { step, last: None, before: None, offset: 0.0, troubled: false }
    }

    /// The end of the last frame.
    pub(super) fn end(&self) -> Option<f64> {
        Some(self.last? + self.step?)
    }

    /// The next frame's time, and those of the pictures that were lost before it: in a video that was even so far and of
    /// which FFmpeg complained. In any other one a gap is the camera's.
    pub(super) fn tick(&mut self, seconds: Option<f64>, troubled: bool) -> (Vec<f64>, Option<f64>) {
        self.troubled |= troubled;
        let Some(last) = self.last else {
            self.last = Some(seconds.unwrap_or(0.0));
            return (Vec::new(), self.last);
        };
        let step = self.step.or(self.before).unwrap_or(0.04);
        let mut now = seconds.map_or(last + step, |seconds| seconds + self.offset);
        if now <= last {
            self.offset += last + step - now;
            now = last + step;
        }
        let even = self.before.is_some_and(|before| (before - step).abs() < step / 4.0);
        let steps = ((now - last) / step).round();
        let mut gap = Vec::new();
        if self.troubled && even && (2.0..=MOST_FILLED).contains(&steps) {
            self.troubled = false;
            gap = (1..steps as usize).map(|n| last + step * n as f64).collect();
        }
        self.before = Some(if gap.is_empty() { now - last } else { step });
        self.last = Some(now);
        (gap, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(fps: f64, times: &[(f64, bool)]) -> (usize, Vec<f64>) {
        let mut clock = Clock::new(Some(fps));
        let mut filled = 0;
        let mut shown = Vec::new();
        for &(time, troubled) in times {
            let (gap, now) = clock.tick(Some(time), troubled);
            filled += gap.len();
            shown.extend(gap.into_iter().chain(now));
        }
        (filled, shown.into_iter().map(|time| (time * 100.0).round() / 100.0).collect())
    }

    #[test]
    fn gaps_are_filled_only_where_something_was_lost() {
        let lost = [(0.0, false), (0.1, true), (0.4, false), (0.5, false)];
        assert_eq!(run(10.0, &lost), (2, vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5]));
        let camera = lost.map(|(time, _)| (time, false));
        assert_eq!(run(10.0, &camera), (0, vec![0.0, 0.1, 0.4, 0.5]));
        // A camera that gives frames as they come: its gaps are its own, whatever else is broken.
        let uneven = [(0.0, false), (0.17, true), (0.6, false), (0.65, false)];
        assert_eq!(run(10.0, &uneven).0, 0);
    }

    #[test]
    fn a_clock_that_restarts_goes_on() {
        let joined = [(0.0, false), (0.1, false), (0.0, false), (0.1, false)];
        assert_eq!(run(10.0, &joined), (0, vec![0.0, 0.1, 0.2, 0.3]));
    }
}
