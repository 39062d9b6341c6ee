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
    assert!(stderr(&told).contains("all 2 videos have 32 rows"), "{}", stderr(&told));
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
