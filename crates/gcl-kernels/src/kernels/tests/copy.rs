//! Gathering, sums and widened rows.

use super::{CLAMPS, Isa, Random, Target, cut, floats, random_blocks};
use crate::kernels::copy::{OUTSIDE, combine, gather, widen};

/// Counts around the tiles' sizes.
const COUNTS: [usize; 8] = [1, 2, 3, 6, 13, 14, 15, 16];

#[test]
fn gathers() {
    let mut random = Random(4);
    for isa in Isa::available() {
        for count in COUNTS {
            for depth in [0, 1, 2, 3, 16] {
                let stride = 20;
                let places: Vec<usize> = (0..count)
                    .map(|_| if random.below(4) == 0 { OUTSIDE } else { random.below(stride) })
                    .collect();
                let x = random_blocks(depth.max(1) * stride, &mut random);
                let mut out = Target::new(depth * count + 1, &mut random);
                for i in 0..depth * count * 16 {
                    let place = places[i / 16 % count];
                    out.expected[i] = match place {
                        OUTSIDE => 0.0,
                        _ => f64::from(x[i / 16 / count * stride + place].0[i % 16]),
                    };
                }
                let to = out.found.as_mut_ptr();
                // SAFETY: every place lies in a stride of `x`, and `out` has room for all.
                unsafe { gather(isa, x.as_ptr(), stride, &places, depth, to) };
                out.check(isa, || format!("{places:?}, depth {depth}"));
            }
        }
    }
}

#[test]
fn sums() {
    let mut random = Random(5);
    for isa in Isa::available() {
        for count in [0].into_iter().chain(COUNTS) {
            for (two, clamp) in [false, true].into_iter().flat_map(|two| CLAMPS.map(|c| (two, c))) {
                let (a, b) = (random_blocks(count, &mut random), random_blocks(count, &mut random));
                let mut out = Target::new(count + 1, &mut random);
                for (i, (x, y)) in floats(&a).iter().zip(floats(&b)).enumerate() {
                    let y = if two { f64::from(*y) } else { 0.0 };
                    out.expected[i] = cut(clamp, f64::from(*x) + y);
                }
                let second = if two { b.as_ptr() } else { std::ptr::null() };
                let to = out.found.as_mut_ptr();
                // SAFETY: all have `count` blocks.
                unsafe { combine(isa, a.as_ptr(), second, clamp, count, to) };
                out.check(isa, || format!("{count} blocks, two {two}, {clamp:?}"));
            }
        }
    }
}

#[test]
fn widened_rows() {
    let mut random = Random(6);
    for isa in Isa::available() {
        for count in [0].into_iter().chain(COUNTS) {
            for (before, after) in [(0, 0), (1, 0), (0, 1), (2, 3)] {
                let width = before + count + after;
                let x = random_blocks(count, &mut random);
                let mut out = Target::new(width + 1, &mut random);
                out.expected[..16 * width].fill(0.0);
                for (to, v) in out.expected[16 * before..].iter_mut().zip(floats(&x)) {
                    *to = f64::from(*v);
                }
                // SAFETY: the row has `width` blocks, as many as its parts.
                unsafe { widen(isa, x.as_ptr(), before, count, width, out.found.as_mut_ptr()) };
                out.check(isa, || format!("{before} + {count} + {after}"));
            }
        }
    }
}
