//! Planes of pictures, as frames have them: 8 bits a sample.

use crate::frame::{Frame, Pixels};

/// What FFmpeg adds to samples of 10 bits before it drops two, by the place of the sample.
const DITHER: [[u16; 2]; 2] = [[1, 2], [3, 0]];

/// A plane of 10 bits a sample in 8, by the rule of FFmpeg's conversion; `squeezed` where 1023 becomes 255 by scaling, as
/// luma of full range does.
pub(in crate::source) fn to_eight<S: Copy>(
    plane: &[S],
    width: usize,
    squeezed: bool,
    read: impl Fn(S) -> u16,
) -> Vec<u8> {
    let mut eight = Vec::with_capacity(plane.len());
    for (row, add) in plane.chunks(width.max(1)).zip(DITHER.iter().cycle()) {
        eight.extend(row.iter().zip(0usize..).map(|(&sample, x)| {
            let sample = read(sample).min(1023);
            let sample = if squeezed { sample - (sample >> 8) } else { sample };
            ((sample + add[x & 1]) >> 2).min(255) as u8
        }));
    }
    eight
}

/// Takes what was not decoded of a picture, which is zero in all three planes, from the one before; `false` if that has
/// another form.
pub(super) fn fill(picture: &mut Frame, before: &Frame) -> bool {
    let (width, size) = (picture.width(), (picture.width(), picture.height()));
    if size != (before.width(), before.height()) {
        return false;
    }
    let Pixels::Yuv { y: old_y, u: old_u, v: old_v, step: old_step, .. } = before.pixels() else {
        return false;
    };
    let Pixels::Yuv { y, u, v, step, .. } = picture.pixels_mut() else { return false };
    if step != old_step {
        return false;
    }
    let columns = width.div_ceil(step.0);
    for (i, (u, v)) in u.iter_mut().zip(v).enumerate().filter(|(_, (u, v))| (**u, **v) == (0, 0)) {
        (*u, *v) = (old_u[i], old_v[i]);
        let (row, column) = (i / columns * step.1, i % columns * step.0);
        for start in (row..(row + step.1).min(size.1)).map(|row| row * width) {
            let part = start + column..start + (column + step.0).min(width);
            y[part.clone()].copy_from_slice(&old_y[part]);
        }
    }
    true
}

/// Whether the length fields of a sample's units add up to its size.
pub(super) fn is_whole(mut sample: &[u8], length_size: usize) -> bool {
    while !sample.is_empty() {
        let Some((field, rest)) = sample.split_at_checked(length_size) else { return false };
        let len = field.iter().fold(0usize, |len, &byte| (len << 8) | usize::from(byte));
        match rest.get(len..) {
            Some(behind) => sample = behind,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::colour::Matrix;

    #[test]
    fn what_is_missing_is_taken_from_the_picture_before() {
        let yuv = |y: Vec<u8>, u: Vec<u8>, v: Vec<u8>| {
            let (step, full_range, matrix) = ((2, 2), false, Matrix::default());
            Frame::new(3, 3, Pixels::Yuv { y, u, v, step, full_range, matrix }).unwrap()
        };
        let before = yuv((11..20).collect(), vec![101, 102, 103, 104], vec![111, 112, 113, 114]);
        // Missing on the right; a zero in a single plane is none.
        let missing = vec![1, 2, 0, 3, 4, 0, 5, 6, 0];
        let mut picture = yuv(missing.clone(), vec![0, 0, 7, 0], vec![8, 0, 0, 0]);
        assert!(fill(&mut picture, &before));
        let whole = vec![1, 2, 13, 3, 4, 16, 5, 6, 19];
        assert_eq!(picture, yuv(whole, vec![0, 102, 7, 104], vec![8, 112, 0, 114]));
        assert!(!fill(&mut picture, &Frame::default()));
    }

    #[test]
    fn samples_of_10_bits_are_rounded_as_ffmpeg_does() {
        // `ffmpeg -f rawvideo -pix_fmt yuv420p10le -s 6x2 ... -pix_fmt yuv420p`, of limited and of full range (pc).
        let samples = [0u16, 2, 3, 511, 512, 1023, 1, 4, 2, 510, 515, 1023];
        let limited = to_eight(&samples, 6, false, |sample| sample);
        assert_eq!(limited, [0, 1, 1, 128, 128, 255, 1, 1, 1, 127, 129, 255]);
        let full = to_eight(&samples, 6, true, |sample| sample);
        assert_eq!(full, [0, 1, 1, 128, 127, 255, 1, 1, 1, 127, 129, 255]);
    }
}
