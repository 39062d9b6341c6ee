//! TIFF pictures of one number a pixel that are not of 8 or 16 bits, such as a thermal camera's temperatures.

use std::io::Cursor;

use image::{DynamicImage, Rgb32FImage};
use tiff::decoder::{Decoder, DecodingResult};

use crate::frame::MAX_SIDE;

/// Whether these are a TIFF's first bytes.
pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*")
}

/// Whether a file has several pictures of the first one's size: a stack, of which one would be read. A thumbnail is
/// smaller.
pub(super) fn is_stack(bytes: &[u8]) -> bool {
    let Ok(mut decoder) = Decoder::new(Cursor::new(bytes)) else { return false };
    let Ok(first) = decoder.dimensions() else { return false };
    // What links back to a page would not end.
    for _ in 0..8 {
        if !decoder.more_images() || decoder.next_image().is_err() {
            return false;
        }
        if decoder.dimensions().is_ok_and(|size| size == first) {
            return true;
        }
    }
    false
}

/// Decodes a picture of one floating or whole number a pixel, the same in all three colours.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage, String> {
    let said = |error: tiff::TiffError| error.to_string();
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(said)?;
    let (width, height) = decoder.dimensions().map_err(said)?;
    if width.max(height) as usize > MAX_SIDE {
        return Err(format!("{width}x{height} pixels; at most {MAX_SIDE} a side are read"));
    }
    let colour = decoder.colortype().map_err(said)?;
    if !matches!(colour, tiff::ColorType::Gray(_)) {
        return Err(format!(
            "a TIFF picture of {colour:?}; 8 or 16 bits a colour, or one number a pixel, are read"
        ));
    }
    let grey: Vec<f32> = match decoder.read_image().map_err(said)? {
        DecodingResult::F32(values) => values,
        DecodingResult::F64(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::U32(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::I32(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::I16(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::I8(values) => values.into_iter().map(f32::from).collect(),
        _ => return Err(format!("a TIFF picture of {colour:?} in a form that is not read")),
    };
    let values = grey.into_iter().flat_map(|value| [value; 3]).collect();
    let picture = Rgb32FImage::from_raw(width, height, values);
    picture.map(DynamicImage::ImageRgb32F).ok_or_else(|| "the TIFF picture ends early".to_owned())
}
