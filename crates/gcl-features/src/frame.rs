//! One decoded picture, and its two views: luma and RGB.

use std::borrow::Cow;

/// Largest width and height, in pixels, of a frame that is accepted.
pub const MAX_SIDE: usize = 16_384;

/// Why a frame cannot exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A side is zero or larger than [`MAX_SIDE`].
    #[error("a frame of {width}x{height} pixels is outside 1x1 to {MAX_SIDE}x{MAX_SIDE}")]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A plane does not hold as many bytes as the size asks for.
    #[error(
        "a frame of {width}x{height} pixels has a {plane} plane of {found} bytes, expected {expected}"
    )]
    Plane {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// `luma`, `chroma` or `RGB`.
        plane: &'static str,
        /// Bytes that the size asks for.
        expected: usize,
        /// Bytes given.
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
    },
    /// Interleaved red, green and blue, `height * width * 3` bytes.
    Rgb(Vec<u8>),
}

/// One decoded picture.
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

/// Refuses sizes that no frame may have; call it before allocating planes.
pub(crate) fn check_size(width: usize, height: usize) -> Result<(), FrameError> {
    let side = 1..=MAX_SIDE;
    if side.contains(&width) && side.contains(&height) {
        Ok(())
    } else {
        Err(FrameError::Size { width, height })
    }
}

impl Frame {
    /// Puts planes together to a frame of `width` by `height` pixels.
    ///
    /// # Errors
    /// The size is refused, or a plane's length does not fit it.
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

    /// Interleaved RGB, `height * width * 3` bytes, by BT.601 in integers;
    /// a chroma sample counts for every pixel that it covers.
    pub fn to_rgb(&self) -> Vec<u8> {
        match &self.pixels {
            Pixels::Rgb(rgb) => rgb.clone(),
            Pixels::Gray(y) => y.iter().flat_map(|&y| [y; 3]).collect(),
            Pixels::Yuv { y, u, v, step, full_range } => {
                let (step_x, step_y) = (step.0.max(1), step.1.max(1));
                let columns = self.width.div_ceil(step_x);
                let mut rgb = Vec::with_capacity(y.len() * 3);
                for (row, line) in y.chunks_exact(self.width).enumerate() {
                    let from = row / step_y * columns;
                    for (column, &luma) in line.iter().enumerate() {
                        let at = from + column / step_x;
                        rgb.extend(rgb_of(luma, u[at], v[at], *full_range));
                    }
                }
                rgb
            }
        }
    }
}

fn luma_of(r: u8, g: u8, b: u8) -> u8 {
    ((77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b) + 128) >> 8) as u8
}

fn rgb_of(y: u8, u: u8, v: u8, full_range: bool) -> [u8; 3] {
    let (y, u, v) = (i32::from(y), i32::from(u) - 128, i32::from(v) - 128);
    let [r, g, b] = if full_range {
        [256 * y + 359 * v, 256 * y - 88 * u - 183 * v, 256 * y + 454 * u]
    } else {
        let y = 298 * (y - 16);
        [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u]
    };
    [r, g, b].map(|c| ((c + 128) >> 8).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn yuv(y: u8, u: u8, v: u8, full_range: bool) -> Vec<u8> {
        let pixels =
            Pixels::Yuv { y: vec![y; 9], u: vec![u; 4], v: vec![v; 4], step: (2, 2), full_range };
        Frame::new(3, 3, pixels).unwrap().to_rgb()
    }

    #[test]
    fn black_white_and_red_survive_the_way_to_rgb() {
        assert_eq!(yuv(16, 128, 128, false)[..3], [0, 0, 0]);
        assert_eq!(yuv(235, 128, 128, false)[24..], [255, 255, 255]);
        assert_eq!(yuv(81, 90, 240, false)[..3], [255, 0, 0]);
        assert_eq!(yuv(235, 128, 128, true)[..3], [235, 235, 235]);
        assert_eq!(yuv(76, 85, 255, true)[..3], [254, 0, 0]);
    }

    #[test]
    fn chroma_is_taken_from_the_covering_sample() {
        let pixels = Pixels::Yuv {
            y: vec![128; 4],
            u: vec![128, 128],
            v: vec![128, 200],
            step: (2, 1),
            full_range: true,
        };
        let rgb = Frame::new(2, 2, pixels).unwrap().to_rgb();
        assert_eq!(rgb[..6], [128; 6]);
        assert_eq!(rgb[6..9], rgb[9..12]);
        assert!(rgb[6] > 200 && rgb[7] < 100);
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
