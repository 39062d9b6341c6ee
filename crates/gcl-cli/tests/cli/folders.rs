//! The folder that a command writes: used by one process at a time, full or read-only, and clean after a refusal.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::support::{endless, features, gcl, run, stderr, truth, video};

#[test]
fn a_refused_command_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    truth(&at.join("truth.csv"), 2);
    video(&at.join("footage/short.y4m"), 0, None);
    fs::write(at.join("wrong.csv"), "id,label\nvideo0,normal\nvideo1,wrong\n").unwrap();
    fs::write(at.join("none.csv"), "id\nvideo0\nvideo1\n").unwrap();
    let judged = ["--test", "f", "--truth", "truth.csv"];
    for (code, args) in [
        (3, [&["train", "f", "--labels", "wrong.csv"][..], &judged].concat()),
        (3, vec!["train", "f", "--labels", "wrong.csv", "--method", "gcl-ws"]),
        (2, [&["train", "f", "--labels", "none.csv", "--method", "gcl-ws"][..], &judged].concat()),
        (3, vec!["train", "f", "--test", "f", "--truth", "missing.csv"]),
        (2, vec!["train", "f", "--resume"]),
        (2, vec!["train", "f", "--set", "training.batch=0"]),
        (3, vec!["pair", "train", "f", "--occ", "ae", "--manifest", "wrong.csv"]),
        (2, vec!["pair", "train", "f", "--occ", "ae", "--resume"]),
        (3, vec!["find", "footage"]),
        (3, vec!["extract", "footage"]),
        (3, vec!["sweep", "--train", "f", "--test", "f", "--truth", "missing.csv"]),
    ] {
        run(at, &[&args[..], &["--out", "made/out"]].concat(), code);
        assert!(!at.join("made").exists(), "{args:?} left {:?}", fs::read_dir(at.join("made/out")));
    }
}

#[cfg(unix)]
#[test]
fn fault_25_a_second_process_on_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    video(&at.join("footage/a.y4m"), 64, None);
    let mut first = endless(at, &[], "r/events.jsonl");
    for args in [
        &["train", "f", "--out", "r", "--resume"][..],
        &["pair", "train", "f", "--occ", "ae", "--out", "r"],
        &["find", "footage", "--out", "r"],
        &["extract", "footage", "--out", "r"],
        &["extract", "footage", "--out", "r", "--shard", "1/2"],
    ] {
        let refused = stderr(&run(at, args, 2));
        assert!(refused.contains("r: another process is writing into this folder"), "{refused}");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    // What the dead one held is free.
    let ended = ["train", "f", "--out", "r", "--resume", "--save-every", "0"];
    let mut child = gcl(at, &ended).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Limits the size of the files that a command may write, as a full disk does.
#[cfg(target_os = "linux")]
fn with_little_disk(at: &Path, args: &[&str], blocks: u32) -> std::process::Output {
    let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_gcl");
    let mut shell = std::process::Command::new("bash");
    shell.current_dir(at).args(["-c", &line, program]).args(args).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn fault_23_a_full_disk_ends_a_run_that_can_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    let train = ["train", "f", "--out", "r", "--method", "gcl-pt", "--save-every", "0"];
    let whole = ["train", "f", "--out", "whole", "--method", "gcl-pt", "--save-every", "0"];
    let failed = with_little_disk(at, &train, 1);
    let said = stderr(&failed);
    assert_eq!(failed.status.code(), Some(3), "{said}");
    assert!(said.contains("error: r/") && said.contains("File too large"), "{said}");
    let left = |folder: &Path| {
        let found = fs::read_dir(folder).into_iter().flatten().flatten();
        found.filter(|e| e.file_name().to_string_lossy().ends_with(".part")).count()
    };
    assert_eq!(left(&at.join("r")) + left(&at.join("r/state")), 0);
    let again: &[&str] = match at.join("r/config.toml").exists() {
        true => &["train", "f", "--out", "r", "--resume", "--save-every", "0"],
        false => &train,
    };
    run(at, again, 0);
    run(at, &whole, 0);
    for file in ["model/generator.safetensors", "model/model.json", "events.jsonl"] {
        let read = |run: &str| fs::read(at.join(run).join(file)).unwrap();
        assert!(read("r") == read("whole"), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn fault_23_a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    video(&at.join("footage/a.y4m"), 64, None);
    // A file where the folder should be: refused to root, too, whom permissions do not stop.
    fs::write(at.join("taken"), "mine").unwrap();
    for args in [
        &["train", "f", "--method", "knn"][..],
        &["extract", "footage"],
        &["find", "footage"],
        &["pair", "train", "f", "--occ", "ae"],
    ] {
        for out in ["taken", "taken/below", "/proc/gcl"] {
            let said = stderr(&run(at, &[args, &["--out", out]].concat(), 3));
            let error = said.lines().find(|line| line.starts_with("error: "));
            assert!(error.is_some_and(|line| line.contains(out)), "{args:?} {out}: {said}");
        }
    }
    assert_eq!(fs::read(at.join("taken")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_clock_that_went_back_changes_nothing() {
    use std::time::SystemTime;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/a.y4m"), 320, Some(100));
    run(at, &["extract", "footage", "--out", "out"], 0);
    let before = fs::read(at.join("out/a.npy")).unwrap();
    // Features of a day to come, and footage of long ago.
    let set = |path: &str, time| {
        fs::File::options().write(true).open(at.join(path)).unwrap().set_modified(time)
    };
    set("out/a.npy", SystemTime::now() + Duration::from_secs(86_400)).unwrap();
    set("footage/a.y4m", SystemTime::UNIX_EPOCH + Duration::from_secs(86_400)).unwrap();
    let again = stderr(&run(at, &["extract", "footage", "--out", "out"], 0));
    assert!(!again.contains("error"), "{again}");
    assert_eq!(fs::read(at.join("out/a.npy")).unwrap(), before);
}
