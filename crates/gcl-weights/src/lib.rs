//! Reads the weight files that people have, PyTorch checkpoints and safetensors, into named tensors.
//!
//! [`read`] finds out the format from the file's content: PyTorch's zip archive, its older row of
//! pickles, a plain pickle of a state dict, or safetensors. A [`WeightFile`] is a table of contents;
//! each tensor is read from the file when it is asked for, so that nothing is in memory twice.
//!
//! A pickle is a program, and loading one in Python may run anything. Here it is read as data: a
//! short list of names (`OrderedDict`, PyTorch's tensors and storages, `argparse.Namespace`, NumPy's
//! scalars) has a meaning, and the first other name refuses the whole file, [`Fault::Global`]. Every
//! length is held against the file before anything is allocated, and work, depth and sizes have
//! limits, so that a hostile file costs no more than a bad one.
//!
//! A [`KeyMap`] and [`matched`] bring a file's names to those of a model, and say in a [`KeyReport`]
//! what fits. [`write_safetensors`] and [`WeightFile::convert`] write the same bytes for the same
//! tensors, always.
//!
//! ```no_run
//! use gcl_weights::{Expected, KeyMap, matched, read};
//!
//! # fn main() -> Result<(), gcl_weights::WeightError> {
//! let file = read("resnext-101-kinetics.pth")?;
//! println!("{}, {} tensors, arch {:?}", file.format(), file.len(), file.metadata().get("arch"));
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
