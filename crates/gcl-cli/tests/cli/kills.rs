//! SIGKILL at random moments, over every command that works long: the end is that of an undisturbed run, byte for
//! byte (of a pair, its weights), and no temporary file stays. `GCL_KILLS` sets the kills of each command, three unless given.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};

use super::support::{features, gcl, run, truth, video};

/// Every file below a folder, by its path in there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = files(&path).into_iter();
            found.extend(below.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(name, weights(&bytes).unwrap_or(bytes));
        }
    }
    found
}

/// The weights alone of a model of a pair: beside them is the optimizer's record, in which burn gives every parameter a
/// random number.
fn weights(bytes: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (header, data) =
        rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let header: serde_json::Value = serde_json::from_slice(header).ok()?;
    let place = |name: &str| {
        let ends = header[name]["data_offsets"].as_array()?;
        Some(ends[0].as_u64()? as usize..ends[1].as_u64()? as usize)
    };
    place("optimizer").and(data.get(place("weights")?)).map(<[u8]>::to_vec)
}

/// Kills a command, run in a folder of its own beside `inputs`, at random moments, and compares what it makes of `out`.
/// Once there is a run in it, `again` resumes it.
fn survives(at: &Path, out: &str, command: &[&str], again: Option<&[&str]>) {
    let kills = std::env::var("GCL_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    // One folder for all, since results name where their data is.
    let here = at.join("here");
    fs::create_dir(&here).unwrap();
    let started = Instant::now();
    run(&here, command, 0);
    let time = started.elapsed();
    let expected = files(&here);
    fs::remove_dir_all(&here).unwrap();
    let mut rng = rand::rngs::ChaCha8Rng::seed_from_u64(time.as_nanos() as u64);
    let (mut killed, mut trial, mut left) = (0, 0, 0);
    while killed < kills {
        trial += 1;
        fs::create_dir(&here).unwrap();
        let args = || match again {
            Some(again) if here.join(out).join("config.toml").exists() => again,
            _ => command,
        };
        for _ in 0..3 {
            let mut child =
                gcl(&here, args()).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
            std::thread::sleep(
                time.mul_f64(rng.random_range(0.02..0.7)).max(Duration::from_millis(2)),
            );
            killed += usize::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
            left += files(&here).keys().filter(|name| name.ends_with(".part")).count();
        }
        run(&here, args(), 0);
        let found = files(&here);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(&expected), "trial {trial} of {command:?}");
        let state = |name: &str| command[0] == "pair" && name.contains("/state/");
        for (name, bytes) in expected.iter().filter(|(name, _)| !state(name)) {
            assert!(found[name] == *bytes, "trial {trial} of {command:?}: {name} differs");
        }
        fs::remove_dir_all(&here).unwrap();
    }
    eprintln!("{}: {killed} kills, {left} temporary files seen on the way", command[0]);
}

#[test]
fn extract_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    for v in 0..6 {
        video(&folder.path().join(format!("footage/v{v}.y4m")), 400, None);
    }
    survives(folder.path(), "out", &["extract", "../footage", "--out", "out"], None);
}

#[test]
fn find_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    for v in 0..4 {
        video(&folder.path().join(format!("footage/v{v}.y4m")), 480, (v == 2).then_some(200));
    }
    survives(
        folder.path(),
        "out",
        &["find", "../footage", "--out", "out", "--save-every", "0"],
        None,
    );
}

#[test]
fn train_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 4);
    truth(&folder.path().join("truth.csv"), 4);
    let first = [
        "train",
        "../f",
        "--out",
        "out",
        "--method",
        "gcl-pt",
        "--set",
        "training.budget.min_steps=600",
        "--set",
        "training.batch=16",
        "--save-every",
        "0",
        "--cross-fit",
        "3",
    ];
    let again =
        ["train", "../f", "--out", "out", "--resume", "--save-every", "0", "--cross-fit", "3"];
    survives(folder.path(), "out", &first, Some(&again));
}

#[test]
fn a_pair_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 4);
    let (data, ends) = (
        ["../f", "--out=out"],
        ["--set=interleave.loops.most=3", "--set=interleave.threshold.max_modules=2"],
    );
    let start = ["pair", "train"];
    let first = [
        "--occ=ae",
        "--ws=sultani",
        "--seed=3",
        "--set=scaler=z-score",
        "--set=interleave.weak.length=30",
        "--set=interleave.weak.bag=4",
        "--set=interleave.weak.batch=4",
        "--set=interleave.one_class.batch=64",
    ];
    let first = [&start[..], &data, &first, &ends].concat();
    let again = [&start[..], &data, &["--resume"]].concat();
    survives(folder.path(), "out", &first, Some(&again));
}

#[test]
fn a_sweep_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 3);
    truth(&folder.path().join("truth.csv"), 3);
    let sweep = [
        "sweep",
        "--train",
        "../f",
        "--test",
        "../f",
        "--truth",
        "../truth.csv",
        "--methods",
        "gcl-pt,knn",
        "--seeds",
        "0..2",
        "--save-every",
        "0",
        "--out",
        "out",
        "--set",
        "training.budget.min_steps=200",
    ];
    survives(folder.path(), "out", &sweep, None);
}
