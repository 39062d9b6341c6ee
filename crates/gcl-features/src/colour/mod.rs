//! From coded planes to RGB, bit for bit as FFmpeg converts by default.
//!
//! Published checkpoints were trained and run on frames that FFmpeg decoded, so its arithmetic is followed and not
//! the exact formula: that of `ffmpeg -i VIDEO -pix_fmt rgb24`, with no scaler flags, on x86-64. See docs/method.md.
//!
//! | planes | chroma | file |
//! |---|---|---|
//! | 4:2:0 and 4:2:2 of even height | each sample counts for the pixels that it covers | `shared` |
//! | the same of odd height | bicubic between rows; between columns too where the width is odd | `scaled` |
//! | 4:4:4 | as it is | `scaled` |

mod filter;
mod matrix;
mod scaled;
mod shared;

pub use matrix::Matrix;

use crate::frame::{Frame, Pixels};
use scaled::Scaled;
use shared::Shared;

/// A frame's rows as RGB, converted one at a time.
pub(crate) enum RgbRows<'a> {
    Gray(&'a [u8]),
    Rgb(&'a [u8]),
    Shared(Shared<'a>),
    Scaled(Scaled<'a>),
}

impl<'a> RgbRows<'a> {
    pub(crate) fn new(frame: &'a Frame) -> Self {
        match frame.pixels() {
            Pixels::Gray(samples) => Self::Gray(samples),
            Pixels::Rgb(samples) => Self::Rgb(samples),
            Pixels::Yuv { y, u, v, step, full_range, matrix } => {
                let planes = Planes {
                    y,
                    u,
                    v,
                    width: frame.width(),
                    height: frame.height(),
                    step: (step.0.max(1), step.1.max(1)),
                };
                if step.0 == 2 && matches!(step.1, 1 | 2) && frame.height().is_multiple_of(2) {
                    Self::Shared(Shared::new(planes, matrix.weights(*full_range)))
                } else {
                    Self::Scaled(Scaled::new(planes, *matrix, *full_range))
                }
            }
        }
    }

    /// Writes row `y`, which the frame must have, to `out`: `3 * width` bytes.
    pub(crate) fn row(&self, y: usize, out: &mut [u8]) {
        match self {
            Self::Gray(samples) => {
                let width = out.len() / 3;
                let row = &samples[y * width..][..width];
                for (pixel, &luma) in out.as_chunks_mut::<3>().0.iter_mut().zip(row) {
                    *pixel = [luma; 3];
                }
            }
            Self::Rgb(samples) => out.copy_from_slice(&samples[y * out.len()..][..out.len()]),
            Self::Shared(shared) => shared.row(y, out),
            Self::Scaled(scaled) => scaled.row(y, out),
        }
    }
}

/// The planes of a frame, their lengths checked by [`Frame::new`].
struct Planes<'a> {
    y: &'a [u8],
    u: &'a [u8],
    v: &'a [u8],
    width: usize,
    height: usize,
    /// Luma pixels per chroma sample, neither zero.
    step: (usize, usize),
}

impl Planes<'_> {
    /// Columns and rows of a chroma plane.
    fn chroma(&self) -> (usize, usize) {
        (self.width.div_ceil(self.step.0), self.height.div_ceil(self.step.1))
    }
}
