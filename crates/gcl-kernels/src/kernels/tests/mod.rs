//! Each kernel alone against plain loops in f64, for every size of tile and each instruction set.
//!
//! Every output lies in a buffer with gaps, and the whole buffer is compared, so that a write outside the tile fails
//! as a wrong value does. Inputs end where the kernel's contract says: AddressSanitizer and Miri see any read
//! past it.

mod copy;
mod depthwise;
mod gemm;
mod grouped;
mod planar;
mod pool;
#[path = "../../../tests/common/random.rs"]
mod random;
mod winograd;

use super::{Clamp, Isa};
use crate::block::Block;
use random::Random;

/// The buffer of an output, with values to be kept where a kernel has no business.
struct Target {
    found: Vec<Block>,
    expected: Vec<f64>,
}

impl Target {
    fn new(blocks: usize, random: &mut Random) -> Self {
        let found = random_blocks(blocks, random);
        let expected = floats(&found).iter().copied().map(f64::from).collect();
        Self { found, expected }
    }

    fn float(&mut self) -> *mut f32 {
        self.found.as_mut_ptr().cast()
    }

    /// Compares all of the buffer; `what` is asked only for a failure.
    fn check(&self, isa: Isa, what: impl Fn() -> String) {
        for (i, (a, b)) in floats(&self.found).iter().zip(&self.expected).enumerate() {
            let a = f64::from(*a);
            // Equal infinities have no difference.
            let close = a == *b || (a - b).abs() <= 1e-4 * b.abs().max(1.0);
            assert!(close, "{}, {}: {a} for {b} at {i}", what(), isa.name());
        }
    }
}

/// Whether to leave a case out: Miri, which is slow, takes one in many.
fn skipped(case: usize) -> bool {
    cfg!(miri) && !case.is_multiple_of(13)
}

fn random_blocks(count: usize, random: &mut Random) -> Vec<Block> {
    (0..count).map(|_| Block(std::array::from_fn(|_| random.value()))).collect()
}

fn floats(blocks: &[Block]) -> &[f32] {
    // SAFETY: a block is sixteen floats and nothing else.
    unsafe { std::slice::from_raw_parts(blocks.as_ptr().cast(), blocks.len() * 16) }
}

/// No cut-off, ReLU, and a range that cuts sums of random values at both ends.
const CLAMPS: [Clamp; 3] = [Clamp::NONE, Clamp::RELU, Clamp { low: -0.5, high: 0.75 }];

fn cut(clamp: Clamp, v: f64) -> f64 {
    v.clamp(f64::from(clamp.low), f64::from(clamp.high))
}
