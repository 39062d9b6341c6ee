//! What several suites need.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

use gcl_weights::{Fault, WeightError, read};

/// The folder of real data, or `None` with a word on stderr.
pub fn real_data(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("GCL_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: GCL_DATA not set ({what})");
    }
    folder
}

/// A file that PyTorch wrote.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/torch").join(name)
}

/// What reading these bytes answers with; all tensors are read too.
pub fn read_bytes(folder: &Path, bytes: &[u8]) -> Result<(), WeightError> {
    let path = folder.join("bytes");
    std::fs::write(&path, bytes).unwrap();
    let file = read(&path)?;
    for tensor in file.tensors() {
        // Integers may be too large for an f32; that is no fault of the file.
        match file.f32(tensor.name()) {
            Err(WeightError::Inexact { .. }) => drop(file.i64(tensor.name())?),
            other => drop(other?),
        }
    }
    Ok(())
}

/// Why these bytes are refused.
pub fn fault(bytes: &[u8]) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    match read_bytes(folder.path(), bytes) {
        Err(WeightError::Content { fault, .. }) => fault,
        other => panic!("not refused for its content: {other:?}"),
    }
}
