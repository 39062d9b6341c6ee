//! Sizes and places, rounded as the published code rounds them.

use serde::{Deserialize, Serialize};

use super::{Crops, Preprocess, PreprocessError};
use crate::frame::MAX_SIDE;

/// The size of a frame after resizing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// As it is.
    Keep,
    /// The shorter side gets this many pixels; the longer one keeps the ratio, cut to a whole number.
    ShortSide(usize),
    /// The same only where the shorter side has fewer; the longer one is rounded, to even where it lies between.
    AtLeast(usize),
    /// This size, whatever the ratio.
    Exact {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
}

/// One axis of a change of size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ResizeAxis {
    /// Pixels before, and after.
    pub from: usize,
    pub to: usize,
    /// Old pixels per new one.
    pub scale: f64,
    /// The new pixels to compute: `length` of them, from `start`.
    pub start: usize,
    pub length: usize,
}

impl ResizeAxis {
    /// All of a picture.
    pub(super) fn whole(from: usize, to: usize) -> Self {
        Self { from, to, scale: from as f64 / to as f64, start: 0, length: to }
    }
}

impl Preprocess {
    /// Both axes of a frame of this size, horizontal first.
    pub(super) fn axes(
        &self,
        width: usize,
        height: usize,
    ) -> Result<[ResizeAxis; 2], PreprocessError> {
        let (short, long) = (width.min(height), width.max(height));
        let ordered = |short, long| if width <= height { (short, long) } else { (long, short) };
        let (to, scale) = match self.resize {
            Resize::Keep => ((width, height), None),
            Resize::Exact { width, height } => ((width, height), None),
            Resize::ShortSide(side) => (ordered(side, side * long / short), None),
            Resize::AtLeast(side) if side <= short => ((width, height), None),
            Resize::AtLeast(side) => {
                let factor = 1.0 + (side as f64 - short as f64) / short as f64;
                let other = (long as f64 * factor).round_ties_even() as usize;
                (ordered(side, other), Some(1.0 / factor))
            }
        };
        if to.0.max(to.1) > MAX_SIDE {
            let (to_width, to_height) = to;
            return Err(PreprocessError::Video(format!(
                "a frame of {width}x{height} pixels would become one of {to_width}x{to_height}; \
                 sides may have up to {MAX_SIDE}"
            )));
        }
        if to.0.min(to.1) < self.crop {
            let ((width, height), crop) = (to, self.crop);
            return Err(PreprocessError::Video(format!(
                "a frame of {width}x{height} pixels after resizing is smaller than a crop of {crop}"
            )));
        }
        let axis = |from: usize, to: usize| {
            let scale = scale.unwrap_or(from as f64 / to as f64);
            // Other crops than the centre one may be anywhere.
            let (start, length) = match self.crops {
                Crops::Centre => (centre(to, self.crop), self.crop),
                Crops::Five | Crops::Ten => (0, to),
            };
            ResizeAxis { from, to, scale, start, length }
        };
        Ok([axis(width, to.0), axis(height, to.1)])
    }
}

/// Where a centred part starts; where it lies between two pixels, the even one.
fn centre(whole: usize, part: usize) -> usize {
    let spare = whole.saturating_sub(part);
    let half = spare / 2;
    half + if spare % 2 == 1 { half % 2 } else { 0 }
}

/// Left and top of crop `n` of [`Crops`] in a picture, and whether it is to be mirrored.
pub(super) fn place(n: usize, width: usize, height: usize, crop: usize) -> (usize, usize, bool) {
    let (right, bottom) = (width.saturating_sub(crop), height.saturating_sub(crop));
    let (left, top) = match n % 5 {
        0 => (0, 0),
        1 => (right, 0),
        2 => (0, bottom),
        3 => (right, bottom),
        _ => (centre(width, crop), centre(height, crop)),
    };
    // A place in the mirrored picture is that place in the picture, counted from the right.
    if n < 5 { (left, top, false) } else { (right - left, top, true) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::Preset;

    #[test]
    fn sizes_are_cut_and_centres_go_to_even() {
        // round((149 - 112) / 2) = round(18.5) = 18 and round(19.5) = 20 in Python 3.
        assert_eq!(
            [centre(149, 112), centre(151, 112), centre(150, 112), centre(5, 5)],
            [18, 20, 19, 0]
        );
        let size = |resize, width, height| {
            let preset = Preset::named("resnext101-2017").unwrap();
            let [x, y] = Preprocess { resize, ..preset.preprocess }.axes(width, height).unwrap();
            (x.to, y.to)
        };
        assert_eq!(size(Resize::ShortSide(112), 320, 240), (149, 112));
        assert_eq!(size(Resize::ShortSide(112), 240, 320), (112, 149));
        assert_eq!(size(Resize::ShortSide(256), 856, 480), (456, 256));
        assert_eq!(size(Resize::AtLeast(226), 320, 240), (320, 240));
        assert_eq!(size(Resize::AtLeast(226), 64, 48), (301, 226));
        assert_eq!(size(Resize::Keep, 200, 130), (200, 130));
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let preset = Preset::named("resnext101-2017").unwrap().preprocess;
        let error = preset.axes(16_384, 1).unwrap_err().to_string();
        assert!(error.contains("16384x1 pixels would become one of 1835008x112"), "{error}");
        let keep = Preprocess { resize: Resize::Keep, ..preset };
        let error = keep.axes(300, 111).unwrap_err().to_string();
        assert!(error.contains("300x111 pixels after resizing is smaller than a crop of 112"));
    }
}
