//! Pictures of 16 bits or of floats, as thermal and depth cameras give them, in the 8 bits of a frame.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError};
use image::DynamicImage;

use super::images::{decoded, is_pattern};

/// Pictures by which a video's range is told.
const SAMPLES: usize = 16;

/// Levels of 16 bits that a video must span to be taken as it is: of these at least a quarter of the 256 are left.
const WIDE: f32 = (1 << 14) as f32;

/// The file that states the range of a folder's videos: the levels that become 0 and 255.
const STATED: &str = "levels.txt";

/// The levels that become 0 and 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Levels {
    low: f32,
    high: f32,
    stated: bool,
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, stated } = self;
        let whose = match stated {
            true => format!("the range that {STATED} states"),
            false => {
                format!(
                    "this video's own range; a file {STATED} beside it can state one for all videos"
                )
            }
        };
        write!(
            f,
            "16-bit or float pictures: levels {low} to {high} are scaled to 0 to 255, those beyond are cut ({whose})"
        )
    }
}

impl Levels {
    /// The range of a video's pictures, `files`, which lie at `path`: the stated one ([`stated`]), else all levels of 16
    /// bits where these are used, else what evenly spaced pictures have and a quarter of that on both sides. `None` where
    /// pictures have 8 bits.
    ///
    /// # Errors
    /// A range is stated that is none.
    pub fn of(path: &Path, files: &[PathBuf]) -> Result<Option<Self>, FileError> {
        let step = files.len().div_ceil(SAMPLES).max(1);
        let (mut range, mut floats) = (None, false);
        for file in files.iter().step_by(step) {
            let Ok(picture) = decoded(file) else { continue };
            let values = match samples(&picture) {
                Some(values) => values,
                None if range.is_none() => return Ok(None),
                None => continue,
            };
            if let Some(stated) = stated(path)? {
                return Ok(Some(parse(&stated)?));
            }
            floats |= matches!(picture, DynamicImage::ImageRgb32F(_));
            let start = range.unwrap_or((f32::INFINITY, f32::NEG_INFINITY));
            let finite = values.iter().filter(|value| value.is_finite());
            range = Some(finite.fold(start, |(low, high), v| (low.min(*v), high.max(*v))));
        }
        let Some((low, high)) = range.filter(|(low, high)| low <= high) else { return Ok(None) };
        let span = high - low;
        let levels = |low, high| Some(Self { low, high, stated: false });
        Ok(match floats {
            false if span >= WIDE => levels(0.0, f32::from(u16::MAX)),
            false => {
                let room = (span / 4.0).floor().max(1.0);
                levels((low - room).max(0.0), (high + room).min(f32::from(u16::MAX)))
            }
            true => {
                let room = if span > 0.0 { span / 4.0 } else { 1.0 };
                levels(low - room, high + room)
            }
        })
    }

    /// A picture's samples in 8 bits; `None` for a picture that has no more.
    pub fn scaled(self, picture: &DynamicImage) -> Option<Vec<u8>> {
        let span = self.high - self.low;
        let level = |value: &f32| ((value - self.low).max(0.0) * 255.0 / span).round().min(255.0);
        Some(samples(picture)?.iter().map(|value| level(value) as u8).collect())
    }
}

/// The file that states the range of the frames at `path`, with what it says: in their folder, or in the one above, for
/// all videos of a camera.
///
/// # Errors
/// It cannot be read.
pub(crate) fn stated(path: &Path) -> Result<Option<(PathBuf, String)>, FileError> {
    let folder = if is_pattern(path) { path.parent() } else { Some(path) };
    let above = folder.into_iter().flat_map(|folder| folder.ancestors().take(2));
    for file in above.map(|folder| folder.join(STATED)) {
        if file.is_file() {
            let text = fs::read_to_string(&file).at(&file)?;
            return Ok(Some((file, text)));
        }
    }
    Ok(None)
}

fn parse((file, text): &(PathBuf, String)) -> Result<Levels, FileError> {
    let numbers = text.split(|c: char| c.is_whitespace() || c == ',').filter(|n| !n.is_empty());
    let numbers: Option<Vec<f32>> = numbers.map(|n| n.parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[low, high]) if low < high && (high - low).is_finite() => {
            Ok(Levels { low, high, stated: true })
        }
        _ => {
            Err(FileError::new(file, "two numbers are expected, the levels that become 0 and 255"))
        }
    }
}

/// Whether a picture has no colour; one of floats always has three samples a pixel.
pub(super) fn is_grey(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageRgb32F(rgb) => rgb.pixels().all(|p| {
            let [r, g, b] = p.0.map(f32::to_bits);
            r == g && g == b
        }),
        other => !other.color().has_color(),
    }
}

/// The colour or grey samples of a picture of 16 bits or floats, without transparency.
fn samples(picture: &DynamicImage) -> Option<Cow<'_, [f32]>> {
    let wide = |values: &[u16]| values.iter().map(|value| f32::from(*value)).collect::<Vec<f32>>();
    Some(match picture {
        DynamicImage::ImageLuma16(grey) => wide(grey.as_raw()).into(),
        DynamicImage::ImageRgb16(rgb) => wide(rgb.as_raw()).into(),
        DynamicImage::ImageLumaA16(_) => wide(picture.to_luma16().as_raw()).into(),
        DynamicImage::ImageRgba16(_) => wide(picture.to_rgb16().as_raw()).into(),
        DynamicImage::ImageRgb32F(rgb) if is_grey(picture) => {
            rgb.as_raw().iter().step_by(3).copied().collect::<Vec<f32>>().into()
        }
        DynamicImage::ImageRgb32F(rgb) => (&rgb.as_raw()[..]).into(),
        DynamicImage::ImageRgba32F(_) => picture.to_rgb32f().into_raw().into(),
        _ => return None,
    })
}
