//! The tracker's settings.

use gcl_data::tracks::Detection;

use super::TrackerError;

/// How boxes are joined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackerOptions {
    /// Frames per second of the video: how far an object gets between two frames.
    pub fps: f64,
    /// Boxes that a track needs to be one; shorter ones are noise.
    pub confirm: usize,
    /// Seconds for which an object may be out of sight and keep its number. One that was seen for a
    /// shorter time may be out of sight for that time.
    pub patience: f64,
    /// The least overlap, intersection over union, of an expected box and the seen one that continues it.
    pub overlap: f32,
    /// The confidence from which on a box starts a track; boxes without one do.
    pub sure: f32,
    /// Standard deviation of a detector's box around the object, in heights.
    pub noise: f64,
    /// Standard deviation of an object's acceleration, in heights per second per second.
    pub acceleration: f64,
}

impl Default for TrackerOptions {
    /// 25 frames per second, 3 boxes, 1 second, overlap 0.2, confidence 0.5, noise 0.05, acceleration 4.
    fn default() -> Self {
        Self {
            fps: 25.0,
            confirm: 3,
            patience: 1.0,
            overlap: 0.2,
            sure: 0.5,
            noise: 0.05,
            acceleration: 4.0,
        }
    }
}

impl TrackerOptions {
    /// Checks that everything is in its range.
    ///
    /// # Errors
    /// [`TrackerError`].
    pub fn validate(&self) -> Result<(), TrackerError> {
        let TrackerOptions { fps, confirm: _, patience, overlap, sure, noise, acceleration } =
            *self;
        let positive = |v: f64| v.is_finite() && v > 0.0;
        for (fits, option, found, expected) in [
            (positive(fps), "frame rate", fps, "a positive number"),
            (patience.is_finite() && patience >= 0.0, "patience", patience, "seconds, at least 0"),
            (overlap > 0.0 && overlap <= 1.0, "overlap", f64::from(overlap), "0 to 1, above 0"),
            (!sure.is_nan(), "confidence", f64::from(sure), "a number"),
            (positive(noise), "noise", noise, "heights, above 0"),
            (positive(acceleration), "acceleration", acceleration, "heights, above 0"),
        ] {
            if !fits {
                let problem = format!("the tracker's {option} is {found}; expected {expected}");
                return Err(TrackerError(problem));
            }
        }
        Ok(())
    }

    /// Whether a box may start a track.
    pub(super) fn is_sure(&self, detection: &Detection) -> bool {
        detection.confidence.is_none_or(|confidence| confidence >= self.sure)
    }
}
