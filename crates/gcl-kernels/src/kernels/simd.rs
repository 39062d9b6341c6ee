//! Sixteen floats at a time, in the registers of each instruction set.
//!
//! Every method is `inline(always)`: it becomes part of a caller that has the instruction set enabled.

/// One instruction set.
///
/// # Safety
/// For all methods: the processor has the instruction set; pointers are valid for 16 floats (`load`,
/// `store`) or one (`splat`).
pub(crate) trait Simd: Copy {
    /// Sixteen floats.
    type V: Copy;
    /// The same value 16 times.
    unsafe fn splat(at: *const f32) -> Self::V;
    /// Zeros.
    unsafe fn zero() -> Self::V;
    /// Sixteen neighbouring values.
    unsafe fn load(at: *const f32) -> Self::V;
    /// Writes them.
    unsafe fn store(at: *mut f32, v: Self::V);
    /// a · b + c, rounded once where the instruction set can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// a + b.
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    /// a − b.
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    /// Larger of each pair.
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    /// Brings a line nearer.
    unsafe fn prefetch(at: *const f32);
    /// Which lanes [`Simd::spread`] takes.
    type Lanes: Copy;
    /// The `j`-th lane of every `G`: lane `l` becomes `l / G · G + j`. `G` divides 16.
    unsafe fn lanes<const G: usize>(j: usize) -> Self::Lanes;
    /// Sixteen values, rearranged.
    unsafe fn spread<const G: usize>(at: *const f32, lanes: Self::Lanes) -> Self::V;
}

/// AVX-512: one register.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

/// AVX2 and FMA: two registers.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

/// Whatever the compiler makes of plain arrays on this target (NEON on 64-bit ARM).
#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Avx2, Avx512, Simd};
    use std::arch::x86_64::*;

    // SAFETY of all bodies: the trait's contract gives the instruction set and valid pointers.
    impl Simd for Avx512 {
        type V = __m512;
        #[inline(always)]
        unsafe fn splat(at: *const f32) -> __m512 {
            unsafe { _mm512_set1_ps(*at) }
        }
        #[inline(always)]
        unsafe fn zero() -> __m512 {
            unsafe { _mm512_setzero_ps() }
        }
        #[inline(always)]
        unsafe fn load(at: *const f32) -> __m512 {
            unsafe { _mm512_loadu_ps(at) }
        }
        #[inline(always)]
        unsafe fn store(at: *mut f32, v: __m512) {
            unsafe { _mm512_storeu_ps(at, v) }
        }
        #[inline(always)]
        unsafe fn fma(a: __m512, b: __m512, c: __m512) -> __m512 {
            unsafe { _mm512_fmadd_ps(a, b, c) }
        }
        #[inline(always)]
        unsafe fn add(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_add_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn sub(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_sub_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn max(a: __m512, b: __m512) -> __m512 {
            unsafe { _mm512_max_ps(a, b) }
        }
        #[inline(always)]
        unsafe fn prefetch(at: *const f32) {
            unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
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
        #[inline(always)]
        unsafe fn splat(at: *const f32) -> [__m256; 2] {
            unsafe { [_mm256_broadcast_ss(&*at); 2] }
        }
        #[inline(always)]
        unsafe fn zero() -> [__m256; 2] {
            unsafe { [_mm256_setzero_ps(); 2] }
        }
        #[inline(always)]
        unsafe fn load(at: *const f32) -> [__m256; 2] {
            unsafe { [_mm256_loadu_ps(at), _mm256_loadu_ps(at.add(8))] }
        }
        #[inline(always)]
        unsafe fn store(at: *mut f32, v: [__m256; 2]) {
            unsafe {
                _mm256_storeu_ps(at, v[0]);
                _mm256_storeu_ps(at.add(8), v[1]);
            }
        }
        #[inline(always)]
        unsafe fn fma(a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
            unsafe { [_mm256_fmadd_ps(a[0], b[0], c[0]), _mm256_fmadd_ps(a[1], b[1], c[1])] }
        }
        #[inline(always)]
        unsafe fn add(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
            unsafe { [_mm256_add_ps(a[0], b[0]), _mm256_add_ps(a[1], b[1])] }
        }
        #[inline(always)]
        unsafe fn sub(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
            unsafe { [_mm256_sub_ps(a[0], b[0]), _mm256_sub_ps(a[1], b[1])] }
        }
        #[inline(always)]
        unsafe fn max(a: [__m256; 2], b: [__m256; 2]) -> [__m256; 2] {
            unsafe { [_mm256_max_ps(a[0], b[0]), _mm256_max_ps(a[1], b[1])] }
        }
        #[inline(always)]
        unsafe fn prefetch(at: *const f32) {
            unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
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
}

// SAFETY of all bodies: the trait's contract gives valid pointers.
impl Simd for Portable {
    type V = [f32; 16];
    #[inline(always)]
    unsafe fn splat(at: *const f32) -> [f32; 16] {
        unsafe { [*at; 16] }
    }
    #[inline(always)]
    unsafe fn zero() -> [f32; 16] {
        [0.0; 16]
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> [f32; 16] {
        unsafe { at.cast::<[f32; 16]>().read() }
    }
    #[inline(always)]
    unsafe fn store(at: *mut f32, v: [f32; 16]) {
        unsafe { at.cast::<[f32; 16]>().write(v) }
    }
    #[inline(always)]
    unsafe fn fma(a: [f32; 16], b: [f32; 16], c: [f32; 16]) -> [f32; 16] {
        // A fused instruction is part of 64-bit ARM; elsewhere `mul_add` would call a slow function.
        if cfg!(target_arch = "aarch64") {
            std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
        } else {
            std::array::from_fn(|i| a[i] * b[i] + c[i])
        }
    }
    #[inline(always)]
    unsafe fn add(a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] + b[i])
    }
    #[inline(always)]
    unsafe fn sub(a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| a[i] - b[i])
    }
    #[inline(always)]
    unsafe fn max(a: [f32; 16], b: [f32; 16]) -> [f32; 16] {
        std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] })
    }
    #[inline(always)]
    unsafe fn prefetch(_: *const f32) {}
    type Lanes = usize;
    #[inline(always)]
    unsafe fn lanes<const G: usize>(j: usize) -> usize {
        j
    }
    #[inline(always)]
    unsafe fn spread<const G: usize>(at: *const f32, j: usize) -> [f32; 16] {
        std::array::from_fn(|l| unsafe { *at.add(l / G * G + j) })
    }
}
