//! The square of a frame that the network sees of a person.

use gcl_data::tracks::Bounds;

use super::SIDE;
use crate::frame::Frame;

/// The square's side as a part of the box's longer side.
const MARGIN: f32 = 1.25;

/// A frame in RGB.
#[derive(Debug)]
pub struct Rgb<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
}

impl<'a> Rgb<'a> {
    /// A frame whose [`Frame::to_rgb`] is `pixels`.
    pub fn new(frame: &Frame, pixels: &'a [u8]) -> Self {
        Self { pixels, width: frame.width(), height: frame.height() }
    }

    /// The levels of a place; black outside.
    fn at(&self, x: i64, y: i64) -> [f32; 3] {
        let inside = |v: i64, size: usize| usize::try_from(v).ok().filter(|v| *v < size);
        let (Some(x), Some(y)) = (inside(x, self.width), inside(y, self.height)) else {
            return [0.0; 3];
        };
        let pixel = self.pixels.get((y * self.width + x) * 3..).and_then(|rest| rest.first_chunk());
        pixel.copied().unwrap_or([0u8; 3]).map(f32::from)
    }
}

/// A square by its left, its top and its side, in pixels of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crop {
    left: f32,
    top: f32,
    side: f32,
}

impl Crop {
    /// The square around the middle of a box.
    pub fn around([x1, y1, x2, y2]: Bounds) -> Self {
        let side = MARGIN * (x2 - x1).max(y2 - y1);
        Self { left: 0.5 * (x1 + x2 - side), top: 0.5 * (y1 + y2 - side), side }
    }

    /// The picture as the network takes it: planes of 0 to 1, each value between the nearest four pixels.
    pub fn fill(&self, frame: &Rgb<'_>, input: &mut [f32]) {
        let scale = self.side / SIDE as f32;
        let place = |start: f32, i: usize| {
            let at = start + (i as f32 + 0.5) * scale - 0.5;
            (at.floor() as i64, at - at.floor())
        };
        let columns: Vec<(i64, f32)> = (0..SIDE).map(|x| place(self.left, x)).collect();
        let (red, rest) = input.split_at_mut(SIDE * SIDE);
        let (green, blue) = rest.split_at_mut(SIDE * SIDE);
        let rows = red.chunks_exact_mut(SIDE).zip(green.chunks_exact_mut(SIDE));
        for (y, ((red, green), blue)) in rows.zip(blue.chunks_exact_mut(SIDE)).enumerate() {
            let (row, down) = place(self.top, y);
            let values = red.iter_mut().zip(green).zip(blue).zip(&columns);
            for (((red, green), blue), &(column, right)) in values {
                let corner = |x, y| frame.at(column + x, row + y);
                let (a, b, c, d) = (corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1));
                let level = |i: usize| {
                    let above = a[i] + right * (b[i] - a[i]);
                    let below = c[i] + right * (d[i] - c[i]);
                    (above + down * (below - above)) / 255.0
                };
                (*red, *green, *blue) = (level(0), level(1), level(2));
            }
        }
    }

    /// A place of the network's picture in the frame.
    pub fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let scale = self.side / SIDE as f32;
        [self.left + x * scale, self.top + y * scale]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::frame::Pixels;

    #[test]
    fn the_square_has_the_box_in_its_middle_and_black_around_the_frame() {
        let crop = Crop::around([10.0, 0.0, 20.0, 40.0]);
        assert_eq!(crop, Crop { left: -10.0, top: -5.0, side: 50.0 });
        assert_eq!(crop.place([0.0, 0.0]), [-10.0, -5.0]);
        assert_eq!(crop.place([256.0, 128.0]), [40.0, 20.0]);
        let rgb: Vec<u8> =
            (0..40 * 40).flat_map(|at| [(at % 40) as u8, (at / 40) as u8, 255]).collect();
        let frame = Frame::new(40, 40, Pixels::Rgb(rgb)).unwrap();
        let pixels = frame.to_rgb();
        let mut input = vec![9.0; 3 * SIDE * SIDE];
        crop.fill(&Rgb::new(&frame, &pixels), &mut input);
        assert_eq!(input[0], 0.0);
        // Levels are places here, to the middle of a pixel.
        let (x, y) = (200, 100);
        let at = crop.place([x as f32 + 0.5, y as f32 + 0.5]);
        let value = |plane: usize| input[plane * SIDE * SIDE + y * SIDE + x] * 255.0;
        assert!((value(0) - (at[0] - 0.5)).abs() < 1e-3, "{} {at:?}", value(0));
        assert!((value(1) - (at[1] - 0.5)).abs() < 1e-3, "{} {at:?}", value(1));
        assert!((value(2) - 255.0).abs() < 1e-3);
    }
}
