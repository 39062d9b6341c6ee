//! Pools, one output row at a time.

use super::on_each_isa;
use super::simd::Simd;
use crate::block::Block;

/// One output row. Sizes are in blocks.
pub(crate) struct PoolRow {
    /// The input volume of this block of channels, at the first row the window reaches.
    pub x: *const Block,
    /// Number of times inside the window, and from one to the next.
    pub times: (usize, usize),
    /// Number of rows inside the window, and from one to the next.
    pub rows: (usize, usize),
    /// Whether the window of this row reaches padding in time or height.
    pub padded: bool,
    /// Input width, window, stride, and padding before.
    pub width: usize,
    /// Window's width.
    pub window: usize,
    /// Step.
    pub stride: usize,
    /// Padding before.
    pub before: usize,
    /// Whether there is padding after.
    pub after: bool,
    /// Whether padding counts as zeros.
    pub zeros: bool,
    /// Outputs.
    pub count: usize,
    /// Output row.
    pub out: *mut Block,
}

on_each_isa! {
    /// Largest of each window.
    ///
    /// # Safety
    /// `x` is valid for `width` blocks at every (time, row), `out` for writes of `count`; every window
    /// meets the input in width. No one else touches `out`.
    max_row = max_row_with(row: &PoolRow)
}

#[inline(always)]
unsafe fn max_row_with<S: Simd>(p: &PoolRow) {
    let lowest = f32::NEG_INFINITY;
    for o in 0..p.count {
        let start = (o * p.stride).saturating_sub(p.before);
        let end = (o * p.stride + p.window).saturating_sub(p.before).min(p.width);
        let (from, to) = (o * p.stride, o * p.stride + p.window);
        let padded = p.padded || from < p.before || (p.after && to > p.before + p.width);
        // SAFETY: start..end lies within the width.
        unsafe {
            let mut best = if padded && p.zeros { S::zero() } else { S::splat(&lowest) };
            for t in 0..p.times.0 {
                for h in 0..p.rows.0 {
                    let x = p.x.add(t * p.times.1 + h * p.rows.1);
                    for w in start..end {
                        best = S::max(best, S::load(x.add(w).cast()));
                    }
                }
            }
            S::store(p.out.add(o).cast(), best);
        }
    }
}

on_each_isa! {
    /// Sum of each window times `scale`.
    ///
    /// # Safety
    /// As for [`max_row`].
    mean_row = mean_row_with(row: &PoolRow, scale: f32)
}

#[inline(always)]
unsafe fn mean_row_with<S: Simd>(p: &PoolRow, scale: f32) {
    for o in 0..p.count {
        let start = (o * p.stride).saturating_sub(p.before);
        let end = (o * p.stride + p.window).saturating_sub(p.before).min(p.width);
        // SAFETY: start..end lies within the width.
        unsafe {
            let mut sum = S::zero();
            for t in 0..p.times.0 {
                for h in 0..p.rows.0 {
                    let x = p.x.add(t * p.times.1 + h * p.rows.1);
                    for w in start..end {
                        sum = S::add(sum, S::load(x.add(w).cast()));
                    }
                }
            }
            S::store(p.out.add(o).cast(), S::fma(sum, S::splat(&scale), S::zero()));
        }
    }
}
