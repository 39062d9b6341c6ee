//! The rule that cuts tracks into windows.

use super::WindowError;

/// How tracks are cut into windows (STG-NF's rule, as published).
///
/// A track of n frames has ⌈(n − length) / stride⌉ windows, none where n ≤ length: its last frame is in
/// none of them, and a track of exactly `length` frames has no window. A window is kept if at most
/// `missing` of the `length` frame numbers from its first one on are missing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowRule {
    /// T, frames in a window: 24 on ShanghaiTech, 16 on UBnormal.
    pub length: usize,
    /// Frames of the track from one window's start to the next one's: 6 in training, 1 in scoring.
    pub stride: usize,
    /// Frame numbers that may be missing, 2.
    pub missing: usize,
}

impl WindowRule {
    /// The largest length and stride.
    pub const MAX: usize = 1 << 12;

    /// Windows for training: a stride of 6, and up to 2 missing frames.
    pub fn training(length: usize) -> Self {
        Self { length, stride: 6, missing: 2 }
    }

    /// Windows for scoring: a stride of 1, and up to 2 missing frames.
    pub fn scoring(length: usize) -> Self {
        Self { length, stride: 1, missing: 2 }
    }

    /// Checks that length and stride are 1 to [`WindowRule::MAX`].
    ///
    /// # Errors
    /// [`WindowError::Refused`].
    pub fn validate(self) -> Result<Self, WindowError> {
        for (what, found) in [("length", self.length), ("stride", self.stride)] {
            if !(1..=Self::MAX).contains(&found) {
                return Err(WindowError::rule(what, found, Self::MAX));
            }
        }
        Ok(self)
    }

    /// Positions in `frames`, which rise, at which a window starts.
    pub(super) fn starts(self, frames: &[u32]) -> impl Iterator<Item = usize> {
        let count = frames.len().saturating_sub(self.length).div_ceil(self.stride);
        (0..count).map(move |k| k * self.stride).filter(move |&start| {
            let inside = |window: &[u32]| {
                let end = u64::from(window.first().copied().unwrap_or(0)) + self.length as u64;
                window.iter().filter(|&&frame| u64::from(frame) < end).count()
            };
            let window = frames.get(start..start + self.length);
            window.is_some_and(|window| inside(window) + self.missing >= self.length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(rule: WindowRule, frames: &[u32]) -> Vec<usize> {
        rule.starts(frames).collect()
    }

    #[test]
    fn a_track_as_long_as_a_window_has_none() {
        let frames: Vec<u32> = (10..30).collect();
        let rule = |length, stride| WindowRule { length, stride, missing: 2 };
        assert!(starts(rule(20, 1), &frames).is_empty());
        assert!(starts(rule(24, 6), &frames).is_empty());
        assert_eq!(starts(rule(19, 1), &frames), [0]);
        assert_eq!(starts(rule(16, 1), &frames), [0, 1, 2, 3]);
        assert_eq!(starts(rule(12, 6), &frames), [0, 6]);
        assert_eq!(starts(rule(7, 6), &frames), [0, 6, 12]);
        assert!(rule(0, 1).validate().is_err() && rule(4, 0).validate().is_err());
    }

    #[test]
    fn two_frames_may_be_missing_and_not_three() {
        // Window of 6 from frame 0: 0 1 2 5 6 7 are 2 short (6 and 7 are too late); from 1: 3 short.
        let frames = [0, 1, 2, 5, 6, 7, 8, 9, 10];
        let rule = WindowRule { length: 6, stride: 1, missing: 2 };
        assert_eq!(starts(rule, &frames), [0, 1, 2]);
        assert_eq!(starts(WindowRule { missing: 1, ..rule }, &frames), [] as [usize; 0]);
        let frames = [0, 1, 2, 6, 7, 8, 9, 10, 11];
        assert_eq!(starts(rule, &frames), [] as [usize; 0]);
        // The largest frame number does not overflow.
        let frames: Vec<u32> = (u32::MAX - 6..=u32::MAX).collect();
        assert_eq!(starts(rule, &frames), [0]);
    }
}
