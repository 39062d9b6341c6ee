//! The tile of depthwise convolutions.

use super::{CLAMPS, Clamp, Isa, Random, Target, cut, floats, random_blocks, skipped};
use crate::kernels::depthwise::{DepthwiseTile, depthwise_fn};

/// Taps in height and width that lie inside.
const TAPS: [[usize; 2]; 5] = [[3, 3], [5, 5], [1, 2], [2, 1], [0, 3]];

#[test]
fn every_tile() {
    let mut random = Random(10);
    for isa in Isa::available() {
        for i in (0..isa.tile().0 * 30).filter(|i| !skipped(*i)) {
            let (places, rest) = (i / 30 + 1, i % 30);
            let (stride, clamp, taps) = (rest % 2 + 1, CLAMPS[rest / 2 % 3], TAPS[rest / 6]);
            check(isa, places, stride, taps, clamp, &mut random);
        }
    }
}

fn check(
    isa: Isa,
    places: usize,
    stride: usize,
    [rows, columns]: [usize; 2],
    clamp: Clamp,
    random: &mut Random,
) {
    // Rows of the input and of the weights are longer than what is read of them.
    let used = (places - 1) * stride + columns;
    let (row, w_row) = (used + 2, columns + 1);
    let x = random_blocks(rows.saturating_sub(1) * row + used, random);
    let w = random_blocks(rows.saturating_sub(1) * w_row + columns, random);
    let bias = random_blocks(1, random);
    let mut out = Target::new(places + 1, random);
    for i in 0..places * 16 {
        let (lane, r) = (i % 16, i / 16);
        let mut sum = f64::from(bias[0].0[lane]);
        for (h, k) in (0..rows).flat_map(|h| (0..columns).map(move |k| (h, k))) {
            sum += f64::from(x[h * row + r * stride + k].0[lane])
                * f64::from(floats(&w)[(h * w_row + k) * 16 + lane]);
        }
        out.expected[i] = cut(clamp, sum);
    }
    let tile = DepthwiseTile {
        x: x.as_ptr().cast(),
        rows: (rows, 16 * row),
        columns,
        w: w.as_ptr().cast(),
        w_row: 16 * w_row,
        out: out.float(),
        bias: bias.as_ptr().cast(),
        clamp,
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe { depthwise_fn(isa, stride, places)(&tile) };
    out.check(isa, || format!("{places} places, stride {stride}, {rows} × {columns} taps"));
}
