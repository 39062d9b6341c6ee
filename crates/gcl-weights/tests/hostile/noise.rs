//! Good files cut at every byte, and with bytes changed at random.

use std::path::PathBuf;
use std::time::Duration;

use gcl_weights::{WeightError, read};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::build::good;
use crate::common::golden;
use crate::meter::{metered, read_all};

/// What a small file may cost: its bytes, and the allowance for repeated views.
const BYTES: usize = 64 << 20;

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let names = ["zip.pt", "legacy.pt", "plain.pkl", "checkpoint.pt", "state.safetensors"];
    names.map(|name| (name, std::fs::read(golden(name)).unwrap())).into()
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    (folder, path)
}

#[test]
fn every_truncation_is_an_error() {
    let (_folder, path) = scratch();
    for (name, bytes) in files().into_iter().chain([("built", good())]) {
        for len in 0..bytes.len() {
            std::fs::write(&path, &bytes[..len]).unwrap();
            let (result, time, peak) = metered(|| read_all(&path));
            let cut = matches!(result, Err(WeightError::Content { .. }));
            assert!(cut, "{name} cut to {len} bytes: {result:?}");
            assert!(time < Duration::from_secs(1) && peak < BYTES, "{name}: {time:?}, {peak}");
        }
    }
}

#[test]
fn changed_bytes_never_do_harm() {
    let (_folder, path) = scratch();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut refused, mut read) = (0, 0);
    for (name, good) in files() {
        for _ in 0..2_000 {
            let mut bytes = good.clone();
            for _ in 0..rng.random_range(1..=4) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] = rng.random();
            }
            std::fs::write(&path, &bytes).unwrap();
            let (result, time, peak) = metered(|| read_all(&path));
            assert!(time < Duration::from_secs(1) && peak < BYTES, "{name}: {time:?}, {peak}");
            match result {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
    }
    // Most changes hit something that is checked; some hit a value or unused text.
    assert!(refused > read, "{refused} refused, {read} read");
}

#[test]
fn every_pair_of_a_byte_and_a_bit_of_a_small_file() {
    let (_folder, path) = scratch();
    let good = good();
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << bit;
            std::fs::write(&path, &bytes).unwrap();
            let (_, time, peak) = metered(|| read_all(&path));
            assert!(time < Duration::from_secs(1) && peak < BYTES, "{at} {bit}: {time:?}, {peak}");
        }
    }
}

#[test]
fn a_file_cut_after_it_was_opened_is_an_error() {
    let (_folder, path) = scratch();
    std::fs::copy(golden("legacy.pt"), &path).unwrap();
    let file = read(&path).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_len(600).unwrap();
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
