//! Limits of the reader's work. Real checkpoints stay far below; a file that exceeds one is refused
//! before anything is allocated for it.

use crate::Fault;

/// Opcodes of all pickles of a file.
pub(crate) const OPERATIONS: u64 = 4_000_000;
/// Bytes of all pickles of a file, without the byte strings that hold tensors.
pub(crate) const PICKLE_BYTES: u64 = 32 << 20;
/// Values that a pickle makes.
pub(crate) const NODES: usize = 1 << 20;
/// Entries of the unpickler's stack, and of its memo.
pub(crate) const STACK: usize = 1 << 20;
/// Marks on the stack at one time.
pub(crate) const MARKS: usize = 1 << 10;
/// Containers within containers.
pub(crate) const NESTING: u16 = 256;
/// Tensors of a file, and its storages.
pub(crate) const TENSORS: usize = 1 << 16;
/// Dimensions of a tensor.
pub(crate) const RANK: usize = 16;
/// A line of a text opcode (module and class names, decimal numbers), and a storage's key.
pub(crate) const LINE: usize = 1 << 10;
/// The central directory of a zip archive, bytes.
pub(crate) const ZIP_DIRECTORY: u64 = 16 << 20;
/// The header of a safetensors file, bytes.
pub(crate) const HEADER: u64 = 8 << 20;
/// Fields and list items that are read of a TFLite model.
pub(crate) const FIELDS: usize = 1 << 19;
/// Bytes of a file in which a TFLite model may begin.
pub(crate) const MODEL_START: u64 = 1 << 16;
/// Nested dicts within a state dict.
pub(crate) const STATE_NESTING: usize = 8;
/// Values visited while a checkpoint's scalars are collected.
pub(crate) const METADATA_VISITS: usize = 100_000;
/// Items of a list that still counts as metadata.
pub(crate) const METADATA_LIST: usize = 64;
/// Bytes of all metadata's names and texts.
pub(crate) const METADATA_BYTES: usize = 4 << 20;

/// Bytes that all tensors of a file of `len` bytes may have together when they are written out.
/// Views may share a storage, or repeat its elements by a stride of 0, but only so often.
pub(crate) fn tensor_bytes(len: u64) -> u64 {
    len.saturating_mul(4).saturating_add(16 << 20)
}

/// What is left of a file's allowance of work.
pub(crate) struct WorkBudget {
    operations: u64,
    bytes: u64,
}

impl WorkBudget {
    pub(crate) fn new() -> Self {
        Self { operations: OPERATIONS, bytes: PICKLE_BYTES }
    }

    pub(crate) fn operations(&mut self, count: usize) -> Result<(), Fault> {
        let left = self.operations.checked_sub(count as u64);
        self.operations =
            left.ok_or(Fault::Limit { what: "pickle operations", max: OPERATIONS })?;
        Ok(())
    }

    pub(crate) fn bytes(&mut self, count: u64) -> Result<(), Fault> {
        let left = self.bytes.checked_sub(count);
        self.bytes = left.ok_or(Fault::Limit { what: "bytes of pickle", max: PICKLE_BYTES })?;
        Ok(())
    }
}
