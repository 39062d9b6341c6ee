//! Wrong input gets an answer that helps, and the right exit code.

use std::fs;

use super::support::{features, gcl, run, stderr, stdout};

#[test]
fn help_names_every_verb_and_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = stdout(&run(folder.path(), &["--help"], 0));
    for verb in [
        "demo",
        "find",
        "extract",
        "train",
        "score",
        "eval",
        "report",
        "pair",
        "check",
        "sweep",
        "reproduce",
        "weights",
        "devices",
        "bench",
        "completions",
        "manual",
    ] {
        assert!(help.contains(&format!("  {verb} ")), "{verb}\n{help}");
        assert!(!run(folder.path(), &[verb, "--help"], 0).stdout.is_empty());
    }
    assert!(help.contains("130"), "{help}");
    let help = stdout(&run(folder.path(), &["train", "--help"], 0));
    for method in ["gcl-pt", "gcl-no-nl", "gcl-occ", "self-label", "isolation-forest", "kim"] {
        assert!(help.contains(&format!("- {method}:")), "{method}\n{help}");
    }
}

#[test]
fn pairs_have_verbs_of_their_own_with_help() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    let help = stdout(&run(at, &["pair", "train", "--help"], 0));
    for text in ["--occ", "- stg-nf:", "- ae:", "- sultani:", "Test set:", "--test-split"] {
        assert!(help.contains(text), "{text}\n{help}");
    }
    assert!(stdout(&run(at, &["pair", "report", "--help"], 0)).contains("<RUN>..."));
    for verb in ["train", "score", "report"] {
        let help = stdout(&run(at, &[verb, "--help"], 0));
        assert!(help.contains("gcl pair") && !help.contains("--poses"), "{verb}\n{help}");
    }
    let answers = [
        (vec!["train", "f", "--out", "r", "--occ", "ae"], "'--occ'"),
        (vec!["train", "f", "--out", "r", "--truth", "t"], "--test"),
        (vec!["train", "f", "--out", "r", "--preset", "joint-vad-code"], "auto, any, paper"),
        (vec!["pair", "train", "f", "--out", "r", "--budget", "printed"], "'--budget'"),
        (vec!["pair", "train", "f", "--out", "r", "--preset", "any"], "joint-vad-code"),
        (vec!["pair", "train", "f", "--out", "r", "--occ", "mgfn"], "stg-nf"),
        (vec!["pair", "train", "f", "--out", "r", "--test-split", "x"], "--truth"),
        (vec!["pair", "train", "--out", "r"], "give a folder of features"),
        (vec!["report", "nothing"], "no run here"),
        (vec!["pair", "report", "nothing"], "no run here"),
        (vec!["pair", "score", "nothing", "f"], "no trained pair here"),
    ];
    for (args, hint) in answers {
        let output = run(at, &args, 2);
        assert!(stderr(&output).contains(hint), "{args:?}: {}", stderr(&output));
        assert!(!at.join("r").exists(), "{args:?}");
    }
    run(at, &["train", "f", "--out", "knn", "--method", "knn"], 0);
    let unscored = run(at, &["report", "knn"], 3);
    assert!(stderr(&unscored).contains("knn: no scores here yet"), "{}", stderr(&unscored));
}

#[test]
fn what_does_not_exist_is_answered_with_what_does() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 2);
    let answers = [
        (vec!["train", "f", "--out", "r", "--method", "gcl-x"], 2, "gcl-pt"),
        (vec!["train", "f", "--out", "r", "--device", "tpu"], 2, "flex"),
        (vec!["train", "f", "--out", "r", "--set", "training.bach=1"], 2, "batch"),
        (vec!["train", "f", "--out", "r", "--set", "training.batch=0"], 2, "at least 1"),
        (vec!["train", "f", "--out", "r", "--resume"], 2, "no run to resume"),
        (vec!["train", "f", "--out", "r", "--method", "gcl-ws"], 2, "--labels"),
        (vec!["train", "f", "--out", "r", "--set", "labelled_share=0.5"], 2, "--labels"),
        (vec!["train", "nowhere", "--out", "r"], 3, "nowhere"),
        (vec!["score", "nothing", "f"], 2, "no model here"),
        (vec!["eval", "f", "nowhere.csv"], 3, "f"),
        (vec!["extract", "nowhere", "--out", "x"], 3, "nowhere"),
        (vec!["extract", "f", "--out", "x", "--shard", "3/2"], 2, "shard"),
        (vec!["extract", "f", "--out", "x", "--tiles", "2x1"], 2, "--detector"),
        (vec!["extract", "f", "--out", "x", "--net", "objects", "--least", "0.4"], 2, "--detector"),
        (vec!["extract", "f", "--out", "x", "--every", "2"], 2, "--every is for poses"),
        (
            vec!["extract", "f", "--out", "x", "--net", "objects", "--person", "0.4"],
            2,
            "--net poses",
        ),
        (vec!["find", "f", "--top", "0"], 2, "--top is 0"),
        (vec!["frobnicate"], 2, "unrecognized"),
    ];
    for (args, code, hint) in answers {
        let output = run(folder.path(), &args, code);
        assert!(stderr(&output).contains(hint), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}: standard output is for results");
    }
}

#[test]
fn a_failed_start_leaves_no_run_behind() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 2);
    run(folder.path(), &["train", "f", "--out", "r", "--device", "tpu"], 2);
    run(folder.path(), &["train", "f", "--out", "r", "--method", "ae-occ"], 2);
    // Refused by the training itself, after the run was there: a manifest without labels.
    fs::write(folder.path().join("no-labels.csv"), "id\nvideo0\nvideo1\n").unwrap();
    let unlabelled =
        ["train", "f", "--out", "r", "--method", "ae-occ", "--labels", "no-labels.csv"];
    run(folder.path(), &unlabelled, 2);
    assert!(!folder.path().join("r/config.toml").exists());
    run(folder.path(), &["train", "f", "--out", "r", "--method", "knn"], 0);
    // What is learnt is not overwritten, with or without its configuration.
    fs::remove_file(folder.path().join("r/config.toml")).unwrap();
    let events = fs::read(folder.path().join("r/events.jsonl")).unwrap();
    let again = run(folder.path(), &["train", "f", "--out", "r", "--method", "knn"], 2);
    assert!(stderr(&again).contains("there is a run already"), "{}", stderr(&again));
    assert_eq!(fs::read(folder.path().join("r/events.jsonl")).unwrap(), events);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_behind_the_output_is_an_error_and_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 2);
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let devices = gcl(folder.path(), &["devices"]).stdout(full()).output().unwrap();
    assert_eq!(devices.status.code(), Some(3));
    assert!(stderr(&devices).starts_with("error: standard output: "), "{}", stderr(&devices));
    // Messages are lost, and the work is done.
    let train = ["train", "f", "--out", "r", "--method", "knn"];
    let trained = gcl(folder.path(), &train).stderr(full()).output().unwrap();
    assert_eq!((trained.status.code(), stdout(&trained)), (Some(0), "r\n".to_owned()));
}

#[test]
fn damaged_features_are_named_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 2);
    let path = folder.path().join("f/video1.npy");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    // One among others is left out; where there is no other, nothing can be trained.
    for (code, out) in [(1, "r"), (3, "none")] {
        let output = run(folder.path(), &["train", "f", "--out", out], code);
        assert!(stderr(&output).contains("video1.npy"), "{}", stderr(&output));
        let _ = fs::remove_file(folder.path().join("f/video0.npy"));
    }
    assert!(!folder.path().join("none").exists());
    assert_eq!(fs::read(&path).unwrap().len(), bytes.len() - 3);
}

#[test]
fn devices_are_listed_for_people_and_programs() {
    let folder = tempfile::tempdir().unwrap();
    let text = stdout(&run(folder.path(), &["devices"], 0));
    let json = stdout(&run(folder.path(), &["devices", "--json"], 0));
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        assert!(text.contains(row["name"].as_str().unwrap()));
    }
}
