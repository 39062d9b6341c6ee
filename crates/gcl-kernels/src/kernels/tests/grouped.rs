//! The tile of groups of 4, 8 and 16 channels.

use super::{CLAMPS, Clamp, Isa, Random, Target, cut, floats, random_blocks, skipped};
use crate::kernels::grouped::{GroupedTile, grouped_fn};

/// Which taps in time lie inside.
const TIMES: [[bool; 3]; 4] = [[true; 3], [false, true, true], [true, true, false], [false; 3]];

#[test]
fn every_tile() {
    let mut random = Random(3);
    for isa in Isa::available() {
        for group in [4, 8, 16] {
            for width in [1, 2, 3, 4, 6, 7, 15] {
                // Four places alone under Miri.
                if skipped(width + 9) {
                    continue;
                }
                for i in (0..24).filter(|i| !skipped(group + width + i)) {
                    let (stride, clamp, times) = (i % 2 + 1, CLAMPS[i / 2 % 3], TIMES[i / 6]);
                    check(isa, group, stride, width, (times, clamp), &mut random);
                }
            }
        }
    }
}

fn check(
    isa: Isa,
    group: usize,
    stride: usize,
    width: usize,
    (times, clamp): ([bool; 3], Clamp),
    random: &mut Random,
) {
    let (high, wide, kernel) = grouped_fn(isa, group, stride, width);
    assert!(high <= 2 && wide <= width);
    let row = (wide - 1) * stride + 3;
    // The second output row's window lies `stride` rows further down the same planes.
    let planes: [_; 3] =
        std::array::from_fn(|_| random_blocks(row * ((high - 1) * stride + 3), random));
    let w = random_blocks(27 * group, random);
    let bias = random_blocks(1, random);
    let mut out = Target::new(2 * (wide + 1), random);
    for i in 0..high * wide * 16 {
        let (lane, r, y) = (i % 16, i / 16 % wide, i / 16 / wide);
        let mut sum = f64::from(bias[0].0[lane]);
        for tap in 0..27 * group {
            let (k, j, h, d) = (tap % 3, tap / 3 % group, tap / 3 / group % 3, tap / 9 / group);
            if times[d] {
                let place = &planes[d][(y * stride + h) * row + r * stride + k];
                sum += f64::from(place.0[lane / group * group + j])
                    * f64::from(floats(&w)[tap * 16 + lane]);
            }
        }
        out.expected[(y * (wide + 1) + r) * 16 + lane] = cut(clamp, sum);
    }
    let first = out.float();
    let tile = GroupedTile {
        planes: std::array::from_fn(|y| {
            std::array::from_fn(|d| match times[d] {
                true => planes[d][(y * stride * row).min(planes[d].len())..].as_ptr().cast(),
                false => std::ptr::null(),
            })
        }),
        row: 16 * row,
        w: w.as_ptr().cast(),
        out: [first, first.wrapping_add(16 * (wide + 1))],
        bias: bias.as_ptr().cast(),
        clamp,
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe { kernel(&tile) };
    out.check(isa, || format!("groups of {group}, stride {stride}, width {width}, {times:?}"));
}
