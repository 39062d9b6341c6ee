//! Good files cut at every byte, and with bytes changed at random.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::Duration;

use gcl_weights::{WeightError, read};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use crate::build::good;
use crate::common::golden;
use crate::meter::{metered, read_all, weighed};

/// What a small file may cost: its bytes, and the allowance for repeated views.
const BYTES: usize = 64 << 20;

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "zip.pt",
        "legacy.pt",
        "plain.pkl",
        "checkpoint.pt",
        "state.safetensors",
        "../flax/small.ckpt",
        "../tflite/small.tflite",
    ];
    names.map(|name| (name, std::fs::read(golden(name)).unwrap())).into()
}

/// A file whose bytes are changed in place.
struct Scratch {
    _folder: TempDir,
    path: PathBuf,
    file: File,
}

impl Scratch {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        Self { _folder: folder, path, file }
    }

    fn put(&mut self, at: usize, byte: u8) {
        self.file.seek(SeekFrom::Start(at as u64)).unwrap();
        self.file.write_all(&[byte]).unwrap();
    }

    fn read(&self, what: &str) -> Result<usize, WeightError> {
        let (result, peak) = weighed(|| read_all(&self.path));
        assert!(peak < BYTES, "{what}: {peak} bytes");
        result
    }
}

#[test]
fn every_truncation_is_an_error() {
    for (name, bytes) in files().into_iter().chain([("built", good())]) {
        let scratch = Scratch::new(&bytes);
        let ((), time, _) = metered(|| {
            for len in (0..bytes.len()).rev() {
                scratch.file.set_len(len as u64).unwrap();
                let result = scratch.read(name);
                let cut = matches!(result, Err(WeightError::Content { .. }));
                assert!(cut, "{name} cut to {len} bytes: {result:?}");
            }
        });
        assert!(time < Duration::from_secs(10), "{name}: {time:?}");
    }
}

#[test]
fn changed_bytes_never_do_harm() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut refused, mut read) = (0, 0);
    for (name, good) in files() {
        let mut scratch = Scratch::new(&good);
        for _ in 0..1_000 {
            let changes: Vec<usize> =
                (0..rng.random_range(1..=4)).map(|_| rng.random_range(0..good.len())).collect();
            changes.iter().for_each(|at| scratch.put(*at, rng.random()));
            match scratch.read(name) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
            changes.iter().for_each(|at| scratch.put(*at, good[*at]));
        }
        assert!(scratch.read(name).is_ok());
    }
    // Most changes hit something that is checked; some hit a value or unused text.
    assert!(refused > read, "{refused} refused, {read} read");
}

#[test]
fn every_bit_of_a_small_file() {
    let good = good();
    let mut scratch = Scratch::new(&good);
    for (at, byte) in good.iter().enumerate() {
        for bit in 0..8 {
            scratch.put(at, byte ^ (1 << bit));
            // Whether it is refused or not, it returns, and stays small.
            let _ = scratch.read("a changed bit");
        }
        scratch.put(at, *byte);
    }
    assert!(scratch.read("the good file").is_ok());
}

#[test]
fn a_file_cut_after_it_was_opened_is_an_error() {
    let scratch = Scratch::new(&std::fs::read(golden("legacy.pt")).unwrap());
    let file = read(&scratch.path).unwrap();
    scratch.file.set_len(600).unwrap();
    assert!(file.f32("tied").is_err());
    assert!(file.sha256().is_err());
}

#[cfg(unix)]
#[test]
fn folders_and_pipes_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(read(folder.path()), Err(WeightError::NotAFile(_))));
    assert!(matches!(read("/dev/zero"), Err(WeightError::NotAFile(_))));
    let missing = read(folder.path().join("absent")).unwrap_err();
    assert!(missing.to_string().contains("absent"), "{missing}");
}
