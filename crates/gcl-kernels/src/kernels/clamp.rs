//! What a step does to its values last.

use super::simd::Simd;

/// The range that values are cut off to: ReLU and ReLU6 are ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Clamp {
    pub low: f32,
    pub high: f32,
}

impl Clamp {
    /// Values stay.
    pub(crate) const NONE: Self = Self { low: f32::NEG_INFINITY, high: f32::INFINITY };
    /// max(x, 0).
    pub(crate) const RELU: Self = Self { low: 0.0, ..Self::NONE };
    /// min(max(x, 0), 6).
    pub(crate) const RELU6: Self = Self { low: 0.0, high: 6.0 };

    /// Sixteen values cut off; NaN stays NaN.
    ///
    /// # Safety
    /// The processor has the instruction set.
    #[inline(always)]
    pub(super) unsafe fn apply<S: Simd>(&self, v: S::V) -> S::V {
        // SAFETY: both are one float each.
        unsafe { S::min(S::splat(&self.high), S::max(S::splat(&self.low), v)) }
    }
}
