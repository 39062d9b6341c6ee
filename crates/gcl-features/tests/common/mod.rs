//! What the tests of this crate share.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;

use burn::tensor::Device;

/// Every device that the test binary holds and the machine has, by name: each tensor test runs on all of them.
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

/// The folder of real data, or a loud note that there is none.
pub fn real_data(path: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("GCL_DATA") else {
        eprintln!("SKIPPED: GCL_DATA not set ({path})");
        return None;
    };
    Some(PathBuf::from(root).join(path))
}

/// A golden case's file.
pub fn golden(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(path)
}

/// `count` multiples of 2^-23 in [-1, 1): a hash of a name and a position, as `golden/networks/made_up.py` has it.
pub fn unit(name: &str, count: usize) -> Vec<f32> {
    let start = name
        .bytes()
        .fold(0x811c_9dc5u32, |h, byte| (h ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let value = |i: u32| {
        let mut x = start.wrapping_add(i.wrapping_mul(0x9e37_79b9));
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^= x >> 16;
        (x >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count as u32).map(value).collect()
}

/// A tensor's values by the rules of the same file.
pub fn made_up(name: &str, shape: &[usize]) -> Vec<f32> {
    let mut values = unit(name, shape.iter().product());
    let fan_in: usize = shape[1..].iter().product();
    let gain = if name.ends_with("bn3.weight") { 0.3 } else { 1.0 };
    for u in &mut values {
        *u = match shape.len() {
            1 if name.ends_with("weight") || name.ends_with("running_var") => {
                (1.0 + 0.5 * *u) * gain
            }
            1 => *u * 0.3,
            _ => *u * (6.0 / fan_in as f64).sqrt() as f32,
        };
    }
    values
}
