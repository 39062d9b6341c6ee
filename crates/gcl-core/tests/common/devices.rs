//! The devices that tensor tests run on; unit tests include this file too.

use burn::tensor::Device;

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
