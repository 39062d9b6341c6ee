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

/// An element of a `.mat` of level 5.
fn element(kind: u32, content: &[u8]) -> Vec<u8> {
    let length = content.len() as u32;
    let pad = vec![0; content.len().next_multiple_of(8) - content.len()];
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), content, &pad].concat()
}

/// An array of doubles in a `.mat`, its values in MATLAB's order: column after column.
pub fn mat_array(name: &str, shape: &[i32], values: &[f64]) -> Vec<u8> {
    let sizes: Vec<u8> = shape.iter().flat_map(|axis| axis.to_le_bytes()).collect();
    let values: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    // A class of doubles; a name of up to four letters is stored in the place of its length.
    let name = match name.len() {
        1..=4 => {
            let mut small = [1u16, name.len() as u16].map(u16::to_le_bytes).concat();
            small.extend(name.bytes().chain([0; 4]).take(4));
            small
        }
        _ => element(1, name.as_bytes()),
    };
    let flags = element(6, &[6, 0, 0, 0, 0, 0, 0, 0]);
    element(14, &[flags, element(5, &sizes), name, element(9, &values)].concat())
}

/// A `.mat` with these arrays, as they are or deflated without being made smaller.
pub fn mat(arrays: &[Vec<u8>], deflated: bool) -> Vec<u8> {
    let mut file = b"MATLAB 5.0 MAT-file, made up".to_vec();
    file.resize(124, b' ');
    file.extend([0, 1, b'I', b'M']);
    for array in arrays {
        match deflated {
            false => file.extend(array),
            true => {
                let length = array.len() as u16;
                let block =
                    [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), array];
                let packed = [&block.concat()[..], &[0; 4]].concat();
                file.extend(15u32.to_le_bytes());
                file.extend((packed.len() as u32).to_le_bytes());
                file.extend(packed);
            }
        }
    }
    file
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
