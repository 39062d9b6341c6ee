//! Blocks moved, added and cut off at zero.

use super::clamp::Clamp;
use super::on_each_isa;
use super::simd::Simd;
use crate::block::Block;

/// Marks a place that lies in the padding.
pub(crate) const OUTSIDE: usize = usize::MAX;

on_each_isa! {
    /// `out[i, r] = x[i · stride + places[r]]` for `i < depth`, zeros where a place is [`OUTSIDE`].
    ///
    /// # Safety
    /// `x` is valid for reads at each of those blocks, `out` for writes of `depth · places.len()`.
    gather = gather_with(x: *const Block, stride: usize, places: &[usize], depth: usize, out: *mut Block)
}

#[inline(always)]
unsafe fn gather_with<S: Simd>(
    x: *const Block,
    stride: usize,
    places: &[usize],
    depth: usize,
    out: *mut Block,
) {
    // SAFETY: these are the blocks of the contract.
    unsafe {
        for i in 0..depth {
            let (x, out) = (x.add(i * stride), out.add(i * places.len()));
            for (r, place) in places.iter().enumerate() {
                let v = if *place == OUTSIDE { S::zero() } else { S::load(x.add(*place).cast()) };
                S::store(out.add(r).cast(), v);
            }
        }
    }
}

on_each_isa! {
    /// `out = a`, plus `b` unless it is null, clamped, over `count` blocks.
    ///
    /// # Safety
    /// All are valid for `count` blocks; no one else touches `out`.
    combine = combine_with(a: *const Block, b: *const Block, clamp: Clamp, count: usize, out: *mut Block)
}

#[inline(always)]
unsafe fn combine_with<S: Simd>(
    a: *const Block,
    b: *const Block,
    clamp: Clamp,
    count: usize,
    out: *mut Block,
) {
    // SAFETY: i < count.
    unsafe {
        for i in 0..count {
            let mut v = S::load(a.add(i).cast());
            if !b.is_null() {
                v = S::add(v, S::load(b.add(i).cast()));
            }
            S::store(out.add(i).cast(), clamp.apply::<S>(v));
        }
    }
}

on_each_isa! {
    /// A row of `width` blocks: zeros, with `count` blocks of `x` from `before` on.
    ///
    /// # Safety
    /// `x` is valid for `count` blocks, `out` for `width ≥ before + count`, or `count` is 0.
    widen = widen_with(x: *const Block, before: usize, count: usize, width: usize, out: *mut Block)
}

#[inline(always)]
unsafe fn widen_with<S: Simd>(
    x: *const Block,
    before: usize,
    count: usize,
    width: usize,
    out: *mut Block,
) {
    // SAFETY: all offsets are below `count` or `width`.
    unsafe {
        for i in (0..before).chain(before + count..width) {
            S::store(out.add(i).cast(), S::zero());
        }
        for i in 0..count {
            S::store(out.add(before + i).cast(), S::load(x.add(i).cast()));
        }
    }
}
