//! Which instruction sets there are.

use super::by_isa;

/// An instruction set that this processor has: a value of this type is the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Isa(pub(super) IsaKind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IsaKind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Portable,
}

impl Isa {
    /// All that this processor has, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self(IsaKind::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self(IsaKind::Avx2));
            }
            if is_x86_feature_detected!("avx512f") {
                all.push(Self(IsaKind::Avx512));
            }
        }
        all.reverse();
        all
    }

    /// The fastest.
    pub fn best() -> Self {
        Self::available().first().copied().unwrap_or(Self(IsaKind::Portable))
    }

    /// `avx512`, `avx2` or `portable`.
    pub fn name(self) -> &'static str {
        by_isa!(self; "avx512", "avx2", "portable")
    }

    /// Largest tile that fits the registers: places, blocks of 16 output channels.
    pub(crate) fn tile(self) -> (usize, usize) {
        by_isa!(self; (14, 2), (6, 1), (2, 1))
    }
}
