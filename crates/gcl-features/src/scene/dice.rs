//! Random numbers that are the same on every machine.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a stream of random numbers is for: streams of different purposes are independent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Place = 1,
    Plan = 2,
    Traffic = 3,
    Light = 4,
    Noise = 5,
    Wind = 6,
}

/// A stream of random numbers.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream for a purpose, a video and a frame; where a purpose has no video or frame, these are 0.
    pub(super) fn new(seed: u64, purpose: Purpose, video: usize, frame: usize) -> Self {
        let mut key = [0; 32];
        let words = [seed, purpose as u64, video as u64, frame as u64];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in [0, 1), a multiple of 2^-24.
    pub(super) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// Uniform in [low, high).
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// Uniform in 0..n; 0 where n is 0. The bias of the multiplication is below n / 2^32.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// Puts a list into random order (Fisher-Yates).
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// Fills a buffer with random bytes.
    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
