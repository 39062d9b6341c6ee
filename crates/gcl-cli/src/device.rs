//! The devices by the names that `--device` takes.

pub use gcl::device::all;
use gcl_core::Device;

use super::error::Failure;

/// The device of a name; see [`gcl::device::find`].
///
/// # Errors
/// [`Failure::Usage`] listing the devices that there are.
pub fn find(name: &str) -> Result<Device, Failure> {
    gcl::device::find(name).map_err(|e| {
        let hint =
            "Other back ends are features of the build: cargo build --release --features cuda";
        Failure::Usage(format!("{e}. {hint}"))
    })
}
