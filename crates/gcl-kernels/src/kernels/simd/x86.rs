//! AVX-512, and AVX2 with FMA.

use super::{Avx2, Avx512, Simd};
use std::arch::x86_64::*;

// SAFETY of all bodies: the trait's contract gives the instruction set and valid pointers.
impl Simd for Avx512 {
    type V = __m512;
    operations! {
        splat(at: *const f32) -> __m512 = _mm512_set1_ps(*at);
        zero() -> __m512 = _mm512_setzero_ps();
        load(at: *const f32) -> __m512 = _mm512_loadu_ps(at);
        store(at: *mut f32, v: __m512) = _mm512_storeu_ps(at, v);
        fma(a: __m512, b: __m512, c: __m512) -> __m512 = _mm512_fmadd_ps(a, b, c);
        add(a: __m512, b: __m512) -> __m512 = _mm512_add_ps(a, b);
        sub(a: __m512, b: __m512) -> __m512 = _mm512_sub_ps(a, b);
        max(a: __m512, b: __m512) -> __m512 = _mm512_max_ps(a, b);
        min(a: __m512, b: __m512) -> __m512 = _mm512_min_ps(a, b);
        prefetch(at: *const f32) = _mm_prefetch::<_MM_HINT_T1>(at.cast());
    }
    type Lanes = (usize, __m512i);
    #[inline(always)]
    unsafe fn lanes<const G: usize>(j: usize) -> (usize, __m512i) {
        let lanes: [i32; 16] = std::array::from_fn(|l| (l / G * G) as i32);
        unsafe {
            let first = _mm512_loadu_si512(lanes.as_ptr().cast());
            (j, _mm512_add_epi32(first, _mm512_set1_epi32(j as i32)))
        }
    }
    #[inline(always)]
    unsafe fn spread<const G: usize>(at: *const f32, lanes: (usize, __m512i)) -> __m512 {
        unsafe {
            if G == 16 {
                Self::splat(at.add(lanes.0))
            } else {
                _mm512_permutexvar_ps(lanes.1, Self::load(at))
            }
        }
    }
}

impl Simd for Avx2 {
    type V = [__m256; 2];
    operations! {
        splat(at: *const f32) -> [__m256; 2] = [_mm256_broadcast_ss(&*at); 2];
        zero() -> [__m256; 2] = [_mm256_setzero_ps(); 2];
        load(at: *const f32) -> [__m256; 2] = [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))];
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, v: [__m256; 2]) {
        unsafe {
            _mm256_storeu_ps(at, v[0]);
            _mm256_storeu_ps(at.add(8), v[1]);
        }
    }
    operations! {
        fma(a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] = [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])];
        add(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] = [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])];
        sub(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] = [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])];
        max(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] = [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])];
        min(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] = [_mm256_min_ps(a[0], b[0]), _mm256_min_ps(a[1], b[1])];
        prefetch(at: *const f32) = _mm_prefetch::<_MM_HINT_T1>(at.cast());
    }
    type Lanes = (usize, __m256i);
    #[inline(always)]
    unsafe fn lanes<const G: usize>(j: usize) -> (usize, __m256i) {
        let lanes: [i32; 8] = std::array::from_fn(|l| (l / G * G) as i32);
        unsafe {
            let first = _mm256_loadu_si256(lanes.as_ptr().cast());
            (j, _mm256_add_epi32(first, _mm256_set1_epi32(j as i32)))
        }
    }
    #[inline(always)]
    unsafe fn spread<const G: usize>(at: *const f32, lanes: (usize, __m256i)) -> [__m256; 2] {
        unsafe {
            if G == 16 {
                Self::splat(at.add(lanes.0))
            } else {
                let halves = Self::load(at);
                halves.map(|half| _mm256_permutevar8x32_ps(half, lanes.1))
            }
        }
    }
}
