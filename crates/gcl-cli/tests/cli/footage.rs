//! Footage in, moments out.

use std::fs;

use super::support::{run, stderr, stdout, video};

#[test]
fn find_ranks_the_odd_moment_first_and_skips_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..4 {
        video(&at.join(format!("footage/cam{i}.y4m")), 320, (i == 2).then_some(160));
    }
    let whole = fs::read(at.join("footage/cam0.y4m")).unwrap();
    fs::write(at.join("footage/cut.y4m"), &whole[..whole.len() / 2 + 7]).unwrap();
    fs::write(at.join("footage/broken.y4m"), "not a video either").unwrap();
    fs::write(at.join("footage/notes.txt"), "not a video").unwrap();

    let steps = "training.budget.min_steps=150";
    let args = ["find", "footage", "--out", "found", "--json", "--set", steps];
    let output = run(at, &args, 1);
    assert!(stderr(&output).contains("skipped broken"), "{}", stderr(&output));
    let told = "note cut: 1 of 160 pictures are missing at the end";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    let moments: Vec<serde_json::Value> = serde_json::from_str(&stdout(&output)).unwrap();
    let best = &moments[0];
    assert_eq!(best["video"], "cam2", "{moments:?}");
    let peak = best["peak_frame"].as_u64().unwrap();
    assert!((144..208).contains(&peak), "{best}");
    let html = fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(html.contains("data:image/jpeg;base64,"), "a picture of each moment");
    assert!(html.contains("broken"), "what was left out is in the report");
    assert!(html.contains("1 of 160 pictures are missing"), "what was lost is in the report");
    assert!(fs::read_to_string(at.join("found/moments.csv")).unwrap().contains("cam2"));

    // Where in the picture: in the files, on the terminal, over the pictures.
    let json = fs::read_to_string(at.join("found/moments.json")).unwrap();
    assert_eq!(json, stdout(&output));
    let sides = ["x1", "y1", "x2", "y2"].map(|side| best[side].as_f64().unwrap());
    let [x1, y1, x2, y2] = sides;
    assert!(0.0 <= x1 && x1 < x2 && x2 <= 1.0 && 0.0 <= y1 && y1 < y2 && y2 <= 1.0, "{sides:?}");
    let rows = best["heat_map"].as_array().unwrap();
    assert!(rows.len() == 12 && rows.iter().all(|row| row.as_array().unwrap().len() == 16));
    let table = fs::read_to_string(at.join("found/moments.csv")).unwrap();
    let mut lines = table.lines().map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(lines.next().unwrap()[8..12], ["x1", "y1", "x2", "y2"]);
    let first = lines.next().unwrap();
    let first = first[8..12].iter().map(|side| side.parse::<f32>().unwrap());
    assert!(first.eq(sides.map(|side| side as f32)), "{table}");
    assert!(html.contains("<rect class=\"box\""));
    // A report that is written later finds the features and says the same.
    run(at, &["report", "found", "--out", "later.html"], 1);
    let later = fs::read_to_string(at.join("later.html")).unwrap();
    assert!(later.contains("Videos left out") && later.contains("broken"));
    let boxes = |page: &str| page.matches("<rect class=\"box\"").count();
    assert_eq!((boxes(&later), boxes(&html)), (moments.len(), moments.len()));
    fs::rename(at.join("found/features"), at.join("gone")).unwrap();
    run(at, &["report", "found", "--out", "later.html"], 1);
    let later = fs::read_to_string(at.join("later.html")).unwrap();
    assert!(later.contains("no places in the picture: ") && boxes(&later) == 0);
    fs::rename(at.join("gone"), at.join("found/features")).unwrap();

    // Again: nothing is extracted or trained anew, and the answer is the same.
    let again = run(at, &args, 1);
    assert_eq!(stdout(&again), stdout(&output));
    assert!(stderr(&output).contains("training on"), "{}", stderr(&output));
    assert!(!stderr(&again).contains("training on"), "{}", stderr(&again));
    let other = run(at, &["find", "footage", "--out", "found", "--seed", "9"], 2);
    assert!(stderr(&other).contains("other settings"), "{}", stderr(&other));
    // Another number of parts changes the scores and nothing else.
    let folds = run(at, &[&args[..], &["--cross-fit", "4"]].concat(), 1);
    assert!(!stderr(&folds).contains("training on"), "{}", stderr(&folds));
    assert!(stderr(&folds).contains("cross-fitted in 4 folds"), "{}", stderr(&folds));
    assert_ne!(stdout(&folds), stdout(&output));
    assert_eq!(stdout(&run(at, &args, 1)), stdout(&output));
    // A pair of models is no run of a method, and needs a folder of its own.
    let pair = ["find", "footage", "--out", "found", "--method", "interleave"];
    let pair = stderr(&run(at, &pair, 2));
    assert!(pair.contains("of another kind, `features`") && !pair.contains("extracting"), "{pair}");
    // What was cut is not read again either.
    assert!(stderr(&again).contains("extracting: 0 frames"), "{}", stderr(&again));
    // A folder from before the footage was noted: told once it is extracted.
    fs::remove_file(at.join("found/footage.json")).unwrap();
    video(&at.join("footage/cam9.y4m"), 320, None);
    let more = run(at, &args, 2);
    assert!(stderr(&more).contains("other footage"), "{}", stderr(&more));
}

#[test]
fn footage_can_be_scored_with_a_stored_model() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..3 {
        video(&at.join(format!("footage/cam{i}.y4m")), 200, None);
    }
    video(&at.join("new.y4m"), 170, Some(64));
    run(at, &["extract", "footage", "--out", "features"], 0);
    run(at, &["train", "features", "--out", "run", "--method", "knn"], 0);
    run(at, &["score", "run", "new.y4m", "--out", "scores"], 0);
    let scores = gcl::data::Npy::open(at.join("scores/new.npy")).unwrap().to_f32().unwrap();
    assert_eq!(scores.len(), 170);
    let peak = (0..170).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    assert!((48..112).contains(&peak), "{peak}");
}

#[test]
fn shards_together_are_all_videos() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for i in 0..5 {
        video(&at.join(format!("footage/cam{i}.y4m")), 40, None);
    }
    run(at, &["extract", "footage", "--out", "whole"], 0);
    run(at, &["extract", "footage", "--out", "parts", "--shard", "1/2"], 0);
    run(at, &["extract", "footage", "--out", "parts", "--shard", "2/2", "--threads", "1"], 0);
    for i in 0..5 {
        for extension in ["npy", "json"] {
            let read = |set: &str| fs::read(at.join(format!("{set}/cam{i}.{extension}"))).unwrap();
            assert_eq!(read("parts"), read("whole"), "cam{i}.{extension}");
        }
    }
}
