//! The transforms of Winograd's minimal filtering F(m × m, r × r), after Lavin & Gray (CVPR 2016, §4,
//! <https://arxiv.org/abs/1509.09308>): `m × m` outputs from `(m + r − 1)²` products instead of `r² m²`.
//! There are F(2, 3) on the points 0, ±1, ∞, and F(4, 3) and F(3, 4) on 0, ±1, ±2, ∞; the last two share
//! the input's transform.

mod axis;

use super::clamp::Clamp;
use super::on_each_isa;
use super::simd::Simd;
use crate::block::Block;
use axis::{FromTile, IntoTile, Transform};

/// A row of input tiles of one block of channels.
pub(crate) struct InputRow {
    /// The plane.
    pub x: *const Block,
    /// Its height and width.
    pub size: (usize, usize),
    /// The first tile's corner; it may lie in the padding.
    pub corner: (isize, isize),
    /// From one tile to the next.
    pub step: usize,
    /// Tiles.
    pub count: usize,
    /// Where the first tile's first value goes; tiles side by side.
    pub out: *mut Block,
    /// From one of the tile's values to the next, in blocks.
    pub stride: usize,
}

/// A row of output tiles of one block of channels.
pub(crate) struct OutputRow {
    /// The first tile's first product; tiles side by side.
    pub x: *const Block,
    /// From one product to the next, in blocks.
    pub stride: usize,
    /// Tiles.
    pub count: usize,
    /// Rows and places that the output has for these tiles.
    pub size: (usize, usize),
    /// Output at the first tile's corner.
    pub out: *mut Block,
    /// From one of its rows to the next, in blocks.
    pub row: usize,
    /// Added at the end, laid out as the output, or null.
    pub residual: *const Block,
    /// Bias.
    pub bias: *const Block,
    /// What comes last.
    pub clamp: Clamp,
}

on_each_isa! {
    /// Bᵀ x B of a row of tiles of 4 × 4.
    ///
    /// # Safety
    /// `x` is valid for the plane, `out` for writes of `count` blocks at every stride.
    input_4 = input_row::<4>(row: &InputRow),
    /// The same of 6 × 6.
    ///
    /// # Safety
    /// As for [`input_4`].
    input_6 = input_row::<6>(row: &InputRow),
    /// Aᵀ x A of a row of tiles of 4 × 4 to 2 × 2 outputs, plus bias and residual, cut off.
    ///
    /// # Safety
    /// `x` is valid for `count` blocks at every stride; `out` for writes, and `residual` (unless null) for
    /// reads, of `size.1` blocks in `size.0` rows. No one else touches `out`.
    output_4_2 = output_row::<4, 2>(row: &OutputRow),
    /// The same of 6 × 6 to 3 × 3.
    ///
    /// # Safety
    /// As for [`output_4_2`].
    output_6_3 = output_row::<6, 3>(row: &OutputRow),
    /// The same of 6 × 6 to 4 × 4.
    ///
    /// # Safety
    /// As for [`output_4_2`].
    output_6_4 = output_row::<6, 4>(row: &OutputRow)
}

#[inline(always)]
unsafe fn input_row<S: Simd, const N: usize>(t: &InputRow)
where
    Transform: IntoTile<S, N>,
{
    let (height, width) = t.size;
    let (top, mut left) = t.corner;
    for tile in 0..t.count {
        let within = |at: isize, size: usize| at >= 0 && at as usize + N <= size;
        let whole = within(top, height) && within(left, width);
        // SAFETY: loads are inside the plane, as `whole` or the conditions say.
        unsafe {
            let mut half = [[S::zero(); N]; N];
            for j in 0..N {
                let mut column = [S::zero(); N];
                for (i, v) in column.iter_mut().enumerate() {
                    let (y, x) = ((top + i as isize) as usize, (left + j as isize) as usize);
                    // A negative place has become a huge one.
                    if whole || (y < height && x < width) {
                        *v = S::load(t.x.add(y * width + x).cast());
                    }
                }
                let column = Transform::input(column);
                for i in 0..N {
                    half[i][j] = column[i];
                }
            }
            for (i, row) in half.iter().enumerate() {
                for (j, v) in Transform::input(*row).iter().enumerate() {
                    S::store(t.out.add((i * N + j) * t.stride + tile).cast(), *v);
                }
            }
        }
        left += t.step as isize;
    }
}

#[inline(always)]
unsafe fn output_row<S: Simd, const N: usize, const M: usize>(t: &OutputRow)
where
    Transform: FromTile<S, N, M>,
{
    for tile in 0..t.count {
        // SAFETY: loads are those of the contract; stores are inside `size`.
        unsafe {
            let mut half = [[S::zero(); N]; M];
            for j in 0..N {
                let mut column = [S::zero(); N];
                for (i, v) in column.iter_mut().enumerate() {
                    *v = S::load(t.x.add((i * N + j) * t.stride + tile).cast());
                }
                let column: [S::V; M] = Transform::output(column);
                for i in 0..M {
                    half[i][j] = column[i];
                }
            }
            let bias = S::load(t.bias.cast());
            for (i, row) in half.iter().enumerate().take(t.size.0) {
                let values: [S::V; M] = Transform::output(*row);
                for (j, v) in values.iter().enumerate() {
                    let place = tile * M + j;
                    if place >= t.size.1 {
                        break;
                    }
                    let mut v = S::add(*v, bias);
                    if !t.residual.is_null() {
                        v = S::add(v, S::load(t.residual.add(i * t.row + place).cast()));
                    }
                    S::store(t.out.add(i * t.row + place).cast(), t.clamp.apply::<S>(v));
                }
            }
        }
    }
}
