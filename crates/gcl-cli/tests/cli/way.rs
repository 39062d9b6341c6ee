//! Features to a report, step by step.

use std::fs;

use super::support::{features, run, stderr, stdout, truth};

#[test]
fn from_features_to_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 4);
    truth(&at.join("truth.csv"), 4);

    let check = run(at, &["check", "--features", "f", "--truth", "truth.csv"], 0);
    assert!(stdout(&check).contains("video3"));
    let train = run(at, &["train", "f", "--out", "run", "--method", "gcl-b", "--seed", "3"], 0);
    assert_eq!(stdout(&train), "run\n");
    run(at, &["score", "run", "f"], 0);
    let json = stdout(&run(at, &["eval", "run", "truth.csv", "--json"], 0));
    let numbers: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(numbers["frames"], 4 * 320);
    assert_eq!(numbers["abnormal_frames"], 32);
    let auc = numbers["micro_auc"].as_f64().or(numbers["micro_auc"]["value"].as_f64()).unwrap();
    assert!(auc > 0.95, "{auc}");
    let table = stdout(&run(at, &["eval", "run", "truth.csv"], 0));
    assert!(table.contains("video3") && table.contains("all frames"), "{table}");

    run(at, &["report", "run", "--truth", "truth.csv"], 0);
    let html = fs::read_to_string(at.join("run/report.html")).unwrap();
    assert!(html.contains("video3") && html.contains("<svg") && html.ends_with("</html>\n"));
    // Namespaces and links within the page aside, nothing is fetched.
    assert!(!html.contains("src=\"http") && html.matches("<script").count() == 1);
}

#[test]
fn every_score_of_a_model_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    run(at, &["train", "f", "--out", "run", "--method", "ae"], 0);
    run(at, &["score", "run", "f", "--out", "g", "--source", "generator"], 0);
    let output = run(at, &["score", "run", "f", "--out", "d", "--source", "discriminator"], 2);
    assert!(stderr(&output).contains("generator"), "{}", stderr(&output));
}

#[test]
fn one_class_only_is_undefined_and_a_missing_video_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    run(at, &["train", "f", "--out", "run", "--method", "knn"], 0);
    run(at, &["score", "run", "f"], 0);
    fs::write(at.join("normal.csv"), "id,start,end,frames\nvideo0,,,320\nvideo1,,,320\n").unwrap();
    let output = run(at, &["eval", "run", "normal.csv"], 1);
    assert!(stdout(&output).contains("no abnormal"), "{}", stdout(&output));
    assert!(stderr(&output).contains("video2"), "{}", stderr(&output));
    fs::write(at.join("short.csv"), "id,start,end,frames\nvideo0,0,9,319\n").unwrap();
    let output = run(at, &["eval", "run", "short.csv"], 3);
    assert!(stderr(&output).contains("319") && stderr(&output).contains("320"));
}

#[test]
fn a_model_refuses_features_of_another_kind() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    features(&at.join("g"), 2);
    run(at, &["train", "f", "--out", "run", "--method", "knn"], 0);
    for video in ["g/video0.json", "g/video1.json"] {
        let text = fs::read_to_string(at.join(video)).unwrap();
        fs::write(at.join(video), text.replace("made-up", "another")).unwrap();
    }
    let output = run(at, &["score", "run", "g", "--out", "s"], 3);
    let text = stderr(&output);
    assert!(text.contains("made-up") && text.contains("another"), "{text}");
}

#[test]
fn plain_npy_needs_to_be_told_its_clips() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    for video in ["f/video0.json", "f/video1.json"] {
        fs::remove_file(at.join(video)).unwrap();
    }
    run(at, &["train", "f", "--out", "run", "--method", "knn"], 0);
    let output = run(at, &["score", "run", "f", "--out", "s"], 2);
    assert!(stderr(&output).contains("--clip-length"), "{}", stderr(&output));
    run(at, &["score", "run", "f", "--out", "s", "--clip-length", "16"], 0);
    let npy = gcl::data::Npy::open(at.join("s/video0.npy")).unwrap();
    assert_eq!(npy.shape(), [320]);
}

#[test]
fn a_test_set_judges_the_states_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 4);
    truth(&at.join("truth.csv"), 4);
    let train = ["train", "f", "--method", "gcl-b", "--seed", "3", "--out"];
    let test = ["--test", "f", "--truth", "truth.csv"];
    let output = run(at, &[&train[..], &["run"], &test[..]].concat(), 0);
    assert!(stderr(&output).contains("oracle"), "{}", stderr(&output));

    // What results.json says of each state is what scoring and evaluating it says.
    let text = fs::read_to_string(at.join("run/results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(results["test_frames"], 4 * 320);
    let mut aucs = Vec::new();
    for state in ["last", "chosen", "oracle"] {
        let found = &results["states"][state];
        assert_eq!(found["phase"], "cooperate", "{text}");
        assert!(found["epoch"].as_u64().unwrap() > 0, "{text}");
        for source in ["generator", "discriminator"] {
            let out = format!("{state}-{source}");
            let how = ["--out", &out, "--state", state, "--source", source];
            run(at, &[&["score", "run", "f"], &how[..]].concat(), 0);
            let json = stdout(&run(at, &["eval", &out, "truth.csv", "--json"], 0));
            let judged: serde_json::Value = serde_json::from_str(&json).unwrap();
            let auc = judged["micro_auc"].as_f64().or(judged["micro_auc"]["value"].as_f64());
            assert_eq!(found["auc"][source].as_f64(), auc, "{state} {source}\n{text}");
        }
        // Preset any scores by the generator.
        assert_eq!(found["auc"]["score"], found["auc"]["generator"], "{text}");
        aucs.push(found["auc"]["score"].as_f64().unwrap());
    }
    assert!(aucs[2] >= aucs[0] && aucs[2] >= aucs[1], "nothing beats the oracle: {aucs:?}");
    let events = fs::read_to_string(at.join("run/events.jsonl")).unwrap();
    assert!(events.contains("\"auc\":{\"generator\":") && events.contains("\"signals\":{"));

    // A run without a test set has no oracle, and a baseline detector no states at all.
    run(at, &[&train[..], &["blind"]].concat(), 0);
    let output = run(at, &["score", "blind", "f", "--out", "s", "--state", "oracle"], 2);
    assert!(stderr(&output).contains("--truth"), "{}", stderr(&output));
    run(at, &["train", "f", "--method", "knn", "--out", "knn"], 0);
    run(at, &["score", "knn", "f", "--out", "s", "--state", "chosen"], 2);
    assert!(!at.join("blind/results.json").exists() && !at.join("s").exists());
}

#[test]
fn a_test_set_that_cannot_judge_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    fs::write(at.join("normal.csv"), "id,start,end,frames\nvideo0,,,320\nvideo1,,,320\n").unwrap();
    let train = ["train", "f", "--out", "run", "--test"];
    let output = run(at, &[&train[..], &["f", "--truth", "normal.csv"]].concat(), 3);
    assert!(stderr(&output).contains("no abnormal"), "{}", stderr(&output));
    gcl::data::write_f32(&at.join("wide/video2.npy"), &[20, 9], &[0.5; 180]).unwrap();
    truth(&at.join("truth.csv"), 3);
    let output = run(at, &[&train[..], &["wide", "--truth", "truth.csv"]].concat(), 3);
    assert!(stderr(&output).contains("dimensions was 8 and is 9"), "{}", stderr(&output));
    run(at, &[&train[..], &["f"]].concat(), 2);
    assert!(!at.join("run").exists());
}

#[test]
fn a_budget_has_a_name_and_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 2);
    let train = ["train", "f", "--method", "gcl-b", "--preset", "paper", "--budget"];
    run(at, &[&train[..], &["printed", "--out", "run"]].concat(), 0);
    let config = fs::read_to_string(at.join("run/config.toml")).unwrap();
    assert!(config.contains("epochs = 15\nmin_steps = 0\n"), "{config}");
    let events = fs::read_to_string(at.join("run/events.jsonl")).unwrap();
    assert!(events.lines().next().unwrap().contains("\"steps\":15"), "{events}");
    let output = run(at, &[&train[..], &["longer", "--out", "other"]].concat(), 2);
    assert!(stderr(&output).contains("equalised"), "{}", stderr(&output));
}
