//! The tile: a few places times one or two blocks of output channels, kept in registers.

use super::clamp::Clamp;
use super::isa::Isa;
use super::simd::Simd;
use super::{by_isa, tiles};

/// One tile's operands. Strides are in floats.
pub(crate) struct GemmTile {
    /// Input at the first place: 16 channels a place, places side by side.
    pub a: *const f32,
    /// From one group of 16 channels to the next.
    pub a_stride: usize,
    /// How many such groups.
    pub depth: usize,
    /// How many channels of a group there are, at most 16.
    pub lanes: usize,
    /// Weights `[depth, lanes, blocks out, 16]`.
    pub w: *const f32,
    /// Output at the first place.
    pub out: *mut f32,
    /// From one block of output channels to the next.
    pub out_stride: usize,
    /// From one place of the output to the next.
    pub place_stride: usize,
    /// Bias of each block, or null: the output's own values are added to.
    pub bias: *const f32,
    /// Added at the end, laid out as the output, or null.
    pub residual: *const f32,
    /// From one block of the residual to the next.
    pub residual_stride: usize,
    /// From one place of the residual to the next.
    pub residual_place: usize,
    /// What comes last.
    pub clamp: Clamp,
    /// How far ahead of `a`, in floats, the input of a later tile is that is prefetched; 0 for none.
    pub ahead: usize,
    /// Weights that the next tiles will need.
    pub next: *const f32,
    /// How many lines of them are prefetched with each group of 16 channels.
    pub next_lines: usize,
}

/// `R` places times `B` blocks.
///
/// # Safety
/// The instruction set is there. `a` is valid for reads of `16 R` floats at each of `depth` strides, `w`
/// for `16 · depth · lanes · B`, `bias` (unless null) for `16 B`; `out` for reads and writes, and `residual`
/// (unless null) for reads, of 16 floats at each of `R` places in `B` blocks. No one else touches `out`.
#[inline(always)]
pub(crate) unsafe fn tile<S: Simd, const R: usize, const B: usize>(t: &GemmTile) {
    // SAFETY: the offsets below are those the contract names.
    unsafe {
        let mut acc = [[S::zero(); B]; R];
        for b in 0..B {
            for r in 0..R {
                // What the end will need comes nearer meanwhile.
                S::prefetch(t.out.wrapping_add(b * t.out_stride + r * t.place_stride));
                if !t.residual.is_null() {
                    let at = b * t.residual_stride + r * t.residual_place;
                    S::prefetch(t.residual.wrapping_add(at));
                }
            }
            if t.bias.is_null() {
                for r in 0..R {
                    acc[r][b] = S::load(t.out.add(b * t.out_stride + r * t.place_stride));
                }
            } else {
                let bias = S::load(t.bias.add(16 * b));
                for row in &mut acc {
                    row[b] = bias;
                }
            }
        }
        let (mut a, mut w, mut next) = (t.a, t.w, t.next);
        for _ in 0..t.depth {
            if t.ahead > 0 {
                for r in 0..R {
                    S::prefetch(a.wrapping_add(t.ahead + 16 * r));
                }
            }
            for _ in 0..t.next_lines {
                S::prefetch(next);
                next = next.wrapping_add(16);
            }
            for lane in 0..t.lanes {
                let mut weights = [S::zero(); B];
                for (b, v) in weights.iter_mut().enumerate() {
                    *v = S::load(w.add(16 * b));
                }
                w = w.add(16 * B);
                for r in 0..R {
                    let x = S::splat(a.add(16 * r + lane));
                    for b in 0..B {
                        acc[r][b] = S::fma(x, weights[b], acc[r][b]);
                    }
                }
            }
            a = a.wrapping_add(t.a_stride);
        }
        for b in 0..B {
            for r in 0..R {
                let mut v = acc[r][b];
                if !t.residual.is_null() {
                    let at = b * t.residual_stride + r * t.residual_place;
                    v = S::add(v, S::load(t.residual.add(at)));
                }
                S::store(t.out.add(b * t.out_stride + r * t.place_stride), t.clamp.apply::<S>(v));
            }
        }
    }
}

/// A tile's function for one size.
pub(crate) type TileFn = unsafe fn(&GemmTile);

/// The function for `places` times `blocks`, both from 1 to [`Isa::tile`].
pub(crate) fn tile_fn(isa: Isa, places: usize, blocks: usize) -> TileFn {
    by_isa!(isa; AVX512[blocks - 1][places - 1], AVX2[blocks - 1][places - 1], PORTABLE[blocks - 1][places - 1])
}

tiles!(tile < R, B > (GemmTile));

/// `f::<R, B>` for each R of a list.
macro_rules! row {
    ($f:ident, $b:literal, [$($r:literal),*]) => { [$($f::<$r, $b> as TileFn),*] };
}

#[cfg(target_arch = "x86_64")]
static AVX512: [[TileFn; 14]; 2] = [
    row!(avx512, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    row!(avx512, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
];
#[cfg(target_arch = "x86_64")]
static AVX2: [[TileFn; 6]; 1] = [row!(avx2, 1, [1, 2, 3, 4, 5, 6])];
static PORTABLE: [[TileFn; 2]; 1] = [row!(portable, 1, [1, 2])];
