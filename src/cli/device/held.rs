//! The devices that this binary holds and this machine has. `benches/` include this file too.

use burn::tensor::Device;
#[cfg(any(feature = "cuda", feature = "wgpu", feature = "vulkan"))]
use burn::tensor::DeviceType;

/// One device and its name.
pub struct Named {
    /// What `--device` takes.
    pub name: String,
    /// What it is, in words.
    pub about: &'static str,
    /// The device.
    pub device: Device,
}

/// All devices that this binary holds and this machine has, GPUs first.
pub fn all() -> Vec<Named> {
    let mut devices = gpus();
    devices.extend(cpus());
    devices
}

/// The GPUs that are there. They are listed and not constructed: a GPU back end without its GPU
/// panics at the first operation.
fn gpus() -> Vec<Named> {
    let kinds: Vec<(&str, &'static str, Vec<Device>)> = vec![
        #[cfg(feature = "cuda")]
        ("cuda", "NVIDIA GPU", Device::enumerate(DeviceType::Cuda).into_iter().collect()),
        #[cfg(feature = "vulkan")]
        (
            "vulkan",
            "GPU through Vulkan",
            Device::enumerate(DeviceType::Vulkan).into_iter().collect(),
        ),
        #[cfg(feature = "wgpu")]
        ("wgpu", "GPU through wgpu", Device::enumerate(DeviceType::Wgpu).into_iter().collect()),
    ];
    let numbered = |(kind, about, found): (&str, &'static str, Vec<Device>)| {
        let name = |i| format!("{kind}:{i}");
        let named = |(i, device)| Named { name: name(i), about, device };
        found.into_iter().enumerate().map(named).collect::<Vec<_>>()
    };
    kinds.into_iter().flat_map(numbered).collect()
}

fn cpus() -> Vec<Named> {
    vec![
        #[cfg(feature = "flex")]
        Named {
            name: "flex".to_owned(),
            about: "CPU, pure Rust (the default)",
            device: Device::flex(),
        },
        #[cfg(feature = "ndarray")]
        #[allow(deprecated)] // kept because users ask for it
        Named {
            name: "ndarray".to_owned(),
            about: "CPU, the older ndarray back end",
            device: Device::ndarray(),
        },
    ]
}
