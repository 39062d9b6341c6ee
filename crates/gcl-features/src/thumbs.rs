//! Single frames as small pictures, for reports.

use std::path::Path;

use gcl_data::FileError;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, RgbImage, imageops};

use crate::frame::Frame;
use crate::source::{Decoder, SourceError, open};

/// The frames of a video at `indices` (from 0, in any order), sorted by index, each once.
/// Decodes no further than the largest of them.
///
/// # Errors
/// The video cannot be decoded that far, or has no such frame.
pub fn frames_at(path: &Path, indices: &[usize]) -> Result<Vec<(usize, RgbImage)>, SourceError> {
    let mut pictures = Vec::new();
    visit_frames(path, indices, |index, frame| {
        pictures.extend(picture(frame).map(|picture| (index, picture)));
    })?;
    Ok(pictures)
}

/// A frame as a picture.
#[must_use]
pub fn picture(frame: &Frame) -> Option<RgbImage> {
    // Sides are at most `MAX_SIDE`, and the data's length was checked against them.
    RgbImage::from_raw(frame.width() as u32, frame.height() as u32, frame.to_rgb())
}

/// Calls `each` with the frames of a video at `indices` as [`frames_at`] gives them, one after the other.
///
/// # Errors
/// As [`frames_at`].
pub fn visit_frames(
    path: &Path,
    indices: &[usize],
    mut each: impl FnMut(usize, &Frame),
) -> Result<(), SourceError> {
    let mut wanted = indices.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut source = open(path, Decoder::Auto)?;
    let (mut frame, mut next) = (Frame::default(), 0);
    for index in wanted {
        while next <= index {
            if !source.next(&mut frame)? {
                let problem = format!("no frame {index}, the video has {next}");
                return Err(FileError::new(path, problem).into());
            }
            next += 1;
        }
        each(index, &frame);
    }
    Ok(())
}

/// A picture as JPEG, made smaller to at most `max_width` pixels (at least 1) where it is wider.
/// `quality` is 1 (worst) to 100.
///
/// # Errors
/// The encoder fails.
pub fn jpeg(picture: &RgbImage, max_width: u32, quality: u8) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1, 100));
    let width = max_width.clamp(1, picture.width().max(1));
    if width == picture.width() {
        picture.write_with_encoder(encoder)?;
    } else {
        let height = u64::from(picture.height()) * u64::from(width) / u64::from(picture.width());
        let height = u32::try_from(height).unwrap_or(u32::MAX).max(1);
        imageops::thumbnail(picture, width, height).write_with_encoder(encoder)?;
    }
    Ok(bytes)
}
