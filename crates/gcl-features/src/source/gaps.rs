//! Gaps in the times of pictures where bytes were lost.

/// The most pictures that a gap is filled with: a minute at 25 a second.
const MOST_FILLED: i64 = 1500;

/// Pictures behind a loss that may show it as a gap before them: what is lost in the order of decoding lies apart in that of
/// display.
const WATCHED: usize = 32;

/// Looks for gaps behind losses.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Display time of the last picture.
    last: Option<i64>,
    /// Pictures that are still to be looked at.
    watched: usize,
    /// Pictures that gaps were filled with.
    pub filled: usize,
}

impl Gaps {
    /// Bytes were lost.
    pub(super) fn watch(&mut self) {
        self.watched = WATCHED;
    }

    /// The times of pictures that are lost in front of one that is shown at this time, `step` from each to the next.
    pub(super) fn before(&mut self, time: i64, step: Option<i64>) -> Vec<i64> {
        let last = self.last.replace(time);
        let (Some(last), Some(step), 1..) = (last, step, self.watched) else { return Vec::new() };
        self.watched -= 1;
        let steps = time.saturating_sub(last).saturating_add(step / 2) / step.max(1);
        if !(2..=MOST_FILLED).contains(&steps) {
            return Vec::new();
        }
        self.filled += steps as usize - 1;
        (1..steps).map(|n| last + n * step).collect()
    }
}
