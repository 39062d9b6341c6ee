//! Many runs: resumed, shared out, and gathered.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use gcl::data::write_f32;

use super::support::{D, features, gcl, run, stderr, stdout, truth};

const DATA: [&str; 7] = ["sweep", "--train", "f", "--test", "f", "--truth", "truth.csv"];

fn data(at: &Path) {
    features(&at.join("f"), 3);
    truth(&at.join("truth.csv"), 3);
}

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&DATA[..], more].concat()
}

fn table(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn methods_settings_and_seeds_multiply_and_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // Fewer than five videos are not resampled.
    features(&at.join("f"), 5);
    truth(&at.join("truth.csv"), 5);
    let sweep = args(&[
        "--methods",
        "knn,ae",
        "--seeds",
        "0..2",
        "--out",
        "s",
        "--json",
        "--epochs",
        "--set",
        "training.budget.min_steps=40,60",
    ]);
    let first = run(at, &sweep, 0);
    let found = table(&stdout(&first));
    assert_eq!(found["cells"].as_array().unwrap().len(), 8);
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 4, "{rows:?}");
    let row = rows.iter().find(|row| row["method"] == "ae").unwrap();
    assert_eq!(row["seeds"], serde_json::json!([0, 1]));
    // The mean and the standard deviation are those of the cells.
    let of = |seed: u64| {
        let cell = found["cells"].as_array().unwrap().iter().find(|cell| {
            cell["method"] == "ae" && cell["seed"] == seed && cell["variant"] == row["variant"]
        });
        cell.unwrap()["states"]["last"]["generator"]["auc"]["value"].as_f64().unwrap()
    };
    let (a, b) = (of(0), of(1));
    assert!((row["auc"]["mean"].as_f64().unwrap() - (a + b) / 2.0).abs() < 1e-12);
    let std = row["auc"]["std"].as_f64().unwrap();
    assert!((std - (a - b).abs() / 2f64.sqrt()).abs() < 1e-12, "{std}");
    assert!(a > 0.9 && b > 0.9, "{a} {b}");

    // Of the row itself, and of its differences from the best one.
    let interval =
        |of: &serde_json::Value| ["low", "high"].map(|end| of["interval"][end].as_f64().unwrap());
    let [low, high] = interval(row);
    assert!(
        low <= a.min(b) + 1e-12 && a.max(b) <= high + 1e-12
            || (low..=high).contains(&((a + b) / 2.0))
    );
    let differences = found["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 3);
    for one in differences {
        let [low, high] = interval(one);
        assert!(one["difference"].as_f64().unwrap() >= 0.0 && low <= high, "{one}");
    }
    let page = fs::read_to_string(at.join("s/sweep.md")).unwrap();
    assert!(page.contains("Behind ") && page.contains("no difference shown"), "{page}");

    let csv = fs::read_to_string(at.join("s/sweep.csv")).unwrap();
    assert_eq!(csv.lines().count(), 9, "{csv}");
    assert!(csv.contains("data,ae,any,training.budget.min_steps=40,0,generator,"), "{csv}");
    // A cell agrees with what the single steps give.
    let cell = "s/data/ae-any-training.budget.min_steps=60-seed1";
    run(at, &["score", cell, "f"], 0);
    let eval = table(&stdout(&run(at, &["eval", cell, "truth.csv", "--json"], 0)));
    let whole = found["cells"].as_array().unwrap().iter().find(|c| {
        c["settings"][0] == "training.budget.min_steps=60" && c["seed"] == 1 && c["method"] == "ae"
    });
    let last = &whole.unwrap()["states"]["last"]["generator"];
    assert_eq!(eval["micro_auc"], last["auc"]);
    assert_eq!(eval["average_precision"], last["average_precision"]);
    // The curve ends where the cell does.
    let epochs = table(&fs::read_to_string(at.join(cell).join("epochs.json")).unwrap());
    let epochs = &epochs["epochs"];
    assert_eq!(epochs.as_array().unwrap().last().unwrap()["generator"], last["auc"]);
    assert!(epochs[0].get("discriminator").is_none(), "an autoencoder has no discriminator");
    assert!(!at.join(cell).join("state").exists());

    let again = run(at, &sweep, 0);
    assert_eq!(stdout(&again), stdout(&first));
    assert_eq!(stderr(&again).matches("finished before").count(), 8, "{}", stderr(&again));

    // Other data under the same names is refused, not mixed in.
    truth(&at.join("truth.csv"), 2);
    let other = run(at, &sweep, 1);
    assert!(stderr(&other).contains("other data"), "{}", stderr(&other));
}

#[test]
fn other_data_of_the_same_size_is_told_from_what_a_cell_was_run_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let labels = |anomalous: usize| {
        let row = |v: usize| format!("video{v},{}\n", u8::from(v == anomalous));
        fs::write(at.join("labels.csv"), format!("id,label\n{}{}{}", row(0), row(1), row(2)))
    };
    labels(2).unwrap();
    let short = ["--seeds", "0", "--set", "training.budget.min_steps=20", "--out", "s"];
    let ae = args(&[&["--methods", "ae"], &short[..]].concat());
    let ws = args(&[&["--methods", "gcl-ws", "--labels", "labels.csv"], &short[..]].concat());
    let ae_with_labels = [&ae[..], &["--labels", "labels.csv"]].concat();
    run(at, &ae, 0);
    run(at, &ws, 0);
    let is_kept = |sweep: &[&str]| stderr(&run(at, sweep, 0)).contains("finished before");
    assert!(is_kept(&ae) && is_kept(&ws));
    // Video labels count where they are used alone.
    labels(1).unwrap();
    assert!(is_kept(&ae_with_labels));
    assert!(stderr(&run(at, &ws, 1)).contains("other data"));
    labels(2).unwrap();

    // As many abnormal frames elsewhere.
    let of = |from: &str| fs::read_to_string(at.join("truth.csv")).unwrap().replace("80,112", from);
    let (whole, moved) = (of("80,112"), of("96,128"));
    fs::write(at.join("truth.csv"), moved).unwrap();
    assert!(stderr(&run(at, &ae, 1)).contains("other data"));
    fs::write(at.join("truth.csv"), whole).unwrap();
    assert!(is_kept(&ae));

    for v in 0..3 {
        let rows: Vec<f32> = (0..20 * D).map(|i| ((i * 37 + v) % 11) as f32).collect();
        write_f32(&at.join(format!("f/video{v}.npy")), &[20, D], &rows).unwrap();
    }
    assert!(stderr(&run(at, &ae, 1)).contains("other data"));
    assert!(stderr(&run(at, &ws, 1)).contains("other data"));

    // A cell of a version that did not note what it was run on.
    features(&at.join("f"), 3);
    assert!(is_kept(&ae));
    let path = at.join("s/data/ae-any-training.budget.min_steps=20-seed0/cell.json");
    let mut cell = table(&fs::read_to_string(&path).unwrap());
    cell["inputs"].as_object_mut().unwrap().remove("fingerprint").unwrap();
    fs::write(&path, cell.to_string()).unwrap();
    assert!(stderr(&run(at, &ae, 1)).contains("other data"));
}

#[test]
fn test_features_of_another_extractor_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    features(&at.join("g"), 3);
    for v in 0..3 {
        let path = at.join(format!("g/video{v}.json"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("made-up"));
        fs::write(&path, text.replace("made-up", "another")).unwrap();
    }
    let verbs: [&[&str]; 3] =
        [&["sweep", "--train", "f"], &["reproduce", "fig4", "--train", "f"], &["train", "f"]];
    for verb in verbs {
        let test = ["--test", "g", "--truth", "truth.csv", "--out", "s"];
        let said = stderr(&run(at, &[verb, &test[..]].concat(), 3));
        assert!(said.contains("made-up") && said.contains("another"), "{verb:?}: {said}");
        assert!(!at.join("s").exists(), "{verb:?}");
    }
}

#[test]
fn shards_together_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let plan = |out| args(&["--methods", "knn,gcl-b,mahalanobis", "--seeds", "0,7", "--out", out]);
    let short = ["--set", "training.budget.min_steps=20"];
    let whole = stdout(&run(at, &[&plan("whole")[..], &short].concat(), 0));
    for (out, shard) in [("parts/a", "1/2"), ("parts/b", "2/2")] {
        run(at, &[&plan(out)[..], &short, &["--shard", shard, "--jobs", "2"]].concat(), 0);
        assert!(!stdout(&run(at, &["sweep", "--collect", "--out", out], 0)).contains(&whole));
    }
    assert_eq!(stdout(&run(at, &["sweep", "--collect", "--out", "parts"], 0)), whole);
    let csv = |out: &str| fs::read_to_string(at.join(out).join("sweep.csv")).unwrap();
    assert_eq!(csv("parts"), csv("whole"));
    // A shard may be left without any cell.
    let none = run(at, &[&plan("none")[..], &["--shard", "7/7"]].concat(), 0);
    assert!(stderr(&none).contains("none of the 6 cells"), "{}", stderr(&none));
    assert!(stdout(&none).is_empty() && !at.join("none").exists());
}

#[test]
fn a_failed_cell_is_listed_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    // An autoencoder has no discriminator to score by; one without labels cannot use them.
    let sweep = args(&[
        "--methods",
        "ae,gcl-b",
        "--seeds",
        "0",
        "--out",
        "s",
        "--set",
        "score=discriminator",
        "--set",
        "training.budget.min_steps=20",
    ]);
    let output = run(at, &sweep, 1);
    assert!(stderr(&output).contains("failed data/ae-any"), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("| gcl-b ") && !text.contains("| ae "), "{text}");
    let labels = args(&["--methods", "gcl-b", "--set", "labelled_share=0,1", "--out", "t"]);
    assert!(stderr(&run(at, &labels, 1)).contains("uses video labels"));
    // What no cell can do is refused before anything is written.
    let none = args(&["--methods", "ae", "--set", "training.bach=1", "--out", "u"]);
    assert!(stderr(&run(at, &none, 2)).contains("training.bach"));
    assert!(!at.join("u").exists());
    // So are seeds that are not those of the cells' names, and labels that are not there.
    for seed in ["seed=7", "seed=0"] {
        let seed = args(&["--methods", "ae", "--set", seed, "--out", "u"]);
        assert!(stderr(&run(at, &seed, 2)).contains("--seeds"));
    }
    let unlabelled = args(&["--methods", "gcl-ws,ae-occ", "--out", "u"]);
    assert!(stderr(&run(at, &unlabelled, 2)).contains("--labels"));
    assert!(!at.join("u").exists());
    let seeds = args(&["--seeds", "5..2", "--out", "u"]);
    assert!(stderr(&run(at, &seeds, 2)).contains("0..5"));
    assert!(stderr(&run(at, &["sweep", "--out", "u"], 2)).contains("--train"));
}

#[test]
fn a_plan_holds_several_data_sets() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let set = |name: &str| {
        format!("[[data]]\nname = \"{name}\"\ntrain = \"f\"\ntest = \"f\"\ntruth = \"truth.csv\"\n")
    };
    let head = "methods = [\"knn\", \"mahalanobis\"]\nseeds = [3]\n";
    fs::write(at.join("plan.toml"), format!("{head}{}{}", set("one"), set("two"))).unwrap();
    let text = stdout(&run(at, &["sweep", "--plan", "plan.toml", "--out", "s"], 0));
    assert!(text.contains("one: 960 frames, 32 abnormal"), "{text}");
    assert_eq!(text.matches("| knn ").count(), 2, "{text}");
    assert!(at.join("s/two/mahalanobis-any-seed3/cell.json").exists());

    // A truth of many more videos than there are features of does not flood the terminal.
    let more: String = (0..300).map(|v| format!("other{v},,,320\n")).collect();
    let truth = fs::read_to_string(at.join("truth.csv")).unwrap();
    fs::write(at.join("truth.csv"), truth + &more).unwrap();
    let said = stderr(&run(at, &["sweep", "--plan", "plan.toml", "--out", "t"], 0));
    assert_eq!(said.matches("one: skipped other").count(), 10, "{said}");
    assert!(said.contains("two: skipped 290 more: the truth has it"), "{said}");
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    data(at);
    let sweep = |out| {
        args(&[
            "--methods",
            "gcl-pt",
            "--seeds",
            "0..3",
            "--save-every",
            "0",
            "--epochs",
            "--out",
            out,
            "--set",
            "training.budget.min_steps=200",
        ])
    };
    let started = Instant::now();
    let whole = stdout(&run(at, &sweep("whole"), 0));
    let time = started.elapsed();
    for part in [0.2, 0.5, 0.35] {
        let mut child =
            gcl(at, &sweep("killed")).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(time.mul_f64(part).max(Duration::from_millis(20)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(stdout(&run(at, &sweep("killed"), 0)), whole);
    for seed in 0..3 {
        for file in ["cell.json", "epochs.json", "events.jsonl"] {
            let name = "gcl-pt-any-training.budget.min_steps=200-seed";
            let read = |out: &str| {
                fs::read_to_string(at.join(format!("{out}/data/{name}{seed}/{file}"))).unwrap()
            };
            assert_eq!(read("killed"), read("whole"), "seed {seed}: {file}");
        }
    }
}
