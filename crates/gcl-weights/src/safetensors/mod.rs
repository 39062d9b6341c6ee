//! Safetensors: a JSON header, and the tensors' bytes.
//!
//! It is read here, and not by the `safetensors` crate, because two tensors of one name must be refused, of which that
//! crate keeps one, and because tensors are read from the file one by one.

mod header;
mod write;

pub(crate) use header::read;
pub use write::{Tensor, write_safetensors};
