//! The first convolution: few input channels, so the input stays in rows as it came.

use super::clamp::Clamp;
use super::isa::Isa;
use super::simd::Simd;
use super::{by_isa, tiles};

/// One tile: neighbouring places of one output row. Strides are in floats.
pub(crate) struct RowTile {
    /// Input under the tile's first place, at the first tap that lies inside.
    pub x: *const f32,
    /// Number of channels in, and from one to the next.
    pub channels: (usize, usize),
    /// Number of taps in time that lie inside, and from one to the next.
    pub times: (usize, usize),
    /// The same in height.
    pub rows: (usize, usize),
    /// Taps in width; all lie inside, since rows are padded.
    pub width: usize,
    /// Weights at the first tap: `[channels, kt, kh, kw, blocks out, 16]`.
    pub w: *const f32,
    /// From one channel's weights to the next, one time's, one row's.
    pub w_strides: [usize; 3],
    /// Output at the first place.
    pub out: *mut f32,
    /// From one block of output channels to the next.
    pub out_stride: usize,
    /// Bias of each block.
    pub bias: *const f32,
    /// What comes last.
    pub clamp: Clamp,
}

/// `R` places, `STEP` floats apart in the input, times `B` blocks.
///
/// # Safety
/// The instruction set is there. At every (channel, time, row), `x` is valid for `(R − 1) STEP + width`
/// floats and `w` for `16 B width`; `bias` for `16 B`; `out` for writes of `16 R` in each of `B` blocks.
/// No one else touches `out`.
#[inline(always)]
unsafe fn row_tile<S: Simd, const STEP: usize, const R: usize, const B: usize>(t: &RowTile) {
    // SAFETY: the offsets below are those the contract names.
    unsafe {
        let mut acc = [[S::zero(); B]; R];
        for b in 0..B {
            let bias = S::load(t.bias.add(16 * b));
            for row in &mut acc {
                row[b] = bias;
            }
        }
        for c in 0..t.channels.0 {
            for d in 0..t.times.0 {
                for h in 0..t.rows.0 {
                    let x = t.x.add(c * t.channels.1 + d * t.times.1 + h * t.rows.1);
                    let [wc, wd, wh] = t.w_strides;
                    let mut w = t.w.add(c * wc + d * wd + h * wh);
                    for k in 0..t.width {
                        let mut weights = [S::zero(); B];
                        for (b, v) in weights.iter_mut().enumerate() {
                            *v = S::load(w.add(16 * b));
                        }
                        w = w.add(16 * B);
                        for r in 0..R {
                            let v = S::splat(x.add(r * STEP + k));
                            for b in 0..B {
                                acc[r][b] = S::fma(v, weights[b], acc[r][b]);
                            }
                        }
                    }
                }
            }
        }
        for b in 0..B {
            for r in 0..R {
                let v = acc[r][b];
                let v = t.clamp.apply::<S>(v);
                S::store(t.out.add(b * t.out_stride + 16 * r), v);
            }
        }
    }
}

/// A tile's function for one size.
pub(crate) type RowFn = unsafe fn(&RowTile);

/// The function for a stride of 1 or 2, and `places` times `blocks`, both from 1 to [`Isa::tile`].
pub(crate) fn row_fn(isa: Isa, stride: usize, places: usize, blocks: usize) -> RowFn {
    let (s, b, r) = (stride - 1, blocks - 1, places - 1);
    by_isa!(isa; AVX512[s][b][r], AVX2[s][b][r], PORTABLE[s][b][r])
}

tiles!(row_tile < STEP, R, B > (RowTile));

/// `f::<STEP, R, B>` for each R of a list.
macro_rules! row {
    ($f:ident, $s:literal, $b:literal, [$($r:literal),*]) => { [$($f::<$s, $r, $b> as RowFn),*] };
}

#[cfg(target_arch = "x86_64")]
static AVX512: [[[RowFn; 14]; 2]; 2] = [
    [
        row!(avx512, 1, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        row!(avx512, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    ],
    [
        row!(avx512, 2, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
        row!(avx512, 2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]),
    ],
];
#[cfg(target_arch = "x86_64")]
static AVX2: [[[RowFn; 6]; 1]; 2] =
    [[row!(avx2, 1, 1, [1, 2, 3, 4, 5, 6])], [row!(avx2, 2, 1, [1, 2, 3, 4, 5, 6])]];
static PORTABLE: [[[RowFn; 2]; 1]; 2] =
    [[row!(portable, 1, 1, [1, 2])], [row!(portable, 2, 1, [1, 2])]];
