//! Convolutions of 3 × 3 × 3 whose groups are 4, 8 or 16 channels: a block of 16 channels sees itself alone.
//!
//! A place's 16 outputs need `G` products of vectors a tap: the `j`-th input of each group, spread over
//! the group's lanes, times a vector of weights. What is spread serves all three taps in width.

use super::clamp::Clamp;
use super::isa::Isa;
use super::simd::Simd;
use super::{by_isa, tiles};

/// One tile: neighbouring places of `H` output rows. Strides are in floats.
pub(crate) struct GroupedTile {
    /// Input under each row's first place, by tap in time; null where it lies in the padding.
    pub planes: [[*const f32; 3]; 2],
    /// From one input row to the next.
    pub row: usize,
    /// Weights `[kt, kh, G, kw, 16]`.
    pub w: *const f32,
    /// Output at each row's first place.
    pub out: [*mut f32; 2],
    /// Bias.
    pub bias: *const f32,
    /// What comes last.
    pub clamp: Clamp,
}

/// `H` rows of `W` places, `STEP` input places apart.
///
/// # Safety
/// The instruction set is there. Every plane that is not null is valid, for three rows, for
/// `16 ((W − 1) STEP + 3)` floats; `w` for `27 · 16 G`, `bias` for 16; each `out` for writes of `16 W`, and
/// two rows may be the same row. No one else touches `out`.
#[inline(always)]
unsafe fn grouped_tile<
    S: Simd,
    const G: usize,
    const STEP: usize,
    const H: usize,
    const W: usize,
>(
    t: &GroupedTile,
) {
    // SAFETY: the offsets below are those the contract names.
    unsafe {
        let mut acc = [[S::load(t.bias); W]; H];
        for d in 0..3 {
            for h in 0..3 {
                for j in 0..G {
                    let lanes = S::lanes::<G>(j);
                    let w = t.w.add(((d * 3 + h) * G + j) * 48);
                    let weights = [S::load(w), S::load(w.add(16)), S::load(w.add(32))];
                    for i in 0..H {
                        let plane = t.planes[i][d];
                        if plane.is_null() {
                            continue;
                        }
                        let x = plane.add(h * t.row);
                        for column in 0..(W - 1) * STEP + 3 {
                            let v = S::spread::<G>(x.add(16 * column), lanes);
                            for k in 0..3 {
                                if column >= k
                                    && (column - k) % STEP == 0
                                    && (column - k) / STEP < W
                                {
                                    let r = (column - k) / STEP;
                                    acc[i][r] = S::fma(v, weights[k], acc[i][r]);
                                }
                            }
                        }
                    }
                }
            }
        }
        for i in 0..H {
            for r in 0..W {
                let v = acc[i][r];
                let v = t.clamp.apply::<S>(v);
                S::store(t.out[i].add(16 * r), v);
            }
        }
    }
}

/// A tile's function for one size.
pub(crate) type GroupedFn = unsafe fn(&GroupedTile);

/// Rows and places of the tiles for output rows of `width`, and their function; `width` may be covered by
/// tiles that overlap. `group` is 4, 8 or 16, `stride` 1 or 2.
pub(crate) fn grouped_fn(
    isa: Isa,
    group: usize,
    stride: usize,
    width: usize,
) -> (usize, usize, GroupedFn) {
    let (g, s) = (group.trailing_zeros() as usize - 2, stride - 1);
    let widths: &[usize] = by_isa!(isa; [&[7, 4, 1], &[4, 4, 1]][s], &[4, 1], &[4, 1]);
    let i = widths.iter().position(|w| *w <= width).unwrap_or(widths.len() - 1);
    let tile = by_isa!(isa; AVX512[g][s][i], AVX2[g][s][i], PORTABLE[g][s][i]);
    (by_isa!(isa; 2, 1, 1), widths[i], tile)
}

tiles!(grouped_tile < G, STEP, H, W > (GroupedTile));

/// `f` for stride 1 and stride 2, rows by places.
macro_rules! sizes {
    ($f:ident, $g:literal, [$(($h:literal, $w:literal)),*], [$(($h2:literal, $w2:literal)),*]) => {
        [[$($f::<$g, 1, $h, $w> as GroupedFn),*], [$($f::<$g, 2, $h2, $w2> as GroupedFn),*]]
    };
}

// Wider tiles would fit the registers, but the compiler no longer unrolls their loops.
#[cfg(target_arch = "x86_64")]
static AVX512: [[[GroupedFn; 3]; 2]; 3] = [
    sizes!(avx512, 4, [(2, 7), (2, 4), (2, 1)], [(2, 4), (2, 4), (2, 1)]),
    sizes!(avx512, 8, [(2, 7), (2, 4), (2, 1)], [(2, 4), (2, 4), (2, 1)]),
    sizes!(avx512, 16, [(2, 7), (2, 4), (2, 1)], [(2, 4), (2, 4), (2, 1)]),
];
#[cfg(target_arch = "x86_64")]
static AVX2: [[[GroupedFn; 2]; 2]; 3] = [
    sizes!(avx2, 4, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
    sizes!(avx2, 8, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
    sizes!(avx2, 16, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
];
static PORTABLE: [[[GroupedFn; 2]; 2]; 3] = [
    sizes!(portable, 4, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
    sizes!(portable, 8, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
    sizes!(portable, 16, [(1, 4), (1, 1)], [(1, 4), (1, 1)]),
];
