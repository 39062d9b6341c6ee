//! Wrong input gets an answer that helps, and the right exit code.

use std::fs;

use super::support::{features, run, stderr, stdout};

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
        "check",
        "sweep",
        "reproduce",
        "weights",
        "devices",
        "bench",
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
fn help_has_the_options_of_pairs_and_options_of_another_form_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    for args in [&["train", "--help"][..], &["train", "--method", "interleave", "--help"]] {
        let help = stdout(&run(at, args, 0));
        for text in ["Pairs of models on objects and snippets:", "--occ", "- interleave:", "- ae:"]
        {
            assert!(help.contains(text), "{text}\n{help}");
        }
    }
    let help = stdout(&run(at, &["score", "--help"], 0));
    assert!(help.contains("--weights <CHECKPOINT>") && help.contains("--poses"), "{help}");
    assert!(stdout(&run(at, &["report", "--help"], 0)).contains("<RUN>..."));
    run(at, &["train", "f", "--out", "knn", "--method", "knn"], 0);
    let answers = [
        (vec!["train", "f", "--out", "r", "--occ", "ae"], "--occ: it is for pairs of models"),
        (vec!["train", "f", "--out", "r", "--test-split", "x", "--truth", "t"], "--test-split: it"),
        (vec!["train", "f", "--out", "r", "--truth", "t"], "--test"),
        (vec!["train", "f", "--out", "r", "--preset", "joint-vad-code"], "is for pairs of models"),
        (
            vec!["train", "f", "--out", "r", "--method", "rtfm", "--budget", "printed"],
            "--budget: it",
        ),
        (vec!["train", "f", "--out", "r", "--method", "rtfm", "--preset", "any"], "--preset any"),
        (vec!["train", "f", "--out", "r", "--method", "interleave", "--ocd", "ae"], "'--ocd'"),
        (vec!["train", "--out", "r", "--method", "interleave"], "<FEATURES>"),
        (vec!["score", "knn", "f", "--poses", "p"], "--poses: it is for pairs"),
        (vec!["score", "--weights", "w", "--poses", "p"], "--out"),
        (
            vec!["score", "--weights", "w", "--poses", "p", "--out", "o", "--cubes", "c"],
            "cannot be used",
        ),
        (
            vec!["score", "--weights", "w", "--poses", "p", "--out", "o", "--state", "last"],
            "--state: it",
        ),
        (vec!["report", "knn", "knn", "--out", "o"], "no run of a pair"),
    ];
    for (args, hint) in answers {
        let output = run(at, &args, 2);
        assert!(stderr(&output).contains(hint), "{args:?}: {}", stderr(&output));
        assert!(!at.join("r").exists(), "{args:?}");
    }
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
    run(folder.path(), &["train", "f", "--out", "r", "--method", "knn"], 0);
}

#[test]
fn damaged_features_are_named_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("f"), 2);
    let path = folder.path().join("f/video1.npy");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 3]).unwrap();
    let output = run(folder.path(), &["train", "f", "--out", "r"], 3);
    assert!(stderr(&output).contains("video1.npy"), "{}", stderr(&output));
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
