//! Killed at any moment, a run resumes to the same bits.

use std::fs;
use std::hash::Hasher;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rand::{RngExt, SeedableRng};

use super::support::{endless, features, gcl, run, stderr, truth};

const TRAIN: [&str; 13] = [
    "train",
    "f",
    "--method",
    "gcl-pt",
    "--set",
    "training.budget.min_steps=600",
    "--set",
    "training.batch=16",
    "--test",
    "f",
    "--truth",
    "truth.csv",
    "--out",
];

/// Every file of a run's models, by folder and name, with its size and a hash of its bytes.
fn models(run: &Path) -> Vec<(String, usize, u64)> {
    let folders = ["model", "model-chosen", "model-oracle"].map(|name| run.join(name));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let mut hash = std::hash::DefaultHasher::new();
            hash.write(&bytes);
            let name = path.strip_prefix(run).unwrap().to_str().unwrap().to_owned();
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
    truth(&at.join("truth.csv"), 4);
    let started = std::time::Instant::now();
    run(at, &[&TRAIN[..], &["whole"]].concat(), 0);
    let whole = started.elapsed();
    assert_eq!(models(&at.join("whole")).len(), 9, "last, chosen and oracle");

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
        let again = stderr(&run(at, &again, 0));
        assert!(again.contains("is finished: nothing is left to train"), "{again}");
        assert_eq!(models(&at.join(&name)), models(&at.join("whole")), "trial {trial}");
        for file in ["config.toml", "events.jsonl", "results.json"] {
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
    // Where the features are, and who judges the run, changes nothing.
    let disk = ["--memory-limit", "0", "--test", "f", "--truth", "truth.csv"];
    truth(&at.join("truth.csv"), 2);
    run(
        at,
        &[&["train", "f", "--method", "gcl-b", "--out", "d", "--seed", "1"], &disk[..]].concat(),
        0,
    );
    let without_oracle = |run: &str| {
        let mut models = models(&at.join(run));
        models.retain(|(name, ..)| !name.contains("oracle"));
        models
    };
    assert_eq!(without_oracle("d"), models(&at.join("a")));
    assert_ne!(models(&at.join("d")), models(&at.join("a")));
    assert_eq!(models(&at.join("a")), models(&at.join("b")));
    assert_ne!(models(&at.join("a")), models(&at.join("c")));
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 4);
    truth(&at.join("truth.csv"), 4);
    let child = endless(at, &["--test", "f", "--truth", "truth.csv"], "r/events.jsonl");
    std::thread::sleep(Duration::from_millis(300));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--resume"));
    assert!(at.join("r/state/state.safetensors").exists());
}
