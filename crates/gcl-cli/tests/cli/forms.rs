//! Data in the forms of others, from the command line; the numbers are those of a list of public cases.

use std::fs;
use std::path::Path;

use gcl::data::poses::{Track, write_poses};
use gcl::data::{Npy, write_f32};

use super::support::{run, stderr, stdout, video};

fn array(path: &Path, shape: &[usize], odd: bool) {
    let values = (0..shape.iter().product::<usize>())
        .map(|i| ((i * 37 % 101) as f32 * 0.31).sin() + if odd && i % 7 == 0 { 3.0 } else { 0.0 });
    write_f32(path, shape, &values.collect::<Vec<f32>>()).unwrap();
}

#[test]
fn case_26_equal_parts_need_the_frames_of_a_video() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    array(&at.join("features/a.npy"), &[32, 8], true);
    array(&at.join("features/b.npy"), &[32, 8], false);
    let knn = ["--method", "knn", "--out"];
    let told =
        run(at, &[&["train", "features", "--clip-length", "16"], &knn[..], &["r16"]].concat(), 0);
    let text = stderr(&told);
    assert!(
        text.contains("all 2 videos have 32 rows") && text.contains("--equal-parts 32"),
        "{text}"
    );
    run(at, &[&["train", "features", "--equal-parts", "32"], &knn[..], &["run"]].concat(), 0);
    let refused = run(at, &["score", "run", "features", "--out", "scores"], 2);
    assert!(
        stderr(&refused).contains("video a: its features are 32 equal parts"),
        "{}",
        stderr(&refused)
    );
    fs::write(at.join("videos.csv"), "id;frames\na;1411.0\nb;2819\n").unwrap();
    let scored = ["score", "run", "features", "--out", "scores", "--manifest", "videos.csv"];
    assert!(!stderr(&run(at, &scored, 0)).contains("32 rows"));
    let frames = |id: &str| Npy::open(at.join(format!("scores/{id}.npy"))).unwrap().rows();
    assert_eq!((frames("a"), frames("b")), (1411, 2819));
    fs::write(at.join("truth.txt"), "a 165 240\nb\n").unwrap();
    assert!(stdout(&run(at, &["eval", "scores", "truth.txt"], 0)).contains("micro AUC"));
}

#[test]
fn case_23_crops_in_files_train_score_and_meet_their_truth() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for crop in 0..5 {
        for (name, clips, odd) in
            [("A.Mind.2001__#00-25_label_A", 7, false), ("Bad__#1_label_B1", 9, true)]
        {
            array(&at.join(format!("features/{name}__{crop}.npy")), &[clips, 8], odd);
        }
    }
    let told = run(
        at,
        &["train", "features", "--clip-length", "16", "--method", "knn", "--out", "run"],
        0,
    );
    let text = stderr(&told);
    assert!(
        text.contains("16 segments of 2 videos") && text.contains("crops of one video"),
        "{text}"
    );
    run(at, &["score", "run", "features", "--out", "scores"], 0);
    fs::write(at.join("truth.txt"), "Bad__#1_label_B1.mp4 16 64\nA.Mind.2001__#00-25_label_A\n")
        .unwrap();
    run(at, &["eval", "scores", "truth.txt"], 0);
}

/// A person of 17 points who walks; `fast` runs.
fn walker(id: u32, frames: u32, fast: bool) -> Track {
    let point = |frame: u32, joint: u32| {
        let speed = if fast && frame > 40 { 23.0 } else { 2.0 };
        let swing = (frame as f32 * if fast { 1.9 } else { 0.4 } + joint as f32).sin();
        [100.0 + speed * frame as f32 + 9.0 * swing, 40.0 + 7.0 * joint as f32 + swing, 0.9]
    };
    let keypoints =
        (0..frames).flat_map(|frame| (0..17).flat_map(move |joint| point(frame, joint)));
    Track { id, frames: (0..frames).collect(), keypoints: keypoints.collect() }
}

#[test]
fn case_30_a_flow_alone_trains_and_scores_on_poses_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for n in 0..3 {
        write_poses(
            at.join(format!("train/01_{n:03}.json")),
            &[walker(1, 96, false), walker(2, 60, false)],
        )
        .unwrap();
    }
    // As AlphaPose writes it, with a confidence that is missing.
    let path = at.join("test/cam_alphapose_tracked_person.json");
    write_poses(&path, &[walker(1, 96, true)]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("0.9,", "NaN,", 3)).unwrap();
    let mask: Vec<f32> = (0..96).map(|frame| if frame > 40 { 1.0 } else { 0.0 }).collect();
    write_f32(&at.join("masks/cam.npy"), &[96], &mask).unwrap();

    let train = [
        "pair",
        "train",
        "--alone",
        "one-class",
        "--poses",
        "train",
        "--out",
        "run",
        "--test-poses",
        "test",
        "--truth",
        "masks",
        "--set",
        "alone.epochs=1",
    ];
    let text = stderr(&run(at, &train, 0));
    assert!(text.contains("all 3 train as normal ones"), "{text}");
    assert!(text.contains("frame AUC: one-class"), "{text}");
    fs::write(at.join("videos.csv"), "id,frames\ncam,96\n").unwrap();
    let score =
        ["pair", "score", "run", "--poses", "test", "--manifest", "videos.csv", "--out", "scores"];
    run(at, &score, 0);
    assert_eq!(Npy::open(at.join("scores/one-class/cam.npy")).unwrap().rows(), 96);
    run(at, &["eval", "scores/one-class", "masks"], 0);
    // What needs features says so.
    for (args, what) in [
        (&["pair", "train", "--poses", "train", "--out", "x"][..], "features are missing"),
        (&["pair", "train", "--alone", "one-class", "--out", "x"], "give a folder of features"),
    ] {
        let error = stderr(&run(at, args, 2));
        assert!(error.contains(what), "{error}");
    }
    assert!(!at.join("x").exists());
}

#[test]
fn case_18_odd_items_are_listed_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/good.y4m"), 40, None);
    video(&at.join("footage/cam.y4m"), 40, None);
    video(&at.join("footage/cam.Y4M"), 40, None);
    video(&at.join("footage/@eaDir/cam.y4m"), 40, None);
    let output = run(at, &["extract", "footage", "--out", "features", "--json"], 1);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        (json["extracted"].as_u64(), json["skipped"].as_array().map(Vec::len)),
        (Some(2), Some(2))
    );
    let text = stderr(&output);
    assert!(text.contains("two videos with the name cam") && text.contains("@eaDir"), "{text}");
    assert!(text.lines().any(|line| line == "2 videos"), "{text}");
    run(at, &["check", "--features", "features", "--videos", "footage"], 0);
}

#[test]
fn a_bad_feature_file_is_left_out_of_a_run_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, odd) in [("a", false), ("b", false), ("c", true), ("d", false)] {
        array(&at.join(format!("features/{name}.npy")), &[40, 8], odd);
    }
    let whole = fs::read(at.join("features/b.npy")).unwrap();
    fs::write(at.join("features/b.npy"), &whole[..whole.len() / 2]).unwrap();
    let train = ["train", "features", "--clip-length", "16", "--method", "knn", "--out", "run"];
    let text = stderr(&run(at, &train, 1));
    assert!(text.contains("skipped b: features/b.npy: shape [40, 8] of <f4 needs"), "{text}");
    assert!(text.contains("120 segments of 3 videos"), "{text}");
    let text = stderr(&run(at, &["score", "run", "features"], 1));
    assert!(text.contains("skipped b: "), "{text}");
    assert!(at.join("run/scores/a.npy").exists() && !at.join("run/scores/b.npy").exists());
    assert!(stderr(&run(at, &["report", "run"], 1)).contains("skipped b: features/b.npy"));
    let page = fs::read_to_string(at.join("run/report.html")).unwrap();
    assert!(page.contains("Videos left out") && page.contains("features/b.npy"), "no list");
    let problem = run(at, &["check", "--features", "features", "--clip-length", "16"], 3);
    assert!(stdout(&problem).contains("features/b.npy"), "{}", stdout(&problem));

    // A run that continues sees the same videos, or says which it does not.
    let resume = ["train", "features", "--clip-length", "16", "--out", "run", "--resume"];
    run(at, &resume, 1);
    let other = fs::read(at.join("features/c.npy")).unwrap();
    fs::write(at.join("features/c.npy"), b"not an array").unwrap();
    let text = stderr(&run(at, &resume, 3));
    assert!(text.contains("video c took part when the run began: put its file back"), "{text}");
    fs::write(at.join("features/c.npy"), other).unwrap();
    fs::write(at.join("features/b.npy"), &whole).unwrap();
    let text = stderr(&run(at, &resume, 3));
    assert!(text.contains("video b was left out when the run began"), "{text}");

    // With nothing but bad files there is nothing to train on.
    for name in ["a", "b", "c", "d"] {
        fs::write(at.join(format!("features/{name}.npy")), b"not an array").unwrap();
    }
    let text = stderr(&run(at, &[&train[..7], &["none"]].concat(), 3));
    assert!(text.contains("a.npy: not a .npy file") && !at.join("none").exists(), "{text}");
}

#[test]
fn a_bad_file_of_poses_or_tracks_takes_its_video_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["a", "b", "c", "d"] {
        write_poses(at.join(format!("poses/{name}.json")), &[walker(1, 96, name == "d")]).unwrap();
        let line = |f: u32| format!("{f} 1 2 {} 20 {} 90\n", 3 * f, 3 * f + 40);
        let tracks: String = (0..96).map(line).collect();
        fs::create_dir_all(at.join("tracks")).unwrap();
        fs::write(at.join(format!("tracks/{name}.txt")), tracks).unwrap();
        array(&at.join(format!("features/{name}.npy")), &[6, 8], name == "d");
    }
    let good = fs::read(at.join("poses/c.json")).unwrap();
    fs::write(at.join("poses/b.json"), &good[..good.len() / 2]).unwrap();
    fs::write(at.join("tracks/b.txt"), "no box\nat all\n").unwrap();
    let alone = ["pair", "train", "--alone", "one-class", "--set", "alone.epochs=1", "--out"];
    for (kind, file) in [("poses", "poses/b.json"), ("tracks", "tracks/b.txt")] {
        let (option, out) = (format!("--{kind}"), format!("run-{kind}"));
        let own = [option.as_str(), kind];
        let text = stderr(&run(at, &[&alone[..], &[out.as_str()], &own].concat(), 1));
        assert!(text.contains(&format!("skipped b: {file}: ")), "{text}");
        let scores = format!("scores-{kind}");
        let score = ["pair", "score", &out, "--out", &scores];
        let text = stderr(&run(at, &[&score[..], &own].concat(), 1));
        assert!(text.contains(&format!("left out b: {file}: ")), "{text}");
        let one_class = at.join(&scores).join("one-class");
        assert!(one_class.join("c.npy").exists() && !one_class.join("b.npy").exists());
        run(at, &["pair", "report", &out], 0);
        let page = fs::read_to_string(at.join(&out).join("report.html")).unwrap();
        assert!(page.contains("Videos left out") && page.contains(file), "no list");
    }
    // In a pair the video's clips go with its poses.
    let pair =
        ["pair", "train", "features", "--clip-length", "16", "--poses", "poses", "--ws", "sultani"];
    let short = ["--set", "interleave.loops.most=1", "--set", "interleave.threshold.max_modules=1"];
    let text = stderr(&run(at, &[&pair[..], &short, &["--out", "run-pair"]].concat(), 1));
    assert!(text.contains("skipped b: poses/b.json"), "{text}");
    let score =
        ["pair", "score", "run-pair", "features", "--clip-length", "16", "--poses", "poses"];
    run(at, &[&score[..], &["--out", "pair-scores"]].concat(), 1);
    for model in ["one-class", "weak"] {
        let own = at.join("pair-scores").join(model);
        assert!(own.join("a.npy").exists() && !own.join("b.npy").exists(), "{model}");
    }
    // The set of a run stays what it was.
    fs::write(at.join("poses/c.json"), "{").unwrap();
    let resume = ["pair", "train", "--poses", "poses", "--out", "run-poses", "--resume"];
    let text = stderr(&run(at, &resume, 3));
    assert!(text.contains("video c took part when the run began"), "{text}");
    for name in ["a", "d"] {
        fs::write(at.join(format!("poses/{name}.json")), "{").unwrap();
    }
    let text = stderr(&run(at, &[&alone[..], &["x", "--poses", "poses"]].concat(), 3));
    assert!(text.contains("a.json: ") && !at.join("x").exists(), "{text}");
}

#[test]
fn the_frames_of_poses_come_from_the_truth_or_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for n in 0..2 {
        write_poses(at.join(format!("train/{n}.json")), &[walker(1, 96, false)]).unwrap();
    }
    write_poses(at.join("test/cam.json"), &[walker(1, 96, true)]).unwrap();
    let mask: Vec<f32> = (0..130).map(|frame| if frame > 40 { 1.0 } else { 0.0 }).collect();
    write_f32(&at.join("masks/cam.npy"), &[130], &mask).unwrap();
    let train = ["pair", "train", "--alone", "one-class", "--poses", "train", "--out", "run"];
    run(at, &[&train[..], &["--set", "alone.epochs=1"]].concat(), 0);
    let score = ["pair", "score", "run", "--poses", "test", "--out"];
    run(at, &[&score[..], &["short"]].concat(), 0);
    let text = stderr(&run(at, &["eval", "short/one-class", "masks"], 3));
    assert!(
        text.contains("its truth 130") && text.contains("gcl pair score --frames TRUTH"),
        "{text}"
    );
    run(at, &[&score[..], &["scores", "--frames", "masks"]].concat(), 0);
    assert_eq!(Npy::open(at.join("scores/one-class/cam.npy")).unwrap().rows(), 130);
    run(at, &["eval", "scores/one-class", "masks"], 0);
    // A manifest says it, too.
    fs::write(at.join("videos.csv"), "id,frames\ncam,130\n").unwrap();
    run(at, &[&score[..], &["again", "--frames", "videos.csv"]].concat(), 0);
    assert_eq!(Npy::open(at.join("again/one-class/cam.npy")).unwrap().rows(), 130);
}

#[test]
fn small_files_beside_footage_are_counted_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("footage/good.y4m"), 40, None);
    for name in ["a.txt", "x/b.txt", "c.nfo", ".hidden"] {
        fs::create_dir_all(at.join("footage/x")).unwrap();
        fs::write(at.join("footage").join(name), "small").unwrap();
    }
    let text = stderr(&run(at, &["extract", "footage", "--out", "features"], 0));
    assert!(text.contains("passed over 3 other files (.txt, .nfo)"), "{text}");
}
