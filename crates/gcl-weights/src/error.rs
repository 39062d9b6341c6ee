//! The errors of weight files, one variant per fault.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::Dtype;
use crate::keys::KeyReport;

/// Why weights were not read, matched or written. Every variant names the file.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum WeightError {
    /// Opening, reading or writing failed.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// A folder, pipe or device.
    #[error("{0}: not a regular file")]
    NotAFile(PathBuf),
    /// The file's content was refused.
    #[error("{path}: {fault}")]
    Content { path: PathBuf, fault: Fault },
    /// No tensor of this name.
    #[error("{path}: no tensor `{name}` among {count} (the first: {first})")]
    NoTensor { path: PathBuf, name: String, count: usize, first: String },
    /// A value that the requested type cannot hold.
    #[error("{path}: `{name}` holds {value} ({dtype}), which is not an {wanted}")]
    Inexact { path: PathBuf, name: String, dtype: Dtype, value: String, wanted: &'static str },
    /// The values do not fit into memory.
    #[error("{path}: no memory for `{name}`, {bytes} bytes")]
    Memory { path: PathBuf, name: String, bytes: u64 },
    /// Tensors are missing or have another shape than the model's.
    #[error("{path} does not fit the model:\n{report}")]
    Keys { path: PathBuf, report: Box<KeyReport> },
    /// The rules map two tensors of the file to the same name.
    #[error("{path}: `{first}` and `{second}` both become `{name}`")]
    Collision { path: PathBuf, first: String, second: String, name: String },
    /// A value that no trained network has.
    #[error("{path}: `{name}` is {what}; a trained network has no such weights")]
    Degenerate { path: PathBuf, name: String, what: &'static str },
    /// A tensor that safetensors cannot hold.
    #[error("{path}: `{name}` cannot be written: {why}")]
    Unwritable { path: PathBuf, name: String, why: String },
}

/// A fault in a file's content.
#[derive(Debug, Error)]
#[allow(missing_docs)]
#[non_exhaustive]
pub enum Fault {
    /// Reading failed, or the file was shortened while it was read.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    /// None of the formats that are read.
    #[error(
        "neither a PyTorch checkpoint, a pickle, safetensors nor a TFLite model (its first bytes are {first:02x?})"
    )]
    Format { first: Vec<u8> },
    /// PyTorch's format before version 0.2.
    #[error("PyTorch's tar format from before 0.2; load it with PyTorch and save it again")]
    OldTar,
    /// A TorchScript program with its weights.
    #[error("a TorchScript archive; save the module's state_dict() instead")]
    TorchScript,
    /// A part extends beyond the end of its container.
    #[error("cut short: {what} at byte {at} needs {needed} bytes, {left} are left")]
    Cut { what: &'static str, at: u64, needed: u64, left: u64 },
    /// Bytes after the end of the content.
    #[error("{extra} bytes follow the end of the data")]
    Trailing { extra: u64 },
    /// An implausible count or size.
    #[error("too large: more than {max} {what}")]
    Limit { what: &'static str, max: u64 },

    /// The zip archive's end record or directory is invalid.
    #[error("damaged zip archive: {0}")]
    Zip(&'static str),
    /// An entry's two descriptions differ.
    #[error("zip entry `{name}`: the directory and the entry's own header differ in {what}")]
    ZipDisagrees { name: String, what: &'static str },
    /// A compressed entry.
    #[error("zip entry `{name}` is compressed (method {method}); PyTorch's are not")]
    ZipCompressed { name: String, method: u16 },
    /// An encrypted entry.
    #[error("zip entry `{0}` is encrypted")]
    ZipEncrypted(String),
    /// Two entries share bytes.
    #[error("zip entries `{first}` and `{second}` overlap")]
    ZipOverlap { first: String, second: String },
    /// Two entries have one name.
    #[error("two zip entries are named `{0}`")]
    ZipDuplicate(String),
    /// A name that is not UTF-8.
    #[error("a zip entry's name is not UTF-8: {0:02x?}")]
    ZipName(Vec<u8>),
    /// The archive has no `data.pkl`, or several.
    #[error("{found} `data.pkl` in the zip archive; a checkpoint has one")]
    ZipPickle { found: usize },
    /// The bytes are not those that were written.
    #[error("`{name}` is damaged: its checksum is {found:08x}, not {expected:08x}")]
    Checksum { name: String, expected: u32, found: u32 },
    /// Written on a big-endian machine.
    #[error("big-endian numbers; only little-endian files are read")]
    BigEndian,

    /// A class or function that is not on the short list of known data.
    #[error(
        "refused: the pickle wants `{module}.{name}`, which is not on the list of plain data; \
         nothing was run. If you trust the file, load it in Python and save only its state_dict()"
    )]
    Global { module: String, name: String },
    /// A known class or function, used in a way that PyTorch does not use it.
    #[error("refused: {global} with {why} at byte {at} of the file; nothing was run")]
    Call { global: &'static str, why: &'static str, at: u64 },
    /// An opcode that no weight file needs.
    #[error("refused: pickle opcode {opcode:#04x} at byte {at}")]
    Opcode { opcode: u8, at: u64 },
    /// A protocol that does not exist.
    #[error("pickle protocol {0}; up to 5 are read")]
    Protocol(u8),
    /// An opcode finds too little on the stack, or the wrong thing.
    #[error("damaged pickle: opcode {opcode:#04x} at byte {at} finds no {wanted}")]
    Stack { opcode: u8, at: u64, wanted: &'static str },
    /// A memo entry that was never written.
    #[error("damaged pickle: memo entry {index} at byte {at} was never written")]
    Memo { index: u32, at: u64 },
    /// Text that is not UTF-8.
    #[error("text at byte {at} is not UTF-8")]
    Utf8 { at: u64 },
    /// A number that cannot be parsed.
    #[error("damaged pickle: no number at byte {at}")]
    Number { at: u64 },

    /// A PyTorch file's fixed parts are invalid.
    #[error("damaged PyTorch file: {what} is not {wanted}")]
    Legacy { what: &'static str, wanted: &'static str },
    /// A persistent id that is not a storage.
    #[error("damaged PyTorch file: the reference at byte {at} is not to a storage")]
    Persistent { at: u64 },
    /// A storage that is missing from the file.
    #[error("storage `{key}` is not in the file")]
    NoStorage { key: String },
    /// A storage whose length differs from its declared length.
    #[error("storage `{key}` should have {expected} bytes, and has {found}")]
    StorageLength { key: String, expected: u64, found: u64 },
    /// A negative, overflowing or otherwise impossible size.
    #[error("impossible tensor: shape {shape:?}, strides {stride:?}, offset {offset}")]
    Impossible { shape: Vec<i128>, stride: Vec<i128>, offset: i128 },
    /// A view that extends beyond its storage.
    #[error(
        "a tensor of shape {shape:?}, strides {stride:?}, offset {offset} reaches element {last} \
         of a storage of {elements}"
    )]
    Outside { shape: Vec<usize>, stride: Vec<u64>, offset: u64, last: u64, elements: u64 },

    /// A TFLite model that contradicts itself, or has nothing to read.
    #[error("not a usable TFLite model: {0}")]
    Tflite(&'static str),

    /// No dict of tensors in the file.
    #[error("no dict of named tensors in it (found: {0})")]
    NoStateDict(String),
    /// Several dicts of tensors.
    #[error("several dicts of tensors: {}; say which", .0.join(", "))]
    Ambiguous(Vec<String>),
    /// The requested location holds no tensors.
    #[error("no dict of tensors at `{location}`; the file has: {}", found.join(", "))]
    Location { location: String, found: Vec<String> },
    /// Two tensors of one name.
    #[error("two tensors are named `{0}`")]
    Duplicate(String),
    /// A tensor whose name is not text.
    #[error("a tensor whose key is not text, next to `{0}`")]
    Key(String),

    /// The safetensors header is invalid.
    #[error("bad safetensors header: {0}")]
    Header(String),
    /// An unsupported element type.
    #[error("`{name}`: elements of type {dtype} are not read")]
    Dtype { name: String, dtype: String },
    /// A safetensors entry whose byte range does not match its shape.
    #[error("`{name}`: shape {shape:?} of {dtype} does not fit bytes {begin}..{end} of {len}")]
    Offsets { name: String, shape: Vec<u64>, dtype: Dtype, begin: u64, end: u64, len: u64 },
}
