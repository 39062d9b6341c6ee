//! What the tests of this crate share.
#![allow(dead_code, clippy::unwrap_used)]

use gcl_core::{Device, Tensor, rng};
use rand::RngExt;

/// Every device that the test binary holds, by name: each tensor test runs on all of them.
pub fn devices() -> Vec<(&'static str, Device)> {
    let mut devices = vec![
        #[cfg(feature = "flex")]
        ("flex", Device::flex()),
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)]
        ("ndarray", Device::ndarray()),
    ];
    devices.extend(gpus());
    devices
}

/// GPUs; a kind that the binary holds and the machine lacks is named.
fn gpus() -> Vec<(&'static str, Device)> {
    let kinds: Vec<(&'static str, Option<Device>)> = vec![
        #[cfg(feature = "cuda")]
        ("cuda", Device::enumerate(burn::tensor::DeviceType::Cuda).into_iter().next()),
        #[cfg(feature = "vulkan")]
        ("vulkan", Device::enumerate(burn::tensor::DeviceType::Vulkan).into_iter().next()),
        #[cfg(feature = "wgpu")]
        ("wgpu", Device::enumerate(burn::tensor::DeviceType::Wgpu).into_iter().next()),
    ];
    kinds
        .into_iter()
        .filter_map(|(name, device)| match device {
            Some(device) => Some((name, device)),
            None => {
                eprintln!("SKIPPED: no {name} device");
                None
            }
        })
        .collect()
}

/// `n` rows of `d` values around 0; the last `outliers` rows lie around 6.
pub fn blob(n: usize, d: usize, outliers: usize, seed: u64) -> Vec<f32> {
    let mut rng = rng::stream(seed, "blob", 0);
    (0..n * d)
        .map(|i| {
            let centre = if i / d >= n - outliers { 6.0 } else { 0.0 };
            centre + rng.sample::<f32, _>(rand_distr::StandardNormal)
        })
        .collect()
}

/// Row-major values as a `[n, d]` tensor.
pub fn matrix(values: &[f32], d: usize, device: &Device) -> Tensor<2> {
    let data = burn::tensor::TensorData::new(values.to_vec(), [values.len() / d, d]);
    Tensor::from_data(data, device)
}

/// The probability that a row of `high` scores above a row of `low`.
pub fn auc(low: &[f32], high: &[f32]) -> f64 {
    let wins: f64 = high
        .iter()
        .flat_map(|h| {
            low.iter().map(move |l| {
                if h > l {
                    1.0
                } else if h == l {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    wins / (low.len() * high.len()) as f64
}
