//! Dropout masks, drawn on the host.
//!
//! Burn's dropout draws from the backend's own generator, which neither repeats on another device nor resumes.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;

use crate::rng::HostRng;

/// `count` factors: 0 with probability `rate`, else 1 / (1 − rate).
///
/// Four decisions come from each 64 random bits, so that the rate is met to 1/65536: a mask of
/// millions costs milliseconds.
pub(crate) fn mask(count: usize, rate: f32, rng: &mut HostRng) -> Vec<f32> {
    let keep = ((1.0 - rate).clamp(0.0, 1.0) * 65536.0).round() as u32;
    let factor = if keep == 0 { 0.0 } else { 65536.0 / keep as f32 };
    let mut mask = vec![0.0; count];
    for four in mask.chunks_mut(4) {
        let bits = rng.random::<u64>();
        for (i, slot) in four.iter_mut().enumerate() {
            let kept = (bits >> (16 * i)) as u16;
            *slot = if u32::from(kept) < keep { factor } else { 0.0 };
        }
    }
    mask
}

/// A mask of the given shape on a device.
pub(crate) fn mask_tensor<const D: usize>(
    shape: [usize; D],
    rate: f32,
    rng: &mut HostRng,
    device: &Device,
) -> Tensor<D> {
    let values = mask(shape.iter().product(), rate, rng);
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn the_rate_is_met_and_the_mean_is_kept() {
        let values = mask(100_003, 0.7, &mut stream(1, "dropout", 0));
        let kept = values.iter().filter(|v| **v > 0.0).count() as f64 / 100_003.0;
        assert!((kept - 0.3).abs() < 0.005, "{kept}");
        assert!(values.iter().all(|v| *v == 0.0 || (v - 1.0 / 0.3).abs() < 1e-3));
        assert_eq!(values, mask(100_003, 0.7, &mut stream(1, "dropout", 0)));
        assert_eq!(mask(5, 0.0, &mut stream(1, "dropout", 0)), [1.0; 5]);
    }
}
