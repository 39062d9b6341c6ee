//! Rows of pools.

use super::{Isa, Random, Target, random_blocks, skipped};
use crate::kernels::pool::{PoolRow, max_row, mean_row};

/// Width, window, stride, padding before and after.
const ROWS: [[usize; 5]; 12] = [
    [1, 1, 1, 0, 0],
    [1, 2, 1, 1, 0],
    [1, 2, 2, 0, 1],
    [1, 3, 2, 1, 1],
    [2, 2, 2, 0, 0],
    [3, 3, 1, 1, 0],
    [3, 3, 1, 0, 1],
    [7, 3, 2, 1, 1],
    [15, 2, 2, 0, 1],
    [16, 3, 1, 2, 2],
    [17, 3, 3, 2, 0],
    [33, 7, 2, 3, 3],
];

#[test]
fn every_row() {
    let mut random = Random(7);
    for isa in Isa::available() {
        for row in ROWS {
            // Times and rows inside; the last is a window of padding alone in time.
            for inside in [(1, 1), (1, 3), (2, 2), (3, 1), (0, 2)] {
                for flags in (0..8).filter(|i| !skipped(row[0] + inside.1 + i)) {
                    check(isa, row, inside, flags, &mut random);
                }
            }
        }
    }
}

fn check(
    isa: Isa,
    row: [usize; 5],
    (times, rows): (usize, usize),
    flags: usize,
    random: &mut Random,
) {
    let [width, window, stride, before, after] = row;
    let (padded, zeros, mean) = (flags & 1 > 0 || times == 0, flags & 2 > 0, flags & 4 > 0);
    let count = (before + width + after - window) / stride + 1;
    let (across, plane) = (width + 1, (width + 1) * rows + 2);
    let reach = times.saturating_sub(1) * plane + (rows - 1) * across + width;
    let x = random_blocks(reach, random);
    let scale = 1.0 / (3 * window) as f32;
    let mut out = Target::new(count + 1, random);
    for i in 0..count * 16 {
        let (o, lane) = (i / 16, i % 16);
        let window: Vec<Option<usize>> = (o * stride..o * stride + window)
            .map(|at| at.checked_sub(before).filter(|at| *at < width))
            .collect();
        let mut seen: Vec<f64> = Vec::new();
        for t in 0..times {
            for h in 0..rows {
                let places = window.iter().flatten();
                seen.extend(places.map(|w| f64::from(x[t * plane + h * across + w].0[lane])));
            }
        }
        if zeros && (padded || window.contains(&None)) {
            seen.push(0.0);
        }
        out.expected[i] = match mean {
            true => seen.iter().sum::<f64>() * f64::from(scale),
            false => seen.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        };
    }
    let pool = PoolRow {
        x: x.as_ptr(),
        times: (times, plane),
        rows: (rows, across),
        padded,
        width,
        window,
        stride,
        before,
        after: after > 0,
        zeros,
        count,
        out: out.found.as_mut_ptr(),
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe {
        match mean {
            true => mean_row(isa, &pool, scale),
            false => max_row(isa, &pool),
        }
    }
    out.check(isa, || format!("{row:?}, {times} × {rows} inside, flags {flags}"));
}
