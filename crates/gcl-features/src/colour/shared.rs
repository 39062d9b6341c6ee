//! Chroma samples that two columns share: 4:2:0 and 4:2:2 without any scaling.

use super::Planes;
use super::matrix::Weights;

/// Converts by sums of products that are each cut to whole levels, as SIMD code with 16 bits a value does.
pub(crate) struct Shared<'a> {
    planes: Planes<'a>,
    weights: Weights,
}

/// A level in eighths, times a factor, in whole levels.
fn times(eighths: i32, factor: i32) -> i32 {
    (eighths * factor) >> 16
}

impl<'a> Shared<'a> {
    /// Each chroma sample must span two columns.
    pub(super) fn new(planes: Planes<'a>, weights: Weights) -> Self {
        Self { planes, weights }
    }

    pub(super) fn row(&self, y: usize, out: &mut [u8]) {
        let Planes { width, step, .. } = self.planes;
        let columns = self.planes.chroma().0;
        let chroma = y / step.1 * columns;
        let luma = &self.planes.y[y * width..][..width];
        let u = &self.planes.u[chroma..][..columns];
        let v = &self.planes.v[chroma..][..columns];
        let weights = self.weights;
        let pairs = out.chunks_mut(6).zip(luma.chunks(2)).zip(u.iter().zip(v));
        for ((pixels, luma), (&u, &v)) in pairs {
            let (u, v) = (8 * (i32::from(u) - 128), 8 * (i32::from(v) - 128));
            let red = times(v, weights.red_of_v);
            let green = times(u, weights.green_of_u) + times(v, weights.green_of_v);
            let blue = times(u, weights.blue_of_u);
            for (pixel, &luma) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(luma) {
                let luma = times(8 * (i32::from(luma) - weights.black), weights.luma);
                *pixel = [red, green, blue].map(|colour| (luma + colour).clamp(0, 255) as u8);
            }
        }
    }
}
