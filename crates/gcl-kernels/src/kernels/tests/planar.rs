//! The first convolution's row tile.

use super::{CLAMPS, Clamp, Isa, Random, Target, cut, floats, random_blocks, skipped};
use crate::kernels::planar::{RowTile, row_fn};

/// Channels, taps in time, in height and in width.
const WINDOWS: [[usize; 4]; 6] =
    [[1, 1, 1, 1], [3, 1, 2, 3], [4, 2, 1, 2], [2, 3, 3, 7], [3, 0, 2, 3], [3, 2, 0, 3]];

#[test]
fn every_tile() {
    let mut random = Random(2);
    for isa in Isa::available() {
        let (most_places, most_blocks) = isa.tile();
        for i in 0..most_places * most_blocks * 36 {
            if skipped(i) {
                continue;
            }
            let (size, rest) = (i / 36, i % 36);
            let (places, blocks) = (size % most_places + 1, size / most_places + 1);
            let (window, stride, clamp) = (WINDOWS[rest / 6], rest / 3 % 2 + 1, CLAMPS[rest % 3]);
            check(isa, (places, blocks), window, stride, clamp, &mut random);
        }
    }
}

fn check(
    isa: Isa,
    (places, blocks): (usize, usize),
    window: [usize; 4],
    stride: usize,
    clamp: Clamp,
    random: &mut Random,
) {
    let [channels, times, rows, width] = window;
    let used = (places - 1) * stride + width;
    let row = used + 2;
    let (plane, volume) = (row * rows + 3, (row * rows + 3) * times + 5);
    // The last row ends with what the last place reads.
    let reach = (channels - 1) * volume
        + times.saturating_sub(1) * plane
        + rows.saturating_sub(1) * row
        + used;
    let x = random.values(reach);
    // One more tap in time and height than is read, as where the first lies in the padding.
    let row_w = width * blocks * 16;
    let w_strides = [(times + 1) * (rows + 1) * row_w, (rows + 1) * row_w, row_w];
    let w = random_blocks(channels * w_strides[0] / 16, random);
    let bias = random_blocks(blocks, random);
    let out_stride = 16 * (places + 1);
    let mut out = Target::new(blocks * (places + 1) + 1, random);
    for i in 0..places * blocks * 16 {
        let (lane, r, block) = (i % 16, i / 16 % places, i / 16 / places);
        let mut sum = f64::from(bias[block].0[lane]);
        for tap in 0..channels * times * rows * width {
            let (k, h) = (tap % width, tap / width % rows);
            let (d, c) = (tap / width / rows % times, tap / width / rows / times);
            let v = x[c * volume + d * plane + h * row + r * stride + k];
            let [wc, wd, wh] = w_strides;
            let at = c * wc + d * wd + h * wh + (k * blocks + block) * 16 + lane;
            sum += f64::from(v) * f64::from(floats(&w)[at]);
        }
        out.expected[block * out_stride + 16 * r + lane] = cut(clamp, sum);
    }
    let tile = RowTile {
        x: x.as_ptr(),
        channels: (channels, volume),
        times: (times, plane),
        rows: (rows, row),
        width,
        w: w.as_ptr().cast(),
        w_strides,
        out: out.float(),
        out_stride,
        bias: bias.as_ptr().cast(),
        clamp,
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe { row_fn(isa, stride, places, blocks)(&tile) };
    out.check(isa, || format!("{places} places, {blocks} blocks, {window:?}, stride {stride}"));
}
