//! The dense tile.

use super::{CLAMPS, Clamp, Isa, Random, Target, cut, floats, random_blocks};
use crate::kernels::gemm::{GemmTile, tile_fn};

#[derive(Debug, Clone, Copy)]
struct Case {
    places: usize,
    blocks: usize,
    depth: usize,
    lanes: usize,
    bias: bool,
    residual: bool,
    clamp: Clamp,
}

#[test]
fn every_tile() {
    let mut random = Random(1);
    for isa in Isa::available() {
        let (most_places, most_blocks) = isa.tile();
        for i in 0..most_places * most_blocks * 144 {
            let (size, rest) = (i / 144, i % 144);
            let case = Case {
                places: size % most_places + 1,
                blocks: size / most_places + 1,
                depth: rest / 48 + 1,
                lanes: [1, 3, 15, 16][rest / 12 % 4],
                bias: rest / 3 % 2 > 0,
                residual: rest / 6 % 2 > 0,
                clamp: CLAMPS[i % 3],
            };
            check(isa, case, &mut random);
        }
    }
}

fn check(isa: Isa, case: Case, random: &mut Random) {
    let Case { places, blocks, depth, lanes, bias, residual, clamp } = case;
    // Outputs lie two blocks apart, and residuals side by side.
    let (a_stride, out_stride, residual_stride) =
        (16 * (places + 1), 32 * places + 16, 16 * places + 32);
    let a = random_blocks((depth - 1) * (places + 1) + places, random);
    let w = random_blocks(depth * lanes * blocks, random);
    let b = random_blocks(blocks, random);
    let added = random_blocks((blocks - 1) * (places + 2) + places, random);
    let mut out = Target::new(blocks * (2 * places + 1) + 1, random);
    let (x, weights) = (floats(&a), floats(&w));
    for i in 0..places * blocks * 16 {
        let (lane, r, block) = (i % 16, i / 16 % places, i / 16 / places);
        let at = block * out_stride + r * 32 + lane;
        let mut sum = if bias { f64::from(b[block].0[lane]) } else { out.expected[at] };
        for d in 0..depth * lanes {
            let weight = weights[(d * blocks + block) * 16 + lane];
            sum += f64::from(x[d / lanes * a_stride + 16 * r + d % lanes]) * f64::from(weight);
        }
        if residual {
            sum += f64::from(floats(&added)[block * residual_stride + 16 * r + lane]);
        }
        out.expected[at] = cut(clamp, sum);
    }
    let tile = GemmTile {
        a: a.as_ptr().cast(),
        a_stride,
        depth,
        lanes,
        w: w.as_ptr().cast(),
        out: out.float(),
        out_stride,
        place_stride: 32,
        bias: if bias { b.as_ptr().cast() } else { std::ptr::null() },
        residual: if residual { added.as_ptr().cast() } else { std::ptr::null() },
        residual_stride,
        residual_place: 16,
        clamp,
        // Prefetches may point past all buffers.
        ahead: if clamp == Clamp::NONE { 0 } else { 4096 },
        next: w.as_ptr().cast(),
        next_lines: lanes,
    };
    // SAFETY: the buffers above have the sizes of the contract.
    unsafe { tile_fn(isa, places, blocks)(&tile) };
    out.check(isa, || format!("{case:?}"));
}
