//! The clock of an MPEG-TS stream.

use super::tables::wrapped;
use super::{TICKS, USUAL_STEP};

/// A jump of the clock by more than so many ticks is a restart, and not a gap: recordings of events have long ones.
const JUMP: i64 = 3600 * TICKS;

/// The clock of the stream: it may wrap, restart where recordings were joined, and have gaps.
#[derive(Default)]
pub(super) struct Clock {
    pub first: Option<i64>,
    /// When the last picture was decoded, with its offset.
    last: Option<i64>,
    /// From a picture to the next, and the same of the last two pictures.
    pub step: Option<i64>,
    before: Option<i64>,
    offset: i64,
    /// From decoding to display of the last picture.
    delay: i64,
}

impl Clock {
    /// Whether it starts anew with a picture that is decoded at this time.
    pub(super) fn restarts(&self, decoded: i64) -> bool {
        self.last.is_some_and(|last| !(1..=JUMP).contains(&wrapped(decoded + self.offset - last)))
    }

    /// Whether a picture had a time.
    pub(super) fn has_begun(&self) -> bool {
        self.last.is_some()
    }

    /// A picture's display time.
    pub(super) fn tick(&mut self, stamps: Option<(i64, i64)>, lossy: bool) -> i64 {
        let step = self.step.unwrap_or(USUAL_STEP).max(1);
        let Some((decoded, shown)) = stamps else {
            // A second field, or one of several pictures in a packet.
            let now = self.last.map_or(0, |last| last + step / 2);
            self.last = Some(now);
            return now + self.delay;
        };
        let Some(last) = self.last else {
            (self.first, self.last, self.delay) = (Some(shown), Some(decoded), shown - decoded);
            return shown;
        };
        let ahead = wrapped(decoded + self.offset - last);
        // Twice the same is the rate, and not a stamp that is damaged.
        let difference = if (1..=JUMP).contains(&ahead) { ahead } else { step };
        let now = last + difference;
        self.offset = now - decoded;
        if !lossy && self.before.is_some_and(|before| (difference - before).abs() <= before / 16) {
            self.step = Some(difference);
        }
        self.before = Some(difference);
        (self.last, self.delay) = (Some(now), shown - decoded);
        now + self.delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_on_where_it_restarts() {
        let mut clock = Clock::default();
        let mut tick = |decoded: i64| clock.tick(Some((decoded, decoded + 10)), false);
        assert_eq!([1000, 4600, 8200].map(&mut tick), [1010, 4610, 8210]);
        assert_eq!(tick(22_600), 22_610); // the camera's own gap
        assert_eq!([1000, 4600].map(&mut tick), [26_210, 29_810]);
        assert_eq!(clock.step, Some(3600));
    }

    #[test]
    fn the_clock_goes_on_behind_its_33_bits() {
        let (mut clock, last) = (Clock::default(), (1 << 33) - 1000);
        let mut tick = |decoded: i64| clock.tick(Some((decoded, decoded + 7200)), false) - last;
        assert_eq!([last, 2600, 6200].map(&mut tick), [7200, 10_800, 14_400]);
        assert!(!clock.restarts(9800) && clock.restarts(6200) && clock.restarts(400_000_000));
    }
}
