//! Depthwise convolutions: every channel sees itself alone, so a place's 16 outputs are products of whole vectors.

use super::clamp::Clamp;
use super::isa::Isa;
use super::simd::Simd;
use super::{by_isa, tiles};

/// One tile: neighbouring places of one output row. Strides are in floats.
pub(crate) struct DepthwiseTile {
    /// Input under the first place, at the first tap that lies inside.
    pub x: *const f32,
    /// Number of taps in height that lie inside, and from one input row to the next.
    pub rows: (usize, usize),
    /// Number of taps in width that lie inside, for all places.
    pub columns: usize,
    /// Weights at the first tap inside: `[rows, columns, 16]`.
    pub w: *const f32,
    /// From one row of weights to the next.
    pub w_row: usize,
    /// Output at the first place.
    pub out: *mut f32,
    /// Bias.
    pub bias: *const f32,
    /// What comes last.
    pub clamp: Clamp,
}

/// `R` places, `STEP` input places apart.
///
/// # Safety
/// The instruction set is there. At every row, `x` is valid for `16 ((R − 1) STEP + columns)` floats and `w`
/// for `16 columns`; `bias` for 16; `out` for writes of `16 R`. No one else touches `out`.
#[inline(always)]
unsafe fn depthwise_tile<S: Simd, const STEP: usize, const R: usize>(t: &DepthwiseTile) {
    // SAFETY: the offsets below are those the contract names.
    unsafe {
        let mut acc = [S::load(t.bias); R];
        for h in 0..t.rows.0 {
            let (x, w) = (t.x.add(h * t.rows.1), t.w.add(h * t.w_row));
            for k in 0..t.columns {
                let weight = S::load(w.add(16 * k));
                for r in 0..R {
                    acc[r] = S::fma(S::load(x.add(16 * (r * STEP + k))), weight, acc[r]);
                }
            }
        }
        for r in 0..R {
            S::store(t.out.add(16 * r), t.clamp.apply::<S>(acc[r]));
        }
    }
}

/// A tile's function for one size.
pub(crate) type DepthwiseFn = unsafe fn(&DepthwiseTile);

/// The function for a stride of 1 or 2 and so many places, from 1 to those of [`Isa::tile`].
pub(crate) fn depthwise_fn(isa: Isa, stride: usize, places: usize) -> DepthwiseFn {
    let (s, r) = (stride - 1, places - 1);
    by_isa!(isa; AVX512[s][r], AVX2[s][r], PORTABLE[s][r])
}

tiles!(depthwise_tile < STEP, R > (DepthwiseTile));

/// `f` for strides 1 and 2, and each number of places of a list.
macro_rules! sizes {
    ($f:ident, [$($r:literal),*]) => {
        [[$($f::<1, $r> as DepthwiseFn),*], [$($f::<2, $r> as DepthwiseFn),*]]
    };
}

#[cfg(target_arch = "x86_64")]
static AVX512: [[DepthwiseFn; 14]; 2] =
    sizes!(avx512, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
#[cfg(target_arch = "x86_64")]
static AVX2: [[DepthwiseFn; 6]; 2] = sizes!(avx2, [1, 2, 3, 4, 5, 6]);
static PORTABLE: [[DepthwiseFn; 2]; 2] = sizes!(portable, [1, 2]);
