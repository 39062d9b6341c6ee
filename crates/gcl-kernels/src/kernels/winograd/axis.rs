//! The transforms along one axis.

use crate::kernels::simd::Simd;

/// Bᵀ x along one axis.
pub(super) trait IntoTile<S: Simd, const N: usize> {
    unsafe fn input(x: [S::V; N]) -> [S::V; N];
}

/// Aᵀ x along one axis.
pub(super) trait FromTile<S: Simd, const N: usize, const M: usize> {
    unsafe fn output(x: [S::V; N]) -> [S::V; M];
}

/// All of the filters; sizes tell them apart.
pub(super) struct Transform;

// SAFETY of all: the caller has the instruction set.
impl<S: Simd> IntoTile<S, 4> for Transform {
    #[inline(always)]
    unsafe fn input([a, b, c, d]: [S::V; 4]) -> [S::V; 4] {
        unsafe { [S::sub(a, c), S::add(b, c), S::sub(c, b), S::sub(b, d)] }
    }
}

impl<S: Simd> FromTile<S, 4, 2> for Transform {
    #[inline(always)]
    unsafe fn output([a, b, c, d]: [S::V; 4]) -> [S::V; 2] {
        unsafe { [S::add(S::add(a, b), c), S::sub(S::sub(b, c), d)] }
    }
}

impl<S: Simd> IntoTile<S, 6> for Transform {
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
}

impl<S: Simd> FromTile<S, 6, 3> for Transform {
    #[inline(always)]
    unsafe fn output([a, b, c, d, e, f]: [S::V; 6]) -> [S::V; 3] {
        unsafe {
            let (two, four) = (S::splat(&2.0), S::splat(&4.0));
            let (p, r) = (S::add(b, c), S::add(d, e));
            [
                S::add(S::add(a, p), r),
                S::fma(two, S::sub(d, e), S::sub(b, c)),
                S::add(S::fma(four, r, p), f),
            ]
        }
    }
}

impl<S: Simd> FromTile<S, 6, 4> for Transform {
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
