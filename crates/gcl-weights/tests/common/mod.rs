//! What several suites need.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// The folder of real data, or `None` with a word on stderr.
pub fn real_data(what: &str) -> Option<PathBuf> {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    if data.is_none() {
        eprintln!("SKIPPED: GCL_DATA not set ({what} needs the real data)");
    }
    data
}

/// A file that PyTorch wrote.
pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/torch").join(name)
}
