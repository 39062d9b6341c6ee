//! What a detector sees of a frame: all of it, and its parts.

use super::{Found, SIDE};
use crate::frame::{Frame, Pixels};
use crate::preprocess::resized;

/// The share of a part's side that it has in common with the next one.
const COMMON: f32 = 0.25;
/// The share of a part's side within which a box counts as cut off.
const EDGE: f32 = 0.01;

/// A frame or a part of it.
pub(super) struct View {
    /// `[SIDE, SIDE, 3]`.
    pixels: Vec<u8>,
    /// Its left, top, width and height in the frame.
    part: [usize; 4],
    frame: [usize; 2],
}

/// The whole frame, then its parts, row by row, where it is cut.
pub(super) fn views(frame: &Frame, tiles: [usize; 2]) -> Vec<View> {
    let size = [frame.width(), frame.height()];
    let whole =
        View { pixels: resized(frame, SIDE, SIDE), part: [0, 0, size[0], size[1]], frame: size };
    let mut views = vec![whole];
    if tiles == [1, 1] {
        return views;
    }
    let rgb = frame.to_rgb();
    for (top, height) in cut(size[1], tiles[1]) {
        for (left, width) in cut(size[0], tiles[0]) {
            let row = |y: usize| {
                let first = (y * size[0] + left) * 3;
                rgb.get(first..first + 3 * width).unwrap_or_default()
            };
            let part: Vec<u8> = (top..top + height).flat_map(row).copied().collect();
            // A part of a frame is a frame.
            let Ok(part) = Frame::new(width, height, Pixels::Rgb(part)) else { continue };
            let pixels = resized(&part, SIDE, SIDE);
            views.push(View { pixels, part: [left, top, width, height], frame: size });
        }
    }
    views
}

/// Starts and lengths of parts that overlap.
fn cut(size: usize, parts: usize) -> Vec<(usize, usize)> {
    if parts <= 1 {
        return vec![(0, size)];
    }
    let length = size as f32 / (parts as f32 - COMMON * (parts - 1) as f32);
    let length = (length.ceil() as usize).clamp(1, size);
    (0..parts).map(|i| ((size - length) * i / (parts - 1), length)).collect()
}

impl View {
    /// The picture as the network takes it: planes of -1 to 1.
    pub fn fill(&self, input: &mut [f32]) {
        for (channel, plane) in input.chunks_exact_mut(SIDE * SIDE).enumerate() {
            let levels = self.pixels.iter().skip(channel).step_by(3);
            for (value, level) in plane.iter_mut().zip(levels) {
                *value = f32::from(*level) / 127.5 - 1.0;
            }
        }
    }

    /// Width and height in pixels of the frame.
    pub fn size(&self) -> [f32; 2] {
        [self.part[2] as f32, self.part[3] as f32]
    }

    /// A box of the view in the frame; nothing where the view cuts it off and the next one has all of it.
    pub fn place(&self, found: Found) -> Option<Found> {
        let [left, top, width, height] = self.part;
        let mut bounds = found.bounds;
        for (axis, (start, length)) in [(left, width), (top, height)].into_iter().enumerate() {
            let (edge, end) = (EDGE * length as f32, length as f32);
            let cut_before = start > 0 && bounds[axis] < edge;
            let cut_behind = start + length < self.frame[axis] && bounds[axis + 2] > end - edge;
            if cut_before || cut_behind {
                return None;
            }
            bounds[axis] += start as f32;
            bounds[axis + 2] += start as f32;
        }
        Some(Found { bounds, ..found })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parts_cover_the_frame_and_overlap() {
        assert_eq!(cut(100, 1), [(0, 100)]);
        assert_eq!(cut(360, 3), [(0, 144), (108, 144), (216, 144)]);
        assert_eq!(cut(1, 2), [(0, 1), (0, 1)]);
        let rgb: Vec<u8> =
            (0..40 * 20).flat_map(|at| [(at % 40) as u8, (at / 40) as u8, 0]).collect();
        let frame = Frame::new(40, 20, Pixels::Rgb(rgb)).unwrap();
        let all = views(&frame, [2, 1]);
        assert_eq!(all.len(), 3);
        assert_eq!(all[2].part, [17, 0, 23, 20]);
        // The right part's first column is the frame's seventeenth, from 0.
        assert_eq!(all[2].pixels[0], 17);
        let found = |bounds| Found { class: 4, bounds, confidence: 0.5 };
        assert_eq!(
            all[2].place(found([1.0, 0.0, 4.0, 20.0])),
            Some(found([18.0, 0.0, 21.0, 20.0]))
        );
        assert_eq!(all[2].place(found([0.1, 0.0, 4.0, 20.0])), None);
        assert_eq!(all[1].place(found([0.1, 0.0, 4.0, 20.0])), Some(found([0.1, 0.0, 4.0, 20.0])));
        assert_eq!(all[1].place(found([9.0, 0.0, 22.9, 20.0])), None);
        let mut input = vec![0.0; 3 * SIDE * SIDE];
        all[0].fill(&mut input);
        assert_eq!(input[2 * SIDE * SIDE], -1.0);
        assert!((input[SIDE - 1] - (39.0 / 127.5 - 1.0)).abs() < 0.01);
    }
}
