//! One decoded picture, and its two views: luma and RGB.

use std::borrow::Cow;

use crate::colour::{Matrix, RgbRows};

/// Largest width and height of a frame, in pixels.
pub const MAX_SIDE: usize = 16_384;

/// Why a frame is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum FrameError {
    /// A side is zero or larger than [`MAX_SIDE`].
    #[error("a frame of {width}x{height} pixels is outside 1x1 to {MAX_SIDE}x{MAX_SIDE}")]
    Size { width: usize, height: usize },
    /// A plane's length does not match the frame's size.
    #[error(
        "a frame of {width}x{height} pixels has a {plane} plane of {found} bytes, expected {expected}"
    )]
    Plane {
        width: usize,
        height: usize,
        /// `luma`, `chroma` or `RGB`.
        plane: &'static str,
        expected: usize,
        found: usize,
    },
}

/// The samples of a frame, 8 bits each, rows from top to bottom without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pixels {
    /// Luma only, `height * width` bytes.
    Gray(Vec<u8>),
    /// Luma and two sub-sampled chroma planes, as video is coded.
    Yuv {
        /// Luma, `height * width` bytes.
        y: Vec<u8>,
        /// Blue-difference plane, `ceil(height / step.1) * ceil(width / step.0)` bytes.
        u: Vec<u8>,
        /// Red-difference plane, as large as `u`.
        v: Vec<u8>,
        /// Luma pixels per chroma sample, horizontally and vertically: 4:2:0 is (2, 2), 4:2:2 (2, 1), 4:4:4 (1, 1).
        step: (usize, usize),
        /// Luma spans 0..=255 instead of 16..=235.
        full_range: bool,
        /// How luma and chroma were made of red, green and blue.
        matrix: Matrix,
    },
    /// Interleaved red, green and blue, `height * width * 3` bytes.
    Rgb(Vec<u8>),
}

/// One decoded picture.
///
/// ```
/// use gcl_features::{Frame, Pixels};
///
/// let frame = Frame::new(2, 1, Pixels::Rgb(vec![255, 255, 255, 255, 0, 0]))?; // white and red
/// assert_eq!((*frame.luma()).to_vec(), [255, 77]);
/// assert!(Frame::new(2, 2, Pixels::Gray(vec![0; 3])).is_err());
/// # Ok::<(), gcl_features::FrameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    pixels: Pixels,
}

impl Default for Frame {
    /// One black pixel: something for a source to overwrite.
    fn default() -> Self {
        Self { width: 1, height: 1, pixels: Pixels::Gray(vec![0]) }
    }
}

/// Checks a frame's size; call it before allocating planes.
pub(crate) fn check_size(width: usize, height: usize) -> Result<(), FrameError> {
    let side = 1..=MAX_SIDE;
    if side.contains(&width) && side.contains(&height) {
        Ok(())
    } else {
        Err(FrameError::Size { width, height })
    }
}

impl Frame {
    /// A frame of `width` by `height` pixels.
    ///
    /// # Errors
    /// [`FrameError::Size`], or [`FrameError::Plane`] if a plane's length does not match the size.
    pub fn new(width: usize, height: usize, pixels: Pixels) -> Result<Self, FrameError> {
        check_size(width, height)?;
        let fits = |plane, expected, data: &[u8]| {
            let found = data.len();
            if found == expected {
                Ok(())
            } else {
                Err(FrameError::Plane { width, height, plane, expected, found })
            }
        };
        match &pixels {
            Pixels::Gray(y) => fits("luma", width * height, y)?,
            Pixels::Rgb(rgb) => fits("RGB", width * height * 3, rgb)?,
            Pixels::Yuv { y, u, v, step, .. } => {
                let chroma = width.div_ceil(step.0.max(1)) * height.div_ceil(step.1.max(1));
                fits("luma", width * height, y)?;
                fits("chroma", chroma, u)?;
                fits("chroma", chroma, v)?;
            }
        }
        Ok(Self { width, height, pixels })
    }

    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The samples as decoded.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// The samples, to change them in place; their number and form stay.
    pub(crate) fn pixels_mut(&mut self) -> &mut Pixels {
        &mut self.pixels
    }

    /// Luma, `height * width` bytes. Video gives its luma plane as coded (16..=235 or 0..=255);
    /// RGB is converted with BT.601's weights in integers: `(77 R + 150 G + 29 B + 128) >> 8`.
    pub fn luma(&self) -> Cow<'_, [u8]> {
        match &self.pixels {
            Pixels::Gray(y) | Pixels::Yuv { y, .. } => Cow::Borrowed(y),
            Pixels::Rgb(rgb) => Cow::Owned(
                rgb.as_chunks::<3>().0.iter().map(|&[r, g, b]| luma_of(r, g, b)).collect(),
            ),
        }
    }

    /// Interleaved RGB, `height * width * 3` bytes, bit for bit as FFmpeg converts video to `rgb24` by default
    /// (x86-64, no scaler flags; see docs/method.md).
    pub fn to_rgb(&self) -> Vec<u8> {
        let rows = RgbRows::new(self);
        let mut rgb = vec![0; self.width * self.height * 3];
        for (y, row) in rgb.chunks_exact_mut(self.width * 3).enumerate() {
            rows.row(y, row);
        }
        rgb
    }
}

fn luma_of(r: u8, g: u8, b: u8) -> u8 {
    ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b) + 128) >> 8) as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn yuv(y: u8, u: u8, v: u8, full_range: bool) -> Vec<u8> {
        let (u, v, step, matrix) = (vec![u; 4], vec![v; 4], (2, 2), Matrix::Bt601);
        let pixels = Pixels::Yuv { y: vec![y; 16], u, v, step, full_range, matrix };
        Frame::new(4, 4, pixels).unwrap().to_rgb()
    }

    #[test]
    fn black_white_and_red_survive_the_way_to_rgb() {
        // As integers of 8 bits have it: red is not quite reached.
        assert_eq!(yuv(16, 128, 128, false)[..3], [0, 0, 0]);
        assert_eq!(yuv(235, 128, 128, false)[24..27], [255, 255, 255]);
        assert_eq!(yuv(81, 90, 240, false)[..3], [253, 0, 0]);
        assert_eq!(yuv(235, 128, 128, true)[..3], [235, 235, 235]);
        assert_eq!(yuv(76, 85, 255, true)[..3], [254, 0, 0]);
    }

    #[test]
    fn luma_of_rgb_uses_601_weights() {
        let frame =
            Frame::new(2, 2, Pixels::Rgb(vec![255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255]));
        assert_eq!(*frame.unwrap().luma(), [255, 77, 149, 29]);
    }

    #[test]
    fn sizes_and_planes_that_do_not_fit_are_refused() {
        assert!(matches!(Frame::new(0, 4, Pixels::Gray(vec![])), Err(FrameError::Size { .. })));
        let wide = Frame::new(MAX_SIDE + 1, 1, Pixels::Gray(vec![0; MAX_SIDE + 1]));
        assert!(matches!(wide, Err(FrameError::Size { .. })));
        let short = Frame::new(2, 2, Pixels::Gray(vec![0; 3])).unwrap_err();
        assert_eq!(
            short.to_string(),
            "a frame of 2x2 pixels has a luma plane of 3 bytes, expected 4"
        );
    }
}
