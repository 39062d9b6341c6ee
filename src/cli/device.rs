//! The devices that this binary holds, by the names that `--device` takes.

use burn::tensor::Device;
#[cfg(any(feature = "cuda", feature = "wgpu", feature = "vulkan"))]
use burn::tensor::DeviceType;

use super::error::Failure;

/// One device and its name.
pub struct Named {
    /// What `--device` takes.
    pub name: String,
    /// What it is, in words.
    pub about: &'static str,
    /// The device.
    pub device: Device,
}

/// All devices that this binary holds and this machine has, the best for this work first.
///
/// Nothing is constructed that is not there: a GPU back end without a GPU would panic later.
pub fn all() -> Vec<Named> {
    #[allow(unused_mut)]
    let mut devices: Vec<Named> = Vec::new();
    #[cfg(feature = "cuda")]
    number(&mut devices, "cuda", "NVIDIA GPU", Device::enumerate(DeviceType::Cuda));
    #[cfg(feature = "vulkan")]
    number(&mut devices, "vulkan", "GPU through Vulkan", Device::enumerate(DeviceType::Vulkan));
    #[cfg(feature = "wgpu")]
    number(&mut devices, "wgpu", "GPU through wgpu", Device::enumerate(DeviceType::Wgpu));
    #[cfg(feature = "flex")]
    devices.push(Named {
        name: "flex".to_owned(),
        about: "CPU, pure Rust (the default)",
        device: Device::flex(),
    });
    #[cfg(feature = "ndarray")]
    #[allow(deprecated)] // kept because users ask for it
    devices.push(Named {
        name: "ndarray".to_owned(),
        about: "CPU, the older ndarray back end",
        device: Device::ndarray(),
    });
    devices
}

#[cfg(any(feature = "cuda", feature = "wgpu", feature = "vulkan"))]
fn number(
    devices: &mut Vec<Named>,
    kind: &str,
    about: &'static str,
    found: impl IntoIterator<Item = Device>,
) {
    for (i, device) in found.into_iter().enumerate() {
        devices.push(Named { name: format!("{kind}:{i}"), about, device });
    }
}

/// The device of a name; `cuda` means `cuda:0`. Never another one in its place.
///
/// # Errors
/// [`Failure::Usage`] listing the devices that there are.
pub fn find(name: &str) -> Result<Device, Failure> {
    let wanted = |named: &Named| named.name == name || named.name == format!("{name}:0");
    match all().into_iter().find(wanted) {
        Some(named) => Ok(named.device),
        None => {
            let names: Vec<String> = all().into_iter().map(|named| named.name).collect();
            Err(Failure::Usage(format!(
                "no device `{name}` here; there are {}. Other back ends are features of the build: \
                 cargo build --release --features cuda",
                names.join(", ")
            )))
        }
    }
}
