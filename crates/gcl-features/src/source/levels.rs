//! Pictures of 16 bits, as thermal and depth cameras give them, in the 8 bits of a frame.

use std::fmt;
use std::path::PathBuf;

use image::DynamicImage;

use super::images::decoded;

/// Pictures by which a video's range is told.
const SAMPLES: usize = 16;

/// Levels that a video must span to be taken as it is: of these at least a quarter of the 256 are left.
const WIDE: u16 = 1 << 14;

/// The 16-bit levels that become 0 and 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    low: u16,
    high: u16,
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high } = self;
        write!(
            f,
            "16-bit pictures: levels {low} to {high} are scaled to 0 to 255, those beyond are cut"
        )
    }
}

impl Levels {
    /// The range of a video's pictures: all levels where these are used, else what evenly spaced pictures have and a
    /// quarter of that on both sides. `None` where pictures have 8 bits.
    pub fn of(files: &[PathBuf]) -> Option<Self> {
        let step = files.len().div_ceil(SAMPLES).max(1);
        let mut range: Option<(u16, u16)> = None;
        for file in files.iter().step_by(step) {
            let Ok(picture) = decoded(file) else { continue };
            let values = match samples(&picture) {
                Some(values) => values,
                None if range.is_none() => return None,
                None => continue,
            };
            let (low, high) = range.unwrap_or((u16::MAX, 0));
            let own = values.iter().fold((low, high), |(low, high), v| (low.min(*v), high.max(*v)));
            range = Some(own);
        }
        let (low, high) = range?;
        let span = high.saturating_sub(low);
        if span >= WIDE {
            return Some(Self { low: 0, high: u16::MAX });
        }
        let room = (span / 4).max(1);
        Some(Self { low: low.saturating_sub(room), high: high.saturating_add(room) })
    }

    /// A picture's samples in 8 bits; `None` for a picture that has no more.
    pub fn scaled(self, picture: &DynamicImage) -> Option<Vec<u8>> {
        let span = f32::from(self.high.saturating_sub(self.low).max(1));
        let level = |value: &u16| {
            let above = f32::from(value.saturating_sub(self.low));
            (above * 255.0 / span).round().min(255.0) as u8
        };
        Some(samples(picture)?.iter().map(level).collect())
    }
}

/// The colour or grey samples of a picture of 16 bits, without transparency.
fn samples(picture: &DynamicImage) -> Option<std::borrow::Cow<'_, [u16]>> {
    match picture {
        DynamicImage::ImageLuma16(grey) => Some((&grey.as_raw()[..]).into()),
        DynamicImage::ImageRgb16(rgb) => Some((&rgb.as_raw()[..]).into()),
        DynamicImage::ImageLumaA16(_) => Some(picture.to_luma16().into_raw().into()),
        DynamicImage::ImageRgba16(_) => Some(picture.to_rgb16().into_raw().into()),
        _ => None,
    }
}
