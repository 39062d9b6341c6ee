//! Pillow's resampling: first along rows, then along columns, each step rounded to whole levels.
//!
//! It is written here because features are only comparable if every level is the one that Pillow gives.

use std::f64::consts::PI;

use super::Filter;
use super::size::ResizeAxis;
use crate::colour::RgbRows;

/// Bits after the point of a weight.
const BITS: u32 = 22;
const HALF: i32 = 1 << (BITS - 1);

/// For each new pixel, its first old one and its weights.
struct PillowTaps {
    starts: Vec<usize>,
    /// `longest` for each, filled up with zeros.
    weights: Vec<i32>,
    counts: Vec<usize>,
    longest: usize,
}

impl PillowTaps {
    fn new(filter: Filter, axis: ResizeAxis) -> Self {
        // A filter is as wide as its old pixels where the picture shrinks.
        let scale = axis.from as f64 / axis.to as f64;
        let stretch = scale.max(1.0);
        let support = reach(filter) * stretch;
        let shrink = 1.0 / stretch;
        let longest = 2 * support.ceil() as usize + 1;
        let mut taps = Self {
            starts: Vec::with_capacity(axis.length),
            weights: vec![0; longest * axis.length],
            counts: Vec::with_capacity(axis.length),
            longest,
        };
        let rows = taps.weights.chunks_exact_mut(longest);
        for (n, weights) in (axis.start..).zip(rows) {
            let centre = (n as f64 + 0.5) * scale;
            // A cast to `usize` cuts what is below zero to zero, as wanted.
            let start = (centre - support + 0.5) as usize;
            let end = ((centre + support + 0.5) as usize).min(axis.from);
            let exact: Vec<f64> =
                (start..end).map(|i| weight(filter, (i as f64 - centre + 0.5) * shrink)).collect();
            let sum: f64 = exact.iter().sum();
            for (weight, exact) in weights.iter_mut().zip(&exact) {
                *weight = (exact / sum * f64::from(1 << BITS)).round() as i32;
            }
            taps.starts.push(start);
            taps.counts.push(end - start);
        }
        taps
    }

    /// The first old pixel of a new one, and its weights.
    fn of(&self, n: usize) -> (usize, &[i32]) {
        (self.starts[n], &self.weights[n * self.longest..][..self.counts[n]])
    }
}

/// How far the filter reaches to each side, in pixels.
fn reach(filter: Filter) -> f64 {
    match filter {
        Filter::PillowLanczos => 3.0,
        Filter::PillowBicubic => 2.0,
        _ => 1.0,
    }
}

fn weight(filter: Filter, x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) };
    let x = x.abs();
    match filter {
        Filter::PillowLanczos if x < 3.0 => sinc(x) * sinc(x / 3.0),
        Filter::PillowBicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
        Filter::PillowBicubic if x < 2.0 => -0.5 * (((x - 5.0) * x + 8.0) * x - 4.0),
        Filter::PillowBicubic | Filter::PillowLanczos => 0.0,
        _ => (1.0 - x).max(0.0),
    }
}

fn level(sum: i32) -> u8 {
    (sum >> BITS).clamp(0, 255) as u8
}

/// The wanted part of a frame in its new size, `height * width * 3` levels.
pub(super) fn resize(rows: &RgbRows<'_>, filter: Filter, [x, y]: [ResizeAxis; 2]) -> Vec<u8> {
    let (columns, lines) = (PillowTaps::new(filter, x), PillowTaps::new(filter, y));
    let stride = 3 * x.length;
    // Old rows that are needed, in their new width.
    let first = lines.starts.first().copied().unwrap_or(0);
    let end = lines.starts.iter().zip(&lines.counts).map(|(start, count)| start + count).max();
    let needed = first..end.unwrap_or(first);
    let mut narrow = vec![0; needed.len() * stride];
    let mut row = vec![0; 3 * x.from];
    for (n, out) in needed.zip(narrow.chunks_exact_mut(stride)) {
        rows.row(n, &mut row);
        let pixels = row.as_chunks::<3>().0;
        for (n, new) in out.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let (start, weights) = columns.of(n);
            let mut sums = [HALF; 3];
            for (pixel, &weight) in pixels[start..].iter().zip(weights) {
                for (sum, &level) in sums.iter_mut().zip(pixel) {
                    *sum += i32::from(level) * weight;
                }
            }
            *new = sums.map(level);
        }
    }
    let mut resized = vec![0; y.length * stride];
    let mut sums = vec![0; stride];
    for (n, out) in resized.chunks_exact_mut(stride).enumerate() {
        let (start, weights) = lines.of(n);
        sums.fill(HALF);
        for (row, &weight) in narrow[(start - first) * stride..].chunks_exact(stride).zip(weights) {
            for (sum, &level) in sums.iter_mut().zip(row) {
                *sum += i32::from(level) * weight;
            }
        }
        for (new, &sum) in out.iter_mut().zip(&sums) {
            *new = level(sum);
        }
    }
    resized
}
