//! Bytes of `.npy` files, honest or not, and other helpers of the tests.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// A `.npy` file of version 1.0 with the given header text and data.
pub fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

/// The header text that NumPy writes.
pub fn header(descr: &str, fortran: bool, shape: &str) -> String {
    let order = if fortran { "True" } else { "False" };
    format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n")
}

/// Writes a file, making its folders.
pub fn put(path: &Path, bytes: impl AsRef<[u8]>) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    path.to_owned()
}

/// A small deterministic sequence for made-up sizes and values.
pub struct Sequence(pub u64);

impl Sequence {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// A case's folder in the repository's `tests/golden`; one that is missing fails the test.
pub fn golden(case: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(case);
    assert!(path.is_dir(), "{} is missing", path.display());
    path
}

/// The folder of real data, or `None` after saying so.
pub fn real_data(test: &str) -> Option<PathBuf> {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    if data.is_none() {
        eprintln!("SKIPPED: GCL_DATA not set ({test} needs the real data)");
    }
    data
}
