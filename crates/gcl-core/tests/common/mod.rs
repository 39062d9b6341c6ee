//! What the tests of this crate share.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod devices;

use std::collections::HashMap;
use std::path::Path;

use gcl_core::{Device, Tensor, rng};
use rand::RngExt;
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

pub use devices::devices;

/// `n` rows of `d` values around 0; the last `outliers` rows lie around 6.
pub fn blob(n: usize, d: usize, outliers: usize, seed: u64) -> Vec<f32> {
    let mut rng = rng::stream(seed, "blob", 0);
    (0..n * d)
        .map(|i| {
            let centre = if i / d >= n - outliers { 6.0 } else { 0.0 };
            centre + rng.sample::<f32, _>(rand_distr::StandardNormal)
        })
        .collect()
}

/// Row-major values as a `[n, d]` tensor.
pub fn matrix(values: &[f32], d: usize, device: &Device) -> Tensor<2> {
    let data = burn::tensor::TensorData::new(values.to_vec(), [values.len() / d, d]);
    Tensor::from_data(data, device)
}

/// The probability that a row of `high` scores above a row of `low`.
pub fn auc(low: &[f32], high: &[f32]) -> f64 {
    let wins: f64 = high
        .iter()
        .flat_map(|h| {
            low.iter().map(move |l| {
                if h > l {
                    1.0
                } else if h == l {
                    0.5
                } else {
                    0.0
                }
            })
        })
        .sum();
    wins / (low.len() * high.len()) as f64
}

/// A file below the repository's `tests/golden`; one that is missing fails the test.
pub fn golden(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(file);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The tensors of a file under some prefixes, as a buffer of their own.
pub fn part(file: &SafeTensors<'_>, prefixes: &[&str]) -> Vec<u8> {
    let mut tensors: HashMap<String, TensorView<'_>> = HashMap::new();
    for (name, view) in file.iter() {
        let inside = |prefix: &&str| name.strip_prefix(*prefix)?.strip_prefix('.');
        if let Some(short) = prefixes.iter().find_map(inside) {
            tensors.insert(short.to_owned(), view);
        }
    }
    safetensors::serialize(tensors, None).unwrap()
}

/// The values of a single-precision tensor.
pub fn floats(view: &TensorView<'_>) -> Vec<f32> {
    view.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect()
}
