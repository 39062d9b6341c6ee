//! A frame on the small grid: area average, and gradients along x and y.

/// Columns and rows of pixels of the grid.
pub(super) const WIDTH: usize = 64;
pub(super) const HEIGHT: usize = 48;
/// Columns and rows of cells, each 4x4 pixels.
pub(crate) const COLUMNS: usize = WIDTH / 4;
pub(crate) const ROWS: usize = HEIGHT / 4;

/// One number for each pixel of the grid, rows from top to bottom.
pub(super) type Plane = [[i16; WIDTH]; HEIGHT];

/// Luma in sixteenths of a grey level (0..=4080), and its central differences
/// with the border repeated, in thirty-seconds of a level per pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gradients {
    pub luma: Box<Plane>,
    pub x: Box<Plane>,
    pub y: Box<Plane>,
}

impl Gradients {
    /// From `height * width` bytes of luma.
    pub(super) fn of(luma: &[u8], width: usize, height: usize) -> Self {
        let luma = area_average(luma, width, height);
        let (mut x, mut y) = (empty(), empty());
        for row in 0..HEIGHT {
            let line = &luma[row];
            let (above, below) = (&luma[row.saturating_sub(1)], &luma[(row + 1).min(HEIGHT - 1)]);
            for column in 1..WIDTH - 1 {
                x[row][column] = line[column + 1] - line[column - 1];
            }
            x[row][0] = line[1] - line[0];
            x[row][WIDTH - 1] = line[WIDTH - 1] - line[WIDTH - 2];
            for column in 0..WIDTH {
                y[row][column] = below[column] - above[column];
            }
        }
        Self { luma, x, y }
    }
}

fn empty() -> Box<Plane> {
    Box::new([[0; WIDTH]; HEIGHT])
}

/// The mean of the input under each pixel of the grid, times 16, rounded.
///
/// Floats hold whole numbers here, and small enough ones to be exact: a column's sum is at most
/// 255 * 16384 < 2^24 in `f32`, the sum of an area less than 2^41 in `f64`. Since the quotient
/// is less than 2^12 and the divisor at most 2^28, cutting it off gives what integers would give.
fn area_average(luma: &[u8], width: usize, height: usize) -> Box<Plane> {
    let (columns, rows) = (Overlaps::new(width, WIDTH), Overlaps::new(height, HEIGHT));
    let area = width * height;
    let (half, area) = ((area / 2) as f64, area as f64);
    // Weights of zero may reach a little over the right border.
    let mut sums = vec![0.0f32; width + columns.most];
    let mut plane = empty();
    for (row, out) in plane.iter_mut().enumerate() {
        sums.fill(0.0);
        let (top, weights) = rows.of(row);
        let lines = luma.chunks_exact(width).skip(top);
        for (line, &weight) in lines.zip(weights).filter(|(_, weight)| **weight > 0.0) {
            for (sum, &sample) in sums.iter_mut().zip(line) {
                *sum += weight * f32::from(sample);
            }
        }
        let totals = match columns.most {
            // The usual widths, up to 256 pixels, with the inner loop unrolled.
            2 => columns.weigh::<2>(&sums),
            3 => columns.weigh::<3>(&sums),
            4 => columns.weigh::<4>(&sums),
            5 => columns.weigh::<5>(&sums),
            _ => columns.weigh_any(&sums),
        };
        for (out, total) in out.iter_mut().zip(totals) {
            *out = ((16.0 * total + half) / area) as i16;
        }
    }
    plane
}

/// How much of each input pixel lies under each output pixel, along one axis,
/// in units of 1 / outputs of an input pixel: whole numbers that add up to `inputs`.
struct Overlaps {
    /// First input pixel under each output pixel.
    first: Vec<usize>,
    /// `most` weights for each output pixel, filled up with zeros.
    weights: Vec<f32>,
    most: usize,
}

impl Overlaps {
    fn new(inputs: usize, outputs: usize) -> Self {
        let most = inputs.div_ceil(outputs) + 1;
        let first: Vec<usize> = (0..outputs).map(|output| output * inputs / outputs).collect();
        let mut weights = Vec::with_capacity(outputs * most);
        for (output, &first) in first.iter().enumerate() {
            weights.extend((first..first + most).map(|input| {
                let end = ((output + 1) * inputs).min((input + 1) * outputs);
                let start = (output * inputs).max(input * outputs);
                end.saturating_sub(start) as f32
            }));
        }
        Self { first, weights, most }
    }

    /// The first input pixel under an output pixel, and the weights from there on.
    fn of(&self, output: usize) -> (usize, &[f32]) {
        (self.first[output], &self.weights[output * self.most..][..self.most])
    }

    /// The weighted sum of `line` under each output pixel, for `most == N`.
    fn weigh<const N: usize>(&self, line: &[f32]) -> [f64; WIDTH] {
        let mut totals = [0.0; WIDTH];
        let weights = self.weights.as_chunks::<N>().0;
        for ((total, &first), weights) in totals.iter_mut().zip(&self.first).zip(weights) {
            if let Some(under) = line[first..].first_chunk::<N>() {
                for n in 0..N {
                    *total += f64::from(under[n]) * f64::from(weights[n]);
                }
            }
        }
        totals
    }

    /// The same for any `most`.
    fn weigh_any(&self, line: &[f32]) -> [f64; WIDTH] {
        let mut totals = [0.0; WIDTH];
        let weights = self.weights.chunks_exact(self.most);
        for ((total, &first), weights) in totals.iter_mut().zip(&self.first).zip(weights) {
            let terms = line[first..].iter().zip(weights);
            *total = terms.map(|(&sum, &weight)| f64::from(sum) * f64::from(weight)).sum();
        }
        totals
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The definition, pixel by pixel, in integers.
    fn slow(luma: &[u8], width: usize, height: usize) -> Plane {
        let overlap = |output: usize, input: usize, inputs: usize, outputs: usize| {
            let end = ((output + 1) * inputs).min((input + 1) * outputs);
            end.saturating_sub((output * inputs).max(input * outputs))
        };
        let mut plane = [[0; WIDTH]; HEIGHT];
        for (y, line) in plane.iter_mut().enumerate() {
            for (x, out) in line.iter_mut().enumerate() {
                let mut sum = 0;
                for (n, &sample) in luma.iter().enumerate() {
                    let rows = overlap(y, n / width, height, HEIGHT);
                    sum += rows * overlap(x, n % width, width, WIDTH) * usize::from(sample);
                }
                *out = ((16 * sum + width * height / 2) / (width * height)) as i16;
            }
        }
        plane
    }

    #[test]
    fn the_average_is_exact_at_every_size() {
        for (width, height) in [(64, 48), (128, 64), (1, 1), (8, 8), (67, 50), (130, 7), (5, 97)] {
            let luma: Vec<u8> =
                (0..width * height).map(|n| (n * n * 31 + n * 7) as u8 ^ (n >> 3) as u8).collect();
            assert_eq!(*area_average(&luma, width, height), slow(&luma, width, height));
        }
        let white = vec![255; 4096 * 4096];
        assert!(area_average(&white, 4096, 4096).as_flattened().iter().all(|&v| v == 4080));
    }

    #[test]
    fn gradients_repeat_the_border() {
        let luma: Vec<u8> = (0..48).flat_map(|y| (0..64).map(move |x| 2 * x + y)).collect();
        let gradients = Gradients::of(&luma, 64, 48);
        assert_eq!(gradients.luma[47][63], 16 * 173);
        assert_eq!((gradients.x[5][0], gradients.x[5][1], gradients.x[5][63]), (32, 64, 32));
        assert_eq!((gradients.y[0][9], gradients.y[1][9], gradients.y[47][9]), (16, 32, 16));
    }
}
