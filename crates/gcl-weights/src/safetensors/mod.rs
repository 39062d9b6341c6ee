//! Safetensors: a JSON header, and the tensors' bytes.

mod header;
mod write;

pub(crate) use header::read;
pub use write::{Tensor, write_safetensors};
