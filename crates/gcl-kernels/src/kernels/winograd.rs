//! The transforms of Winograd's minimal filtering F(m × m, 3 × 3), after Lavin & Gray (2016), §4: `m × m`
//! outputs from `(m + 2)²` products instead of `9 m²`, for m = 2 and 4.

use super::on_each_isa;
use super::simd::Simd;
use crate::block::Block;

/// A row of input tiles of one block of channels.
pub(crate) struct InputRow {
    /// The plane.
    pub x: *const Block,
    /// Its height and width.
    pub size: (usize, usize),
    /// The first tile's corner; it may lie in the padding.
    pub corner: (isize, isize),
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
    /// Whether max(·, 0) comes last.
    pub relu: bool,
}

/// One axis of a transform: `N = M + 2` inputs, `M` outputs.
trait Axis<S: Simd, const N: usize, const M: usize> {
    /// Bᵀ x.
    unsafe fn input(x: [S::V; N]) -> [S::V; N];
    /// Aᵀ x.
    unsafe fn output(x: [S::V; N]) -> [S::V; M];
}

/// F(2, 3) and F(4, 3).
struct Filter;

// SAFETY of both: the caller has the instruction set.
impl<S: Simd> Axis<S, 4, 2> for Filter {
    #[inline(always)]
    unsafe fn input([a, b, c, d]: [S::V; 4]) -> [S::V; 4] {
        unsafe { [S::sub(a, c), S::add(b, c), S::sub(c, b), S::sub(b, d)] }
    }
    #[inline(always)]
    unsafe fn output([a, b, c, d]: [S::V; 4]) -> [S::V; 2] {
        unsafe { [S::add(S::add(a, b), c), S::sub(S::sub(b, c), d)] }
    }
}

impl<S: Simd> Axis<S, 6, 4> for Filter {
    #[inline(always)]
    unsafe fn input([a, b, c, d, e, f]: [S::V; 6]) -> [S::V; 6] {
        unsafe {
            let (two, four) = (S::splat(&2.0), S::splat(&4.0));
            let (minus_four, minus_five) = (S::splat(&-4.0), S::splat(&-5.0));
            let (p, q) = (S::fma(minus_four, c, e), S::fma(minus_four, b, d));
            let (r, s) = (S::sub(e, c), S::sub(d, b));
            let t = S::fma(two, s, r);
            [
                S::fma(minus_five, c, S::fma(four, a, e)),
                S::add(p, q),
                S::sub(p, q),
                t,
                S::sub(S::add(r, r), t),
                S::fma(minus_five, d, S::fma(four, b, f)),
            ]
        }
    }
    #[inline(always)]
    unsafe fn output([a, b, c, d, e, f]: [S::V; 6]) -> [S::V; 4] {
        unsafe {
            let (two, four, eight) = (S::splat(&2.0), S::splat(&4.0), S::splat(&8.0));
            let (p, q) = (S::add(b, c), S::sub(b, c));
            let (r, s) = (S::add(d, e), S::sub(d, e));
            [
                S::add(S::add(a, p), r),
                S::fma(two, s, q),
                S::fma(four, r, p),
                S::add(S::fma(eight, s, q), f),
            ]
        }
    }
}

on_each_isa! {
    /// Bᵀ x B of a row of tiles with 2 × 2 outputs.
    ///
    /// # Safety
    /// `x` is valid for the plane, `out` for writes of `count` blocks at every stride.
    input_two = input_two_with(row: &InputRow)
}
on_each_isa! {
    /// The same for 4 × 4 outputs.
    ///
    /// # Safety
    /// As for [`input_two`].
    input_four = input_four_with(row: &InputRow)
}
on_each_isa! {
    /// Aᵀ x A of a row of tiles with 2 × 2 outputs, plus bias and residual, cut off.
    ///
    /// # Safety
    /// `x` is valid for `count` blocks at every stride; `out` for writes, and `residual` (unless null) for
    /// reads, of `size.1` blocks in `size.0` rows. No one else touches `out`.
    output_two = output_two_with(row: &OutputRow)
}
on_each_isa! {
    /// The same for 4 × 4 outputs.
    ///
    /// # Safety
    /// As for [`output_two`].
    output_four = output_four_with(row: &OutputRow)
}

#[inline(always)]
unsafe fn input_two_with<S: Simd>(row: &InputRow) {
    unsafe { input_row::<S, 4, 2>(row) }
}

#[inline(always)]
unsafe fn input_four_with<S: Simd>(row: &InputRow) {
    unsafe { input_row::<S, 6, 4>(row) }
}

#[inline(always)]
unsafe fn output_two_with<S: Simd>(row: &OutputRow) {
    unsafe { output_row::<S, 4, 2>(row) }
}

#[inline(always)]
unsafe fn output_four_with<S: Simd>(row: &OutputRow) {
    unsafe { output_row::<S, 6, 4>(row) }
}

#[inline(always)]
unsafe fn input_row<S: Simd, const N: usize, const M: usize>(t: &InputRow)
where
    Filter: Axis<S, N, M>,
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
                let column = Filter::input(column);
                for i in 0..N {
                    half[i][j] = column[i];
                }
            }
            for (i, row) in half.iter().enumerate() {
                for (j, v) in Filter::input(*row).iter().enumerate() {
                    S::store(t.out.add((i * N + j) * t.stride + tile).cast(), *v);
                }
            }
        }
        left += M as isize;
    }
}

#[inline(always)]
unsafe fn output_row<S: Simd, const N: usize, const M: usize>(t: &OutputRow)
where
    Filter: Axis<S, N, M>,
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
                let column: [S::V; M] = Filter::output(column);
                for i in 0..M {
                    half[i][j] = column[i];
                }
            }
            let bias = S::load(t.bias.cast());
            for (i, row) in half.iter().enumerate().take(t.size.0) {
                let values: [S::V; M] = Filter::output(*row);
                for (j, v) in values.iter().enumerate() {
                    let place = tile * M + j;
                    if place >= t.size.1 {
                        break;
                    }
                    let mut v = S::add(*v, bias);
                    if !t.residual.is_null() {
                        v = S::add(v, S::load(t.residual.add(i * t.row + place).cast()));
                    }
                    if t.relu {
                        v = S::max(S::zero(), v);
                    }
                    S::store(t.out.add(i * t.row + place).cast(), v);
                }
            }
        }
    }
}
