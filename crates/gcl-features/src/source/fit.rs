//! Pictures turned upright, and scaled to the size of a video's first one.

use image::GrayImage;
use image::imageops::{self, FilterType};

use crate::frame::{Frame, FrameError, Pixels};

/// A picture turned clockwise by 90, 180 or 270 degrees; by any other angle it stays.
pub(super) fn turned(
    width: usize,
    height: usize,
    pixels: Pixels,
    degrees: u32,
) -> (usize, usize, Pixels) {
    if !matches!(degrees, 90 | 180 | 270) {
        return (width, height, pixels);
    }
    let pixels = match pixels {
        Pixels::Gray(y) => Pixels::Gray(turn::<1>(&y, width, degrees)),
        Pixels::Rgb(rgb) => Pixels::Rgb(turn::<3>(&rgb, width, degrees)),
        Pixels::Yuv { y, u, v, step, full_range, matrix } => {
            let columns = width.div_ceil(step.0.max(1));
            Pixels::Yuv {
                y: turn::<1>(&y, width, degrees),
                u: turn::<1>(&u, columns, degrees),
                v: turn::<1>(&v, columns, degrees),
                step: if degrees == 180 { step } else { (step.1, step.0) },
                full_range,
                matrix,
            }
        }
    };
    if degrees == 180 { (width, height, pixels) } else { (height, width, pixels) }
}

/// A plane of rows of `width` pixels of `N` bytes.
fn turn<const N: usize>(plane: &[u8], width: usize, degrees: u32) -> Vec<u8> {
    let (pixels, _) = plane.as_chunks::<N>();
    let columns = || (0..width).map(|x| pixels.iter().skip(x).step_by(width.max(1)));
    let turned: Vec<[u8; N]> = match degrees {
        90 => columns().flat_map(|column| column.rev()).copied().collect(),
        270 => columns().rev().flatten().copied().collect(),
        _ => pixels.iter().rev().copied().collect(),
    };
    turned.into_flattened()
}

/// A picture scaled to another size (bilinear, averaging where it becomes smaller).
pub(super) fn fitted(frame: &Frame, size: (usize, usize)) -> Result<Frame, FrameError> {
    let from = (frame.width(), frame.height());
    let pixels = match frame.pixels() {
        Pixels::Gray(y) => Pixels::Gray(scaled(y, from, size)),
        Pixels::Rgb(rgb) => {
            let plane = |c: usize| {
                let plane: Vec<u8> = rgb.iter().skip(c).step_by(3).copied().collect();
                scaled(&plane, from, size)
            };
            let (r, g, b) = (plane(0), plane(1), plane(2));
            Pixels::Rgb(r.iter().zip(&g).zip(&b).flat_map(|((r, g), b)| [*r, *g, *b]).collect())
        }
        Pixels::Yuv { y, u, v, step, full_range, matrix } => {
            let chroma =
                |(w, h): (usize, usize)| (w.div_ceil(step.0.max(1)), h.div_ceil(step.1.max(1)));
            Pixels::Yuv {
                y: scaled(y, from, size),
                u: scaled(u, chroma(from), chroma(size)),
                v: scaled(v, chroma(from), chroma(size)),
                step: *step,
                full_range: *full_range,
                matrix: *matrix,
            }
        }
    };
    Frame::new(size.0, size.1, pixels)
}

/// A plane scaled. Sides are at most `MAX_SIDE`; a plane of another length than its sides give becomes black.
fn scaled(plane: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let sides = |(w, h): (usize, usize)| (w as u32, h as u32);
    let ((width, height), (w, h)) = (sides(from), sides(to));
    match GrayImage::from_raw(width, height, plane.to_vec()) {
        Some(image) => imageops::resize(&image, w, h, FilterType::Triangle).into_raw(),
        None => vec![0; to.0 * to.1],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn turning_moves_every_pixel_to_its_place() {
        // 1 2 3
        // 4 5 6
        let gray = || Pixels::Gray(vec![1, 2, 3, 4, 5, 6]);
        let (w, h, pixels) = turned(3, 2, gray(), 90);
        assert_eq!((w, h, pixels), (2, 3, Pixels::Gray(vec![4, 1, 5, 2, 6, 3])));
        let (w, h, pixels) = turned(3, 2, gray(), 270);
        assert_eq!((w, h, pixels), (2, 3, Pixels::Gray(vec![3, 6, 2, 5, 1, 4])));
        let (w, h, pixels) = turned(3, 2, gray(), 180);
        assert_eq!((w, h, pixels), (3, 2, Pixels::Gray(vec![6, 5, 4, 3, 2, 1])));
        let rgb = Pixels::Rgb(vec![1, 2, 3, 4, 5, 6]);
        assert_eq!(turned(2, 1, rgb, 180).2, Pixels::Rgb(vec![4, 5, 6, 1, 2, 3]));
    }

    #[test]
    fn an_even_picture_stays_even_at_any_size() {
        let frame = Frame::new(3, 2, Pixels::Rgb([9, 8, 7].repeat(6))).unwrap();
        let larger = fitted(&frame, (5, 4)).unwrap();
        assert_eq!(larger.pixels(), &Pixels::Rgb([9, 8, 7].repeat(20)));
    }
}
