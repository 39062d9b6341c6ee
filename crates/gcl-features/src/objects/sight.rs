//! What is seen of one object in one frame.

use super::finder::{Blob, Found, Picture};
use super::motion::Motion;

/// The fastest that an object is looked for, in its heights per second.
const FASTEST: f32 = 5.0;
/// How much a pixel differs that is surely the object's, and not of the ground beside it.
const CLEAR: f32 = 1.5;

/// An object in one frame. Lengths are in pixels of the frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sight {
    /// How it moves per second; none where that cannot be told.
    pub motion: Option<Motion>,
    /// Share of the box that differs from the background.
    pub filled: f32,
}

impl Sight {
    /// Describes a blob of a frame; `before` is the picture `seconds` earlier, where there is one.
    pub(super) fn of(found: &Found, blob: &Blob, before: Option<(&Picture, f64)>) -> Self {
        let [x1, y1, x2, y2] = blob.bounds;
        let area = ((x2 - x1) * (y2 - y1)).max(1);
        let filled = blob.pixels as f32 / area as f32;
        let motion = before.and_then(|(before, seconds)| {
            let inside = |at: usize| found.excess.get(at).is_some_and(|&excess| excess > CLEAR);
            let reach = (FASTEST * seconds as f32 * (y2 - y1) as f32) as usize + 2;
            let Motion { x, y, change } = Motion::of(&found.picture, before, blob, inside, reach)?;
            let scale = found.scale() / seconds as f32;
            Some(Motion { x: x * scale, y: y * scale, change })
        });
        Self { motion, filled }
    }
}
