//! The code that depends on the instruction set, chosen when the program runs.
//!
//! Kernels take pointers and strides, and say in `# Safety` what those must be valid for. The steps that
//! call them check every range against its buffer first ([`crate::memory::Shared::at`]); besides these
//! calls, unsafe code is only where a step takes such a checked range as a slice.

// Counted loops over constants are what becomes registers.
#![allow(clippy::needless_range_loop)]

mod clamp;
pub(crate) mod copy;
pub(crate) mod depthwise;
pub(crate) mod gemm;
pub(crate) mod grouped;
mod isa;
pub(crate) mod planar;
pub(crate) mod pool;
mod simd;
#[cfg(test)]
mod tests;
pub(crate) mod winograd;

pub(crate) use clamp::Clamp;
pub use isa::Isa;

/// One of three values or calls, by the instruction set.
macro_rules! by_isa {
    ($isa:expr; $avx512:expr, $avx2:expr, $portable:expr) => {
        match $isa.0 {
            #[cfg(target_arch = "x86_64")]
            $crate::kernels::isa::IsaKind::Avx512 => $avx512,
            #[cfg(target_arch = "x86_64")]
            $crate::kernels::isa::IsaKind::Avx2 => $avx2,
            $crate::kernels::isa::IsaKind::Portable => $portable,
        }
    };
}

/// A tile over one [`simd::Simd`] and of some sizes, compiled for each instruction set.
macro_rules! tiles {
    ($generic:ident<$($size:ident),+>($tile:ty)) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f")]
        unsafe fn avx512<$(const $size: usize),+>(t: &$tile) {
            unsafe { $generic::<$crate::kernels::simd::Avx512, $($size),+>(t) }
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,fma")]
        unsafe fn avx2<$(const $size: usize),+>(t: &$tile) {
            unsafe { $generic::<$crate::kernels::simd::Avx2, $($size),+>(t) }
        }
        unsafe fn portable<$(const $size: usize),+>(t: &$tile) {
            unsafe { $generic::<$crate::kernels::simd::Portable, $($size),+>(t) }
        }
    };
}

/// A function over one [`simd::Simd`], and perhaps of some sizes, compiled for each instruction set and
/// picked by [`Isa`].
macro_rules! on_each_isa {
    ($($(#[$doc:meta])* $name:ident = $generic:ident$(::<$($size:literal),+>)?($($arg:ident: $ty:ty),*)),+) => {$(
        $(#[$doc])*
        pub(crate) unsafe fn $name(isa: $crate::kernels::Isa, $($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            unsafe fn avx512($($arg: $ty),*) {
                unsafe { $generic::<$crate::kernels::simd::Avx512 $(, $($size),+)?>($($arg),*) }
            }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            unsafe fn avx2($($arg: $ty),*) {
                unsafe { $generic::<$crate::kernels::simd::Avx2 $(, $($size),+)?>($($arg),*) }
            }
            // SAFETY: an `Isa` other than portable only exists where the processor has it; the rest
            // is the caller's contract.
            unsafe {
                $crate::kernels::by_isa!(isa;
                    avx512($($arg),*),
                    avx2($($arg),*),
                    $generic::<$crate::kernels::simd::Portable $(, $($size),+)?>($($arg),*))
            }
        }
    )+};
}
pub(crate) use {by_isa, on_each_isa, tiles};
