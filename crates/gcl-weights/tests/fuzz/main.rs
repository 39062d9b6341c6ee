//! Damaged and hostile files for every parser of this crate: see `tests/fuzz` of the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../hostile/build.rs"]
#[allow(dead_code)]
mod build;
#[path = "../common/mod.rs"]
mod common;
#[path = "../../../../tests/fuzz/mod.rs"]
mod fuzz;

use gcl_weights::{WeightError, read};

use build::{Zip, floats, good, good_pickle};
use common::golden;
use fuzz::Target;

/// Every file format's reader, with all tensors. A file of `n` bytes may hold 4n + 16 MiB of tensors; what a pickle
/// makes of its bytes comes on top.
fn target(name: &str, corpus: Vec<Vec<u8>>, words: &[&str]) {
    Target { name, corpus, words, factor: 512, base: 24 << 20, ..Target::default() }.run(|path| {
        let file = read(path)?;
        for tensor in &file.tensors {
            match file.f32(tensor.name()) {
                // Integers may be too large for an f32; that is no fault of the file.
                Err(WeightError::Inexact { .. }) => drop(file.i64(tensor.name())?),
                other => drop(other?),
            }
        }
        Ok::<(), WeightError>(())
    });
}

fn files(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| std::fs::read(golden(name)).unwrap()).collect()
}

/// Opcodes and names of pickles.
const PICKLE: &[&str] = &[
    "(",
    ")",
    "]",
    "}",
    "t",
    "l",
    "d",
    "s",
    "u",
    "a",
    "e",
    "0",
    "1",
    "2",
    "N",
    "R",
    "b",
    "Q",
    "q\0",
    "h\0",
    ".",
    "\u{2}",
    "cnumpy\nndarray\n",
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "ccollections\nOrderedDict\n",
    "ctorch\nFloatStorage\n",
    "X\x01\0\0\0w",
    "K\x01",
    "M\x01\x01",
    "J\0\0\0\0",
    "I1\n",
    "L1L\n",
    "F1.5\n",
    "S'a'\n",
    "V\\u0041\n",
    "p0\n",
    "g0\n",
];

#[test]
fn pickles() {
    let names = ["plain.pkl", "../flax/small.ckpt"];
    target("pickle", files(&names), PICKLE);
}

#[test]
fn rows_of_pickles() {
    target("legacy", files(&["legacy.pt", "legacy4.pt", "checkpoint_legacy.pt"]), PICKLE);
}

#[test]
fn archives() {
    let words = &[
        "PK\x01\x02",
        "PK\x03\x04",
        "PK\x05\x06",
        "PK\x06\x06",
        "PK\x06\x07",
        "a/data/0",
        "data.pkl",
        "byteorder",
    ];
    let more = Zip::default()
        .entry("a/data.pkl", &good_pickle())
        .entry("a/byteorder", b"little")
        .entry("a/data/0", &floats());
    let mut corpus = vec![good(), more.end()];
    corpus.extend(files(&["zip.pt", "parameters.pt"]));
    target("zip", corpus, words);
}

#[test]
fn safetensors() {
    let words = &[
        "{",
        "}",
        "[",
        "]",
        "[[[[[[[[",
        "\"dtype\":",
        "\"F32\"",
        "\"I64\"",
        "\"BF16\"",
        "\"shape\":",
        "\"data_offsets\":",
        "\"__metadata__\":",
        "\\u0000",
    ];
    let header =
        r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":"b"}}"#;
    let small = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &floats()].concat();
    let mut corpus = vec![small];
    corpus.extend(files(&["state.safetensors"]));
    target("safetensors", corpus, words);
}

#[test]
fn tflite_models() {
    target("tflite", files(&["../tflite/small.tflite"]), &["TFL3"]);
}
