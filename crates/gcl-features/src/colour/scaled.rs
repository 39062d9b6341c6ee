//! Chroma that is filtered to the size of the picture: odd heights, and 4:4:4.

use super::Planes;
use super::filter::{Taps, bicubic};
use super::matrix::{Exact, Matrix, RgbWeights};

/// Chroma as it is filtered: levels in 1 / 128.
struct Chroma {
    columns: usize,
    u: Vec<i32>,
    v: Vec<i32>,
}

/// Converts with chroma of full height: of full width too where `full`, else a sample for every two columns.
pub(crate) struct Scaled<'a> {
    planes: Planes<'a>,
    chroma: Chroma,
    rows: Vec<Taps>,
    full: bool,
    weights: RgbWeights,
    exact: Exact,
}

impl<'a> Scaled<'a> {
    pub(super) fn new(planes: Planes<'a>, matrix: Matrix, full_range: bool) -> Self {
        let (from, height) = planes.chroma();
        let full = planes.step == (1, 1) || planes.width % 2 == 1;
        let columns = if full { planes.width } else { planes.width / 2 };
        let taps = bicubic(from, columns, 1 << 14, 4);
        let widen = |plane: &[u8]| {
            let mut wide = Vec::with_capacity(columns * height);
            for row in plane.chunks_exact(from) {
                wide.extend(taps.iter().map(|taps| {
                    let samples = row[taps.start..].iter().zip(&taps.weights);
                    let sum: i32 = samples.map(|(&sample, &w)| i32::from(sample) * w).sum();
                    (sum >> 7).min((1 << 15) - 1)
                }));
            }
            wide
        };
        let chroma = Chroma { columns, u: widen(planes.u), v: widen(planes.v) };
        let rows = bicubic(height, planes.height, 1 << 12, 1);
        let (weights, exact) = (matrix.weights(full_range), matrix.exact(full_range));
        Self { planes, chroma, rows, full, weights, exact }
    }

    pub(super) fn row(&self, y: usize, out: &mut [u8]) {
        let width = self.planes.width;
        let luma = &self.planes.y[y * width..][..width];
        let taps = &self.rows[y];
        // Levels in 1 / 2^19.
        let sample = |plane: &[i32], column: usize| -> i32 {
            let rows = plane[taps.start * self.chroma.columns..].chunks_exact(self.chroma.columns);
            rows.zip(&taps.weights).map(|(row, &weight)| row[column] * weight).sum()
        };
        for (x, pixel) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let column = if self.full { x } else { x / 2 };
            let (u, v) = (sample(&self.chroma.u, column), sample(&self.chroma.v, column));
            *pixel = if self.full { self.fine(luma[x], u, v) } else { self.coarse(luma[x], u, v) };
        }
    }

    /// By products of 32 bits. Chroma far outside of the picture's gamut wraps around, as it does in FFmpeg.
    fn fine(&self, luma: u8, u: i32, v: i32) -> [u8; 3] {
        let w = self.weights;
        // Levels in 1 / 512.
        let (u, v) = ((u + 512 - (128 << 19)) >> 10, (v + 512 - (128 << 19)) >> 10);
        let luma = ((i32::from(luma) - w.black) << 9) * w.luma;
        let luma = luma.wrapping_add(1 << 21);
        let red = luma.wrapping_add(v.wrapping_mul(w.red_of_v));
        let green = luma.wrapping_add(v.wrapping_mul(w.green_of_v));
        let green = green.wrapping_add(u.wrapping_mul(w.green_of_u));
        let blue = luma.wrapping_add(u.wrapping_mul(w.blue_of_u));
        [red, green, blue].map(|colour| (colour.clamp(0, (1 << 30) - 1) >> 22) as u8)
    }

    /// By whole levels: chroma moves the place in a table of luma.
    fn coarse(&self, luma: u8, u: i32, v: i32) -> [u8; 3] {
        let e = self.exact;
        let level = |sample: i32| i64::from(((sample + (1 << 18)) >> 19).clamp(0, 255));
        let (u, v) = (level(u), level(v));
        let move_by = |chroma: i64, factor: i64| {
            let factor = ((factor << 16) + 0x8000) / e.luma;
            ((chroma * factor) >> 16) - (factor >> 9)
        };
        let green = move_by(u, e.green_of_u) + move_by(v, e.green_of_v);
        // The table's first place stands for this much luma below black.
        let origin = if e.black == 0 { 384 } else { 326 };
        let below = -(384 << 16) - (i64::from(e.black) << 16);
        [move_by(v, e.red_of_v), green, move_by(u, e.blue_of_u)].map(|moved| {
            let place = i64::from(luma) + moved + origin;
            ((below + e.luma * place + 0x8000) >> 16).clamp(0, 255) as u8
        })
    }
}
