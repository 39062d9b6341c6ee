//! Reads weight files, PyTorch checkpoints and safetensors, into named tensors.
//!
//! [`read`] detects the format from the file's content: PyTorch's zip archive, its older sequence of
//! pickles, a plain pickle of a state dict, or safetensors. A [`WeightFile`] is a table of contents;
//! each tensor is read from the file on demand, so that nothing is in memory twice.
//!
//! A pickle is a program, and loading one in Python may execute arbitrary code. Here it is read as data:
//! a short list of names (`OrderedDict`, PyTorch's tensors and storages, `argparse.Namespace`, NumPy's
//! scalars) has a meaning, and a file with any other name is refused ([`Fault::Global`]). Every length
//! is checked against the file before anything is allocated, and work, depth and sizes are limited, so
//! that a malicious file costs no more than a damaged one.
//!
//! The crate has a reader of its own although there is `pytorch-reader`, which burn-store uses. That
//! one (0.22.1) reads the same tensors from ordinary checkpoints, but a dict saved under two names
//! comes back empty the second time, damage in a part of a storage goes unnoticed, `argparse.Namespace`
//! and NumPy's scalars are lost, and a file of two kilobytes can make it allocate gigabytes.
//!
//! A [`KeyMap`] and [`matched`] map a file's names to those of a model; a [`KeyReport`] lists what
//! matches. [`write_safetensors`] and [`WeightFile::convert`] are deterministic: the same tensors give
//! the same bytes.
//!
//! ```no_run
//! use gcl_weights::{Expected, KeyMap, matched, read};
//!
//! # fn main() -> Result<(), gcl_weights::WeightError> {
//! let file = read("resnext-101-kinetics.pth")?;
//! println!("{}, {} tensors, arch {:?}", file.format, file.len(), file.metadata.get("arch"));
//! let map = KeyMap::new().strip("module.").ignore("fc.*");
//! let expected = [Expected::new("conv1.weight", [64, 3, 7, 7, 7])];
//! let weights = matched(&file, &map, &expected)?;
//! println!("{}", weights.report());
//! let values: Vec<f32> = weights.f32("conv1.weight")?;
//! # Ok(())
//! # }
//! ```

mod dtype;
mod error;
mod file;
mod keys;
mod limits;
mod open;
mod pickle;
mod region;
mod safetensors;
mod scalar;
mod torch;
mod values;
mod view;
mod zip;

pub use dtype::Dtype;
pub use error::{Fault, WeightError};
pub use file::{Format, TensorInfo, WeightFile};
pub use keys::{Expected, KeyMap, KeyReport, Matched, Misshapen, NamedTensors, matched};
pub use open::{read, read_at, read_bytes};
pub use safetensors::{Tensor, write_safetensors};
pub use scalar::Scalar;
