//! One vector per snippet from the boxes in it: clip features without pixels.

use std::collections::BTreeSet;

use super::stats::summary;
use super::{Bounds, BoxTrack, Kinematics, MAX_BOXES, TrackError};
use crate::clips::Clips;

/// Values that [`snippet_features`] gives a snippet.
pub const SNIPPET_FEATURES: usize = 5 * QUANTITIES + SCENE;

/// Numbers of one box in one frame: its kinematics, and the distance to the next person.
const QUANTITIES: usize = 8;
/// Numbers of a snippet as a whole.
const SCENE: usize = 8;
/// The largest distance, in heights, to the next person; also the distance where there is none.
const ALONE: f32 = 10.0;
/// The least speed, in heights over the lag, at which a box has a direction.
const MOVING: f32 = 0.05;

/// One box in one frame.
struct Seen {
    person: u32,
    bounds: Bounds,
    values: [f32; QUANTITIES],
    /// Largest overlap with another box, intersection over union.
    overlap: f32,
    /// A piece of a track starts or ends here.
    end: bool,
}

/// A vector for each clip of a video of `frames` frames, `[clips, 48]`, from the boxes in its frames.
/// Tracks are filled over gaps of at most `max_gap` frames; movement is measured over `lag` frames.
///
/// | values | what |
/// |---|---|
/// | 0–39 | for each number of a box ([`Kinematics::values`], then the distance to the nearest other centre in heights, at most 10): mean, standard deviation, smallest, median, largest over all boxes of all frames |
/// | 40, 41 | boxes per frame: mean, largest |
/// | 42 | boxes in the last frame less those in the first |
/// | 43 | persons |
/// | 44 | share of the frames with a box |
/// | 45 | agreement of directions: length of the mean unit vector of the boxes that move, 0 without any |
/// | 46 | mean over boxes of the largest overlap with another (intersection over union) |
/// | 47 | beginnings and ends of tracks |
///
/// A clip without a box has zeros in 40–47, and in 0–39 the mean of the video's clips with boxes, which
/// is neutral (zeros if there is no such clip). Boxes after the last frame are ignored.
///
/// # Errors
/// [`TrackError::Crowded`] for a frame with more than [`MAX_BOXES`] boxes.
pub fn snippet_features(
    tracks: &[BoxTrack],
    frames: usize,
    clips: Clips,
    lag: usize,
    max_gap: u32,
) -> Result<Vec<f32>, TrackError> {
    let seen = by_frame(tracks, frames, lag, max_gap)?;
    let mut out = Vec::new();
    let mut empty = Vec::new();
    let count = clips.count(frames);
    for clip in 0..count {
        // A frame that the tail rule repeats counts once.
        let own: BTreeSet<usize> = clips.frames_of(clip, frames).collect();
        let own: Vec<&[Seen]> = own.iter().map(|&f| seen.get(f).map_or(&[][..], |s| s)).collect();
        if own.iter().all(|boxes| boxes.is_empty()) {
            empty.push(clip);
        }
        describe(&own, &mut out);
    }
    fill(&mut out, &empty, count);
    Ok(out)
}

/// All boxes, frame by frame, up to the last frame that has any.
fn by_frame(
    tracks: &[BoxTrack],
    frames: usize,
    lag: usize,
    max_gap: u32,
) -> Result<Vec<Vec<Seen>>, TrackError> {
    let mut seen: Vec<Vec<Seen>> = Vec::new();
    for piece in tracks.iter().flat_map(|track| track.pieces(max_gap)) {
        let last = piece.boxes.len().saturating_sub(1);
        let kinematics = Kinematics::of(&piece.boxes, lag);
        let boxes = piece.frames().zip(piece.boxes.iter().zip(&kinematics));
        for (i, (number, (&bounds, own))) in boxes.enumerate() {
            let frame = number as usize;
            if frame >= frames {
                break;
            }
            if seen.len() <= frame {
                seen.resize_with(frame + 1, Vec::new);
            }
            let [a, b, c, d, e, f, g] = own.values();
            let values = [a, b, c, d, e, f, g, ALONE];
            // The video's own first and last frame end no track.
            let end = (i == 0 && frame > 0) || (i == last && frame + 1 < frames);
            let one = Seen { person: piece.id, bounds, values, overlap: 0.0, end };
            if let Some(boxes) = seen.get_mut(frame) {
                boxes.push(one);
                if boxes.len() > MAX_BOXES {
                    return Err(TrackError::Crowded { frame: number, found: boxes.len() });
                }
            }
        }
    }
    seen.iter_mut().for_each(|boxes| meet(boxes));
    Ok(seen)
}

/// Measures each box of a frame against the others.
fn meet(boxes: &mut [Seen]) {
    let all: Vec<Bounds> = boxes.iter().map(|seen| seen.bounds).collect();
    for (i, seen) in boxes.iter_mut().enumerate() {
        let [x1, y1, x2, y2] = seen.bounds;
        let others = all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| b);
        for &[a1, b1, a2, b2] in others {
            let between = 0.5 * (a1 + a2 - x1 - x2).hypot(b1 + b2 - y1 - y2);
            seen.values[7] = seen.values[7].min(between / (y2 - y1));
            let width = (x2.min(a2) - x1.max(a1)).max(0.0);
            let height = (y2.min(b2) - y1.max(b1)).max(0.0);
            let both = width * height;
            let either = (x2 - x1) * (y2 - y1) + (a2 - a1) * (b2 - b1) - both;
            seen.overlap = seen.overlap.max(both / either);
        }
    }
}

/// Adds one clip's values.
fn describe(frames: &[&[Seen]], out: &mut Vec<f32>) {
    let boxes = || frames.iter().copied().flatten();
    for quantity in 0..QUANTITIES {
        let mut column: Vec<f32> = boxes().map(|seen| seen.values[quantity]).collect();
        out.extend(summary(&mut column));
    }
    let count = boxes().count() as f32;
    let in_frame = |frame: Option<&&[Seen]>| frame.map_or(0.0, |boxes| boxes.len() as f32);
    let persons: BTreeSet<u32> = boxes().map(|seen| seen.person).collect();
    let filled = frames.iter().filter(|boxes| !boxes.is_empty()).count() as f32;
    let moving = boxes().map(|seen| &seen.values).filter(|v| v[2] >= MOVING);
    let (x, y, movers) =
        moving.fold((0.0, 0.0, 0.0f32), |(x, y, n), v| (x + v[0] / v[2], y + v[1] / v[2], n + 1.0));
    let all = frames.len().max(1) as f32;
    out.extend([
        count / all,
        frames.iter().map(|boxes| boxes.len()).max().unwrap_or(0) as f32,
        in_frame(frames.last()) - in_frame(frames.first()),
        persons.len() as f32,
        filled / all,
        f32::hypot(x, y) / movers.max(1.0),
        boxes().map(|seen| seen.overlap).sum::<f32>() / count.max(1.0),
        boxes().filter(|seen| seen.end).count() as f32,
    ]);
}

/// Gives the `empty` clips the mean of the others in their boxes' values.
fn fill(out: &mut [f32], empty: &[usize], clips: usize) {
    let others = clips - empty.len();
    if others == 0 {
        return;
    }
    let mut mean = [0.0f64; 5 * QUANTITIES];
    // Empty clips hold zeros so far, and add nothing.
    for row in out.chunks_exact(SNIPPET_FEATURES) {
        mean.iter_mut().zip(row).for_each(|(sum, v)| *sum += f64::from(*v));
    }
    for &clip in empty {
        let row = out.get_mut(clip * SNIPPET_FEATURES..).unwrap_or_default();
        row.iter_mut().zip(&mean).for_each(|(v, sum)| *v = (sum / others as f64) as f32);
    }
}
