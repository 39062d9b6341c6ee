//! The devices compiled into this binary and present on this machine, by name.

#[cfg(any(feature = "cuda", feature = "wgpu", feature = "vulkan"))]
use burn::tensor::DeviceType;
use gcl_core::Device;

/// A device and its name.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name, such as `flex` or `cuda:0`.
    pub name: String,
    /// A short description.
    pub about: &'static str,
    /// The device.
    pub device: Device,
}

/// There is no device of this name.
#[derive(Debug, thiserror::Error)]
#[error("no device `{name}` here; there are {}", available.join(", "))]
pub struct UnknownDevice {
    /// The name that was asked for.
    pub name: String,
    /// The names of the devices that there are.
    pub available: Vec<String>,
}

/// The device of a name; `cuda` means `cuda:0`. It never falls back to another device.
///
/// # Errors
/// [`UnknownDevice`], listing the devices that there are.
///
/// ```
/// assert!(gcl::device::find("flex").is_ok());
/// assert!(gcl::device::find("abacus").is_err());
/// ```
pub fn find(name: &str) -> Result<Device, UnknownDevice> {
    let mut devices = all();
    let wanted = |named: &Named| named.name == name || named.name == format!("{name}:0");
    match devices.iter().position(wanted) {
        Some(i) => Ok(devices.swap_remove(i).device),
        None => Err(UnknownDevice {
            name: name.to_owned(),
            available: devices.into_iter().map(|named| named.name).collect(),
        }),
    }
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
