//! Sixteen floats at a time, in the registers of each instruction set.
//!
//! Every method is `inline(always)`: it becomes part of a caller that has the instruction set enabled.

/// Operations of an implementation of [`Simd`], each one expression. SAFETY of all bodies: the trait's
/// contract gives the instruction set and valid pointers.
macro_rules! operations {
    ($($name:ident($($arg:ident: $type:ty),*) $(-> $out:ty)? = $body:expr;)+) => {$(
        #[inline(always)]
        #[allow(unused_unsafe)]
        unsafe fn $name($($arg: $type),*) $(-> $out)? {
            unsafe { $body }
        }
    )+};
}

#[cfg(target_arch = "x86_64")]
mod x86;

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
    /// Smaller of each pair.
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    /// Prefetches a cache line.
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

// SAFETY of all bodies: the trait's contract gives valid pointers.
impl Simd for Portable {
    type V = [f32; 16];
    operations! {
        splat(at: *const f32) -> [f32; 16] = [*at; 16];
        zero() -> [f32; 16] = [0.0; 16];
        load(at: *const f32) -> [f32; 16] = at.cast::<[f32; 16]>().read();
        store(at: *mut f32, v: [f32; 16]) = at.cast::<[f32; 16]>().write(v);
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
    operations! {
        add(a: [f32; 16], b: [f32; 16]) -> [f32; 16] = std::array::from_fn(|i| a[i] + b[i]);
        sub(a: [f32; 16], b: [f32; 16]) -> [f32; 16] = std::array::from_fn(|i| a[i] - b[i]);
        max(a: [f32; 16], b: [f32; 16]) -> [f32; 16] = std::array::from_fn(|i| if a[i] > b[i] { a[i] } else { b[i] });
        min(a: [f32; 16], b: [f32; 16]) -> [f32; 16] = std::array::from_fn(|i| if a[i] < b[i] { a[i] } else { b[i] });
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
