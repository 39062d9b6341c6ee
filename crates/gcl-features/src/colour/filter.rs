//! Weights of a bicubic filter (B = 0, C = 0.6) between chroma samples, in integers.

/// Which samples make one new sample: those from `start`, by their weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taps {
    pub start: usize,
    /// Their sum is the `one` that was asked for.
    pub weights: Vec<i32>,
}

/// What is left out at each end of a filter, of its whole: 0.2 %.
const LEFT_OUT: f64 = 0.002;
/// A weight of one before rounding.
const FINE: i64 = 1 << 54;

/// The filters that make `to` samples of `from`, centres aligned, each a multiple of `align` long.
pub(super) fn bicubic(from: usize, to: usize, one: i64, align: usize) -> Vec<Taps> {
    let (from_i, to_i) = (from as i64, to as i64);
    let step = ((from_i << 16) + to_i / 2) / to_i;
    if (step - (1 << 16)).abs() < 10 {
        let taps = |start| Taps { start, weights: vec![one as i32] };
        return (0..to).map(taps).collect();
    }
    let longest = if step <= 1 << 16 { 5 } else { 1 + (4 * from).div_ceil(to) };
    let length = longest.min(from.saturating_sub(2)).max(1);
    // `at` is twice the place of a new sample's centre, in 1 / 65,536 of the old grid.
    let mut at = step - (1 << 16);
    let mut taps: Vec<(i64, Vec<i64>)> = Vec::with_capacity(to);
    for _ in 0..to {
        let start = (at - (length as i64 - 2) * (1 << 16)) / (1 << 17);
        let weight = |j: usize| {
            let distance = ((start + j as i64) * (1 << 17) - at).abs() << 13;
            cubic(if step > 1 << 16 { distance * to_i / from_i } else { distance })
        };
        taps.push((start, (0..length).map(weight).collect()));
        at += 2 * step;
    }
    let length = shorten(&mut taps).div_ceil(align) * align;
    let finish = |(start, mut weights): (i64, Vec<i64>)| {
        weights.resize(length, 0);
        round(inside(start, weights, from_i), from, one)
    };
    taps.into_iter().map(finish).collect()
}

/// The filter's value at a distance in 1 / 2^30 samples, times [`FINE`].
fn cubic(d: i64) -> i64 {
    if d >= 1 << 31 {
        return 0;
    }
    let c = (0.6 * f64::from(1 << 24)) as i64;
    let unit = 1i64 << 24;
    let d2 = (d * d) >> 30;
    let d3 = (d2 * d) >> 30;
    if d < 1 << 30 {
        (12 * unit - 6 * c) * d3 + (6 * c - 18 * unit) * d2 + 6 * unit * (1 << 30)
    } else {
        -6 * c * d3 + 30 * c * d2 - 48 * c * d + 24 * c * (1 << 30)
    }
}

/// Moves weights near zero out of the filters' left ends. The length that the longest then needs.
fn shorten(taps: &mut [(i64, Vec<i64>)]) -> usize {
    let limit = LEFT_OUT * FINE as f64;
    let mut longest = 0;
    let mut next = i64::MAX;
    for (start, weights) in taps.iter_mut().rev() {
        let mut sum = 0;
        for _ in 0..weights.len() {
            sum += weights[0].abs();
            // Starts must not fall.
            if sum as f64 > limit || *start >= next {
                break;
            }
            weights.rotate_left(1);
            if let Some(last) = weights.last_mut() {
                *last = 0;
            }
            *start += 1;
        }
        next = *start;
        let mut sum = 0;
        let needed = |weight: &&i64| {
            sum += weight.abs();
            sum as f64 <= limit
        };
        let spare = weights[1..].iter().rev().take_while(needed).count();
        longest = longest.max(weights.len() - spare);
    }
    longest
}

/// Gives the weights of samples outside of `0..from` to the outermost ones.
fn inside(start: i64, weights: Vec<i64>, from: i64) -> (usize, Vec<i64>) {
    let length = weights.len() as i64;
    let first = start.min(from - length).max(0);
    let mut moved = vec![0; weights.len()];
    for (at, weight) in (start..).zip(weights) {
        let at = at.clamp(0, from - 1) - first;
        moved[at as usize] += weight;
    }
    (first as usize, moved)
}

/// Rounds weights to a sum of `one`, carrying each rounding error to the next weight.
fn round((start, weights): (usize, Vec<i64>), from: usize, one: i64) -> Taps {
    let sum = weights.iter().sum::<i64>();
    let sum = ((sum + one / 2) / one).max(1);
    let mut error = 0;
    let mut rounded = Vec::with_capacity(weights.len());
    for weight in weights {
        let value = weight + error;
        let half = if value < 0 { -(sum >> 1) } else { sum >> 1 };
        let whole = (value + half) / sum;
        error = value - whole * sum;
        rounded.push(whole as i32);
    }
    // Nothing lies behind the last sample: those weights are zero.
    rounded.truncate(from - start);
    Taps { start, weights: rounded }
}
