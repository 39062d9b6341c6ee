//! The devices by the names that `--device` takes.

mod held;

use burn::tensor::Device;

pub use held::{Named, all};

use super::error::Failure;

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
