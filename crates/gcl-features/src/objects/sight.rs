//! What one object looks like in one frame, and how its parts move.

use super::finder::{Blob, Found, Picture};
use super::motion::Motion;

/// Values of appearance: strength of edges in four directions, in three bands from top to bottom.
pub(super) const LOOK: usize = 3 * 4;
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
    /// Shares of the edges' strength.
    pub look: [f32; LOOK],
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
        Self { motion, filled, look: look(&found.picture, blob) }
    }
}

/// The eighth of a turn around which a movement goes.
fn direction(x: f32, y: f32) -> usize {
    // The bounds of "right" are at an eighth of a turn's half: tan(22.5 degrees).
    const SLOPE: f32 = 0.414_213_57;
    let (across, down) = (x.abs(), y.abs());
    match (down < SLOPE * across, across < SLOPE * down) {
        (true, _) => {
            if x > 0.0 {
                0
            } else {
                4
            }
        }
        (_, true) => {
            if y > 0.0 {
                2
            } else {
                6
            }
        }
        _ => match (x > 0.0, y > 0.0) {
            (true, true) => 1,
            (false, true) => 3,
            (false, false) => 5,
            (true, false) => 7,
        },
    }
}

/// The shares that edges of four directions have in the box, for each third of its height.
fn look(picture: &Picture, blob: &Blob) -> [f32; LOOK] {
    let [x1, y1, x2, y2] = blob.bounds;
    let mut sums = [0.0f32; LOOK];
    for y in y1..y2 {
        let band = 3 * (y - y1) / (y2 - y1).max(1);
        for x in x1..x2 {
            let at =
                |i: isize, j: isize| i32::from(picture.at(x as isize + i, y as isize + j)) as f32;
            let (gx, gy) = (at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1));
            // An edge and the same one from dark to bright are one direction.
            if let Some(sum) = sums.get_mut(4 * band + direction(gx, gy) % 4) {
                *sum += (gx * gx + gy * gy).sqrt();
            }
        }
    }
    let total = sums.iter().sum::<f32>().max(1.0);
    sums.map(|sum| sum / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_go_clockwise_from_the_right() {
        let around = [
            (3.0, 0.1),
            (2.0, 2.0),
            (0.2, 5.0),
            (-1.0, 1.0),
            (-4.0, -0.3),
            (-1.0, -1.2),
            (0.0, -2.0),
            (1.0, -1.0),
        ];
        for (expected, (x, y)) in around.into_iter().enumerate() {
            assert_eq!(direction(x, y), expected);
        }
    }
}
