//! What lies between the scene and the file: slow changes of light, and the sensor's noise.

use super::canvas::Canvas;
use super::dice::{Dice, Purpose};
use super::trig::sin;

/// The light of one video.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Light {
    seed: u64,
    video: usize,
    level: f32,
    swing: f32,
    /// Turns of the swing per frame, and at frame 0.
    rate: f32,
    phase: f32,
}

/// Luma of the largest noise; its standard deviation is 0.43 of this.
const NOISE: f32 = 4.5;

impl Light {
    pub(super) fn new(seed: u64, video: usize, fps: f32) -> Self {
        let mut dice = Dice::new(seed, Purpose::Light, video, 0);
        Self {
            seed,
            video,
            level: dice.between(0.94, 1.06),
            swing: dice.between(0.01, 0.04),
            rate: 1.0 / (dice.between(15.0, 40.0) * fps),
            phase: dice.unit(),
        }
    }

    /// Exposes a picture: writes its `width * height` luma bytes over `bytes`, which it resizes.
    pub(super) fn expose(&self, canvas: &Canvas, frame: usize, bytes: &mut Vec<u8>) {
        bytes.resize(canvas.luma.len(), 0);
        Dice::new(self.seed, Purpose::Noise, self.video, frame).fill(bytes);
        let gain = self.level + self.swing * sin(self.phase + self.rate * frame as f32);
        for (byte, luma) in bytes.iter_mut().zip(&canvas.luma) {
            // The sum of two uniform halves of a random byte, -15 to 15, is nearly bell-shaped.
            let noise = f32::from(*byte & 15) + f32::from(*byte >> 4) - 15.0;
            *byte = (luma * gain + noise * (NOISE / 15.0) + 0.5) as u8;
        }
    }
}
