//! Chroma samples that two columns share: 4:2:0 and 4:2:2 without any scaling.

use super::Planes;
use super::matrix::RgbWeights;

/// Chroma samples that are converted at once: small arrays that the compiler makes vectors of.
const BLOCK: usize = 32;

/// Converts by sums of products that are each cut to whole levels, as SIMD code with 16 bits per value does.
pub(crate) struct Shared<'a> {
    planes: Planes<'a>,
    weights: RgbWeights,
}

/// A level in eighths, times a factor, in whole levels.
fn times(eighths: i16, factor: i16) -> i16 {
    ((i32::from(eighths) * i32::from(factor)) >> 16) as i16
}

impl<'a> Shared<'a> {
    /// Each chroma sample must span two columns.
    pub(super) fn new(planes: Planes<'a>, weights: RgbWeights) -> Self {
        Self { planes, weights }
    }

    pub(super) fn row(&self, y: usize, out: &mut [u8]) {
        let Planes { width, step, .. } = self.planes;
        let columns = self.planes.chroma().0;
        let chroma = y / step.1 * columns;
        let luma = &self.planes.y[y * width..][..width];
        let u = &self.planes.u[chroma..][..columns];
        let v = &self.planes.v[chroma..][..columns];
        let chroma = u.chunks(BLOCK).zip(v.chunks(BLOCK));
        for ((out, luma), (u, v)) in
            out.chunks_mut(6 * BLOCK).zip(luma.chunks(2 * BLOCK)).zip(chroma)
        {
            let [red, green, blue] = self.block(&filled(luma), &filled(u), &filled(v));
            let mut pixels = [0u32; 2 * BLOCK];
            for (pixel, ((&red, &green), &blue)) in
                pixels.iter_mut().zip(red.iter().zip(&green).zip(&blue))
            {
                *pixel = u32::from_le_bytes([red, green, blue, 0]);
            }
            // Four bytes at once, the last of which the next pixel overwrites.
            let mut rest = out;
            for pixel in &pixels {
                let pixel = pixel.to_le_bytes();
                match rest.first_chunk_mut() {
                    Some(place) => *place = pixel,
                    None => rest.copy_from_slice(&pixel[..rest.len()]),
                }
                rest = rest.get_mut(3..).unwrap_or_default();
            }
        }
    }

    /// Red, green and blue of a block. All factors and sums are far within 16 bits.
    fn block(
        &self,
        luma: &[u8; 2 * BLOCK],
        u: &[u8; BLOCK],
        v: &[u8; BLOCK],
    ) -> [[u8; 2 * BLOCK]; 3] {
        let w = self.weights;
        let (black, of_luma) = (w.black as i16, w.luma as i16);
        let mut light = [0i16; 2 * BLOCK];
        for (light, &luma) in light.iter_mut().zip(luma) {
            *light = times(8 * (i16::from(luma) - black), of_luma);
        }
        let plane = |of_u: i32, of_v: i32| plane(&light, (u, of_u as i16), (v, of_v as i16));
        [plane(0, w.red_of_v), plane(w.green_of_u, w.green_of_v), plane(w.blue_of_u, 0)]
    }
}

/// One colour of a block: its light, and the chroma that each two pixels share, by their factors.
fn plane(
    light: &[i16; 2 * BLOCK],
    (u, of_u): (&[u8; BLOCK], i16),
    (v, of_v): (&[u8; BLOCK], i16),
) -> [u8; 2 * BLOCK] {
    let mut plane = [0; 2 * BLOCK];
    let pairs = plane.as_chunks_mut::<2>().0.iter_mut().zip(light.as_chunks::<2>().0);
    for (([a, b], [light_a, light_b]), (&u, &v)) in pairs.zip(u.iter().zip(v)) {
        let (u, v) = (8 * (i16::from(u) - 128), 8 * (i16::from(v) - 128));
        let colour = times(u, of_u) + times(v, of_v);
        *a = (light_a + colour).clamp(0, 255) as u8;
        *b = (light_b + colour).clamp(0, 255) as u8;
    }
    plane
}

/// Samples, filled up with zeros.
fn filled<const N: usize>(samples: &[u8]) -> [u8; N] {
    let mut block = [0; N];
    block[..samples.len()].copy_from_slice(samples);
    block
}
