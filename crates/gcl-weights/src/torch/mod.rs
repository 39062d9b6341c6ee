//! PyTorch's files: the zip archive of today, the row of pickles from before 1.6, and the plain
//! pickle of a state dict. Each gives a graph of values whose storages have their place in the file.

pub(crate) mod archive;
pub(crate) mod legacy;
pub(crate) mod scalars;
pub(crate) mod state;

use crate::pickle::{Id, PickleGraph};
use crate::region::Region;
use crate::{Dtype, Fault};

/// What a file holds.
pub(crate) struct Content {
    pub graph: PickleGraph,
    pub root: Id,
}

/// The bytes of a storage's part, if the whole has the `root_elements` that the pickle claims.
fn place(
    key: &str,
    dtype: Dtype,
    root_elements: u64,
    part: (u64, u64),
    found: Region,
) -> Result<Region, Fault> {
    let expected = root_elements.saturating_mul(dtype.size());
    if expected != found.len {
        return Err(Fault::StorageLength { key: key.to_owned(), expected, found: found.len });
    }
    // The part lies within the whole, whose bytes have just been counted.
    found.part(part.0 * dtype.size(), part.1 * dtype.size(), "a storage")
}
