//! Pieces of pictures: planes as they are decoded, slices as they are coded.

use rust_h264::decoder::{ChromaFormat, Frame as Decoded};
use rust_h264::nal::NalUnit;

use crate::colour::Matrix;
use crate::frame::Pixels;

/// The decoder's planes; 10-bit samples are rounded to 8 bits.
pub(super) fn pixels(decoded: Decoded, full_range: bool, matrix: Matrix) -> Pixels {
    let step = match decoded.chroma_format {
        ChromaFormat::Yuv420 => (2, 2),
        ChromaFormat::Yuv422 => (2, 1),
    };
    let deep = decoded.bit_depth > 8;
    let plane = |samples: Vec<u8>| match deep {
        false => samples,
        true => samples.as_chunks::<2>().0.iter().map(|&low_high| to_eight(low_high)).collect(),
    };
    let (y, u, v) = (plane(decoded.y), plane(decoded.u), plane(decoded.v));
    Pixels::Yuv { y, u, v, step, full_range, matrix }
}

fn to_eight(ten_bits: [u8; 2]) -> u8 {
    ((u16::from_le_bytes(ten_bits) + 2) >> 2).min(255) as u8
}

/// Whether a slice refers to no other picture: by its type, the second number in its header.
pub(super) fn is_intra(unit: &NalUnit<'_>) -> bool {
    let bit = |at: usize| unit.rbsp.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let mut at = 0;
    let mut number = || {
        let zeros = (0..16).take_while(|n| !bit(at + n)).count();
        let value =
            (0..zeros).fold(1u32, |value, n| value * 2 + u32::from(bit(at + zeros + 1 + n)));
        at += 2 * zeros + 1;
        value - 1
    };
    number();
    matches!(number() % 5, 2 | 4)
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
