//! A vector for each object in each clip: how it moves, its shape and its place.

use gcl_data::Clips;
use gcl_data::tracks::Bounds;

use super::follow::Followed;
use super::motion::Motion;
use super::sight::Sight;
use super::tracker::Track;

/// Values of an object's window.
pub const WINDOW_VALUES: usize = MOTION + SHAPE;
const MOTION: usize = 4;
const SHAPE: usize = 4;
/// A box that is no farther from the picture's border, in pixels, is cut by it.
const BORDER: f32 = 2.0;
/// The least height that movement is measured in, as a share of the picture's.
const UNIT: f32 = 0.125;

/// One object in one clip.
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectWindow {
    /// The clip, from 0.
    pub clip: usize,
    /// The object's number in the video.
    pub track: u32,
    /// The frame of the middle one of its boxes in the clip, and that box in pixels.
    pub frame: u32,
    /// The box.
    pub bounds: Bounds,
    /// [`WINDOW_VALUES`] values.
    pub values: [f32; WINDOW_VALUES],
}

impl Followed {
    /// A window for each object in each clip of which it is seen in a quarter of the frames, clip by clip.
    ///
    /// | values | what |
    /// |---|---|
    /// | 0, 1 | movement to the right and down, in heights of the object per second |
    /// | 2 | its length |
    /// | 3 | how much the object changes as it moves, as a share of its contrast |
    /// | 4 | ln(height of the object / height of the picture) |
    /// | 5 | ln(width / height) |
    /// | 6 | share of the box that differs from the background |
    /// | 7 | lower end of the box, as a share of the picture's height |
    ///
    /// Medians over the frames. Those in which the box touches the picture's border do not count: who is half
    /// in view has no size. Movement is measured in heights of at least an eighth of the picture, so that a part
    /// of somebody does not seem to race; where the object is not found again (values 0–2 are 0), value 3 is 1.
    pub fn windows(&self, clips: Clips) -> Vec<ObjectWindow> {
        let mut out = Vec::new();
        for track in &self.tracks {
            let (first, last) =
                track.boxes.frames.first().zip(track.boxes.frames.last()).unwrap_or((&0, &0));
            let from =
                (*first as usize / clips.stride).saturating_sub(clips.length / clips.stride + 1);
            let to = (*last as usize / clips.stride + 2).min(clips.count(self.frames));
            for clip in from..to {
                let mut frames = clips.frames_of(clip, self.frames);
                let Some(start) = frames.next() else { continue };
                let end = frames.fold(start, usize::max) + 1;
                out.extend(self.window(track, clip, start..end));
            }
        }
        out.sort_by_key(|window| (window.clip, window.track));
        out
    }

    fn window(
        &self,
        track: &Track<Sight>,
        clip: usize,
        frames: std::ops::Range<usize>,
    ) -> Option<ObjectWindow> {
        let numbers = &track.boxes.frames;
        let from = numbers.partition_point(|&frame| (frame as usize) < frames.start);
        let to = numbers.partition_point(|&frame| (frame as usize) < frames.end);
        let (right, lower) = (self.size.0 as f32, self.size.1 as f32);
        let whole = |[x1, y1, x2, y2]: &Bounds| {
            *x1 > BORDER && *y1 > BORDER && *x2 < right - BORDER && *y2 < lower - BORDER
        };
        let seen: Vec<(u32, &Bounds, &Sight)> = numbers
            .iter()
            .zip(&track.boxes.boxes)
            .zip(&track.notes)
            .map(|((&frame, bounds), sight)| (frame, bounds, sight))
            .take(to)
            .skip(from)
            .filter(|(_, bounds, _)| whole(bounds))
            .collect();
        if seen.is_empty() || 4 * seen.len() < frames.len() {
            return None;
        }
        let of = |value: &dyn Fn(&Bounds) -> f32| median(seen.iter().map(|(_, b, _)| value(b)));
        let (width, height) = (of(&|b| b[2] - b[0]), of(&|b| b[3] - b[1]));
        let found: Vec<&Motion> = seen.iter().filter_map(|s| s.2.motion.as_ref()).collect();
        let motion = |value: &dyn Fn(&Motion) -> f32| median(found.iter().map(|m| value(m)));
        let unit = height.max(UNIT * lower);
        let (x, y) = (motion(&|m| m.x) / unit, motion(&|m| m.y) / unit);
        let change = if found.is_empty() { 1.0 } else { motion(&|m| m.change) };
        let values = [
            x,
            y,
            (x * x + y * y).sqrt(),
            change,
            (height / lower).ln(),
            (width / height).ln(),
            median(seen.iter().map(|(_, _, sight)| sight.filled)),
            of(&|b| b[3]) / lower,
        ];
        let (frame, &bounds, _) = *seen.get(seen.len() / 2)?;
        Some(ObjectWindow { clip, track: track.boxes.id, frame, bounds, values })
    }
}

/// The middle value, the upper of two; 0 of none.
fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
