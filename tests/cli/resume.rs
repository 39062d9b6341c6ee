//! Killed at any moment, a run resumes to the same bits.

use std::fs;
use std::hash::Hasher;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rand::{RngExt, SeedableRng};

use super::support::{features, gcl, run};

const TRAIN: [&str; 9] = [
    "train",
    "f",
    "--method",
    "gcl-pt",
    "--set",
    "training.budget.min_steps=600",
    "--set",
    "training.batch=16",
    "--out",
];

/// Every file of a model, by name, with its size and a hash of its bytes.
fn model(run: &Path) -> Vec<(String, usize, u64)> {
    let entries = fs::read_dir(run.join("model")).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| {
            let bytes = fs::read(&path).unwrap();
            let mut hash = std::hash::DefaultHasher::new();
            hash.write(&bytes);
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, bytes.len(), hash.finish())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_killed_run_resumes_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 4);
    let started = std::time::Instant::now();
    run(at, &[&TRAIN[..], &["whole"]].concat(), 0);
    let whole = started.elapsed();

    let mut rng = rand::rngs::ChaCha8Rng::seed_from_u64(whole.as_nanos() as u64);
    let mut interrupted = 0;
    for trial in 0..3 {
        let name = format!("killed{trial}");
        let first = [&TRAIN[..], &[&name, "--save-every", "0"]].concat();
        let again = ["train", "f", "--out", &name, "--resume", "--save-every", "0"];
        let mut args: &[&str] = &first;
        // Killed up to four times at random moments, then left alone.
        for _ in 0..4 {
            let mut child =
                gcl(at, args).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole.mul_f64(rng.random_range(0.05..0.5)));
            child.kill().unwrap();
            child.wait().unwrap();
            if at.join(&name).join("config.toml").exists() {
                args = &again;
            }
            if !at.join(&name).join("model/model.json").exists() {
                interrupted += 1;
            }
        }
        run(at, args, 0);
        assert_eq!(model(&at.join(&name)), model(&at.join("whole")), "trial {trial}");
        for file in ["config.toml", "events.jsonl"] {
            let read = |run: &str| fs::read_to_string(at.join(run).join(file)).unwrap();
            assert_eq!(read(&name), read("whole"), "trial {trial}: {file}");
        }
    }
    assert!(interrupted > 0, "no kill came before the end");
}

#[test]
fn the_same_seed_gives_the_same_model_and_another_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    for (out, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
        run(at, &["train", "f", "--method", "gcl-b", "--out", out, "--seed", seed], 0);
    }
    assert_eq!(model(&at.join("a")), model(&at.join("b")));
    assert_ne!(model(&at.join("a")), model(&at.join("c")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 4);
    let args = [
        &TRAIN[..],
        &[
            "r",
            "--set",
            "training.budget.max_steps=unlimited",
            "--set",
            "training.budget.epochs=100000",
        ],
    ]
    .concat();
    let child = gcl(at, &args).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    while !at.join("r/events.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(300));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--resume"));
    assert!(at.join("r/state/state.safetensors").exists());
}
