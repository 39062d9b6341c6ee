//! Pairs of models, from tracks and features to scores and report, by the real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gcl::data::Npy;

use super::support::{features, gcl, run, stderr, stdout, truth};

const VIDEOS: usize = 4;

/// Two persons walk through each video; in the last one's odd segments one of them runs.
fn tracks(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for v in 0..VIDEOS {
        let mut text = String::new();
        for person in 0..2 {
            let mut x = 40.0 + 60.0 * person as f64;
            for frame in 0..300 {
                let odd = v + 1 == VIDEOS && person == 0 && (80..112).contains(&frame);
                x += if odd { 9.0 } else { 1.0 };
                let bob = ((frame * 7 + v * 3 + person) % 5) as f64;
                let (y, h) = (100.0 + bob, 80.0 + bob / 2.0);
                text += &format!("{frame} {person} 1 {x} {y} {} {}\n", x + 30.0, y + h);
            }
        }
        fs::write(folder.join(format!("video{v}.txt")), text).unwrap();
    }
}

fn setup() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    features(&folder.path().join("features"), VIDEOS);
    tracks(&folder.path().join("tracks"));
    truth(&folder.path().join("truth.csv"), VIDEOS);
    folder
}

/// Small networks and few steps.
const SMALL: [&str; 9] = [
    "--set=interleave.threshold.max_modules=2",
    "--set=interleave.loops.most=2",
    "--set=interleave.weak.length=30",
    "--set=interleave.weak.bag=4",
    "--set=interleave.weak.batch=4",
    "--set=interleave.one_class.batch=64",
    "--set=scaler=z-score",
    "--seed=3",
    "features",
];
const FLOW: [&str; 5] = [
    "--occ=stg-nf",
    "--ws=sultani",
    "--tracks=tracks",
    "--set=one_class.model.steps=2",
    "--set=one_class.windows.score_stride=3",
];

fn train(folder: &Path, more: &[&str], code: i32) -> std::process::Output {
    run(folder, &[&["pair", "train"], &SMALL[..], more].concat(), code)
}

#[test]
fn a_pair_trains_judges_itself_scores_and_reports() {
    let folder = setup();
    let here = folder.path();
    let judged = ["--out=run", "--truth=truth.csv"];
    let trained = train(here, &[&FLOW[..], &judged].concat(), 0);
    assert_eq!(stdout(&trained), "run\n");
    let told = stderr(&trained);
    assert!(told.contains("module 1 loop 2:") && told.contains("frame AUC: one-class "), "{told}");
    let results: serde_json::Value =
        serde_json::from_slice(&fs::read(here.join("run/results.json")).unwrap()).unwrap();
    assert_eq!(results["test_frames"], 320 * VIDEOS);
    assert!(
        results["oracle"]["weak"].as_f64().unwrap() >= results["last"]["weak"].as_f64().unwrap()
    );
    let events = fs::read_to_string(here.join("run/events.jsonl")).unwrap();
    assert_eq!(events.matches("\"event\":\"judged\"").count(), 4);

    // The truth changes nothing but what is told: without it, the same scores.
    train(here, &[&FLOW[..], &["--out=blind"]].concat(), 0);
    for name in ["run", "blind"] {
        run(here, &["pair", "score", name, "features", "--tracks=tracks"], 0);
    }
    for path in ["one-class/video3.npy", "weak/video0.npy"] {
        let read = |name: &str| fs::read(here.join(name).join("scores").join(path)).unwrap();
        assert!(read("run") == read("blind"), "{path}");
    }
    let eval = run(here, &["eval", "run/scores/weak", "truth.csv", "--json"], 0);
    let eval: serde_json::Value = serde_json::from_str(&stdout(&eval)).unwrap();
    assert_eq!(eval["frames"], 320 * VIDEOS);

    assert_eq!(stdout(&run(here, &["pair", "report", "run"], 0)), "run/report.html\n");
    let html = fs::read_to_string(here.join("run/report.html")).unwrap();
    assert!(html.contains("Threshold of each module") && html.contains("Test AUC"));
    assert!(html.contains("Scores as modules proceed") && html.contains("module 2"));
    let html = {
        run(here, &["pair", "report", "blind"], 0);
        fs::read_to_string(here.join("blind/report.html")).unwrap()
    };
    assert!(html.contains("T_ws") && !html.contains("Test AUC"));
    assert!(!html.contains("Scores as modules proceed"));

    // Several runs on one page.
    let both = ["pair", "report", "run", "blind"];
    assert!(stderr(&run(here, &both, 2)).contains("--out"));
    run(here, &[&both[..], &["--out=both.html"]].concat(), 0);
    let html = fs::read_to_string(here.join("both.html")).unwrap();
    for text in ["Test AUC by loop", "Threshold by module", ">run<", ">blind<", "15 %"] {
        assert!(html.contains(text), "{text}");
    }
    let many = [&["pair", "report"][..], &["run"; 7], &["--out=many.html"]].concat();
    assert!(stderr(&run(here, &many, 2)).contains("at most 6"));
    run(here, &["train", "features", "--method=knn", "--out=knn"], 0);
    let mixed = run(here, &["pair", "report", "run", "knn", "--out=mixed.html"], 2);
    let wrong =
        "knn: a run of kind `features`, expected `pair`; it is for gcl train, score and report";
    assert!(stderr(&mixed).contains(wrong), "{}", stderr(&mixed));
    // The verbs of features say the same of a pair's run.
    let wrong = "run: a run of kind `pair`, expected `features`; it is for gcl pair";
    for args in [&["report", "run"][..], &["train", "features", "--out=run", "--resume"]] {
        let failed = run(here, args, 2);
        assert!(stderr(&failed).contains(wrong), "{args:?}: {}", stderr(&failed));
    }
    assert!(!here.join("mixed.html").exists());
}

#[test]
fn frames_and_boxes_become_cubes_and_puzzles_score_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let mut boxes = String::from("clip,frame,x1,y1,x2,y2\n");
    for (name, odd) in [("a", None), ("b", Some(32))] {
        super::support::video(&here.join(format!("footage/{name}.y4m")), 80, odd);
        for frame in 0..80 {
            let x = (frame / 2) % 40;
            boxes += &format!("{name},{frame},{x},10,{},24\n", x + 12);
        }
    }
    // A video that is no footage, and one line too few to be told.
    fs::write(here.join("boxes.csv"), boxes + "c,0,1,1,20,20\n").unwrap();
    fs::write(here.join("truth.csv"), "id,start,end,frames\na,,,80\nb,32,64,80\n").unwrap();
    let cut = ["extract", "footage", "--net=cubes", "--cube-side=16", "--cube-every=4"];
    let failed = run(here, &[&cut[..], &["--out=c.npy"]].concat(), 2);
    assert!(stderr(&failed).contains("--boxes"), "{}", stderr(&failed));
    let failed = run(here, &[&cut[..], &["--boxes=boxes.csv", "--out=c"]].concat(), 2);
    assert!(stderr(&failed).contains(".npy"), "{}", stderr(&failed));
    let done = run(here, &[&cut[..], &["--boxes=boxes.csv", "--out=c.npy"]].concat(), 0);
    assert!(stderr(&done).contains("not among the footage, such as c"), "{}", stderr(&done));
    assert_eq!(Npy::open(here.join("c.npy")).unwrap().shape(), [40, 3, 7, 16, 16]);

    run(here, &["extract", "footage", "--out=features"], 0);
    let small = [
        "pair",
        "train",
        "features",
        "--alone=one-class",
        "--occ=jigsaw",
        "--set=supervision=none",
        "--set=one_class.width=2",
        "--set=one_class.hidden=4",
        "--set=alone.epochs=1",
        "--set=alone.batch=8",
        "--cubes=c.npy",
        "--truth=truth.csv",
        "--out=run",
    ];
    let trained = run(here, &small, 0);
    assert!(stderr(&trained).contains("frame AUC: one-class 0."), "{}", stderr(&trained));
    run(here, &["pair", "score", "run", "features", "--cubes=c.npy", "--out=scores"], 0);
    let scores = Npy::open(here.join("scores/one-class/b.npy")).unwrap().to_f32().unwrap();
    assert_eq!(scores.len(), 80);
    assert!(scores.iter().any(|score| *score != scores[0]));
}

#[test]
fn killed_and_resumed_a_pair_scores_the_same() {
    let folder = setup();
    let here = folder.path();
    train(here, &[&FLOW[..], &["--out=whole"]].concat(), 0);
    let args = [&["pair", "train"], &SMALL[..], &FLOW[..], &["--out=killed"]].concat();
    let mut child = gcl(here, &args).stderr(std::process::Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    let state = here.join("killed/state/state.safetensors");
    while !state.exists() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(state.exists());
    let resume = ["pair", "train", "features", "--resume", "--out=killed", "--tracks=tracks"];
    run(here, &resume, 0);
    let again = stderr(&run(here, &resume, 0));
    assert!(again.contains("killed is finished: nothing is left to train"), "{again}");
    for name in ["whole", "killed"] {
        run(here, &["pair", "score", name, "features", "--tracks=tracks"], 0);
    }
    let read = |name: &str, path: &str| fs::read(here.join(name).join(path)).unwrap();
    // The optimizer's part stands in the order of a hash map.
    let weights = |name: &str| {
        let state = gcl::core::State::from_bytes(&read(name, "model/weak.safetensors")).unwrap();
        state.get("weights").unwrap().to_vec()
    };
    assert!(weights("whole") == weights("killed"));
    for path in ["scores/one-class/video3.npy", "scores/weak/video0.npy", "events.jsonl"] {
        assert!(read("whole", path) == read("killed", path), "{path}");
    }
}

#[test]
fn models_train_alone_with_the_labels_of_a_manifest() {
    let folder = setup();
    let here = folder.path();
    let labels: String = (0..VIDEOS).map(|v| format!("video{v},{}\n", v / 2)).collect();
    fs::write(here.join("videos.csv"), format!("id,label\n{labels}")).unwrap();
    let common = ["features", "--manifest=videos.csv", "--truth=truth.csv"];
    let own: [&[&str]; 3] = [
        &[
            "--alone=one-class",
            "--tracks=tracks",
            "--set=alone.epochs=1",
            "--set=one_class.model.steps=2",
            "--set=one_class.windows.score_stride=3",
            "--out=flow",
        ],
        &["--alone=weak", "--set=alone.iterations=20", "--set=alone.segments=4", "--out=rtfm"],
        &[
            "--alone=weak",
            "--ws=sultani",
            "--set=alone.iterations=20",
            "--set=alone.segments=4",
            "--out=sultani",
        ],
    ];
    for own in own {
        let trained = run(here, &[&["pair", "train"], own, &common[..]].concat(), 0);
        assert!(stderr(&trained).contains("frame AUC:"), "{own:?}");
    }
    run(here, &["pair", "score", "flow", "features", "--tracks=tracks"], 0);
    assert!(here.join("flow/scores/one-class/video0.npy").exists());
    // A model that needs labels does not train without.
    let bare = ["pair", "train", "features", "--alone=weak", "--out=none"];
    assert!(stderr(&run(here, &bare, 2)).contains("uses video labels"));
    assert!(!here.join("none").exists());
}

#[test]
fn wrong_arguments_leave_nothing_behind() {
    let folder = setup();
    let here = folder.path();
    for (args, message) in [
        (&["--occ=stg-nf", "--out=r"][..], "--poses or --tracks"),
        (&["--occ=jigsaw", "--out=r"], "--cubes"),
        (&["--occ=ae", "--out=r", "--set=interleave.nothing=1"], "unknown field `nothing`"),
        (&["--occ=ae", "--out=r", "--set=interleave.threshold.share=2"], "threshold.share"),
        (&["--occ=ae", "--out=r", "--device=none"], "no device"),
    ] {
        let failed = train(here, args, 2);
        assert!(stderr(&failed).contains(message), "{}", stderr(&failed));
        assert!(!here.join("r").exists(), "{args:?}");
    }
    fs::create_dir(here.join("empty")).unwrap();
    let failed = train(here, &["--occ=stg-nf", "--tracks=empty", "--out=r"], 3);
    assert!(stderr(&failed).contains("no file of any"), "{}", stderr(&failed));
    let failed = run(here, &["pair", "train", "features", "--resume", "--out=r"], 2);
    assert!(stderr(&failed).contains("r: no run to resume here"), "{}", stderr(&failed));
}

#[test]
fn tracks_become_features() {
    let folder = setup();
    let here = folder.path();
    let said = run(here, &["extract", "tracks", "--net", "box-tracks", "--out", "boxes"], 0);
    assert!(!stderr(&said).contains("0 videos"), "{}", stderr(&said));
    let npy = Npy::open(here.join("boxes/video0.npy")).unwrap();
    assert_eq!(npy.shape()[1], 48);
}

#[test]
fn the_published_checkpoint_gives_the_published_codes_numbers() {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let Some(data) = data else {
        eprintln!("SKIPPED: GCL_DATA not set (the_published_checkpoint needs the real data)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |rest: &str| data.join(rest).display().to_string();
    let weights = path("checkpoints/stg-nf/ShanghaiTech_85_9.tar");
    let poses = path("golden/stgnf_shanghaitech_pixels.npy");
    let args = ["pair", "checkpoint", &weights, &poses, "--out", "nll.npy"];
    run(folder.path(), &args, 0);
    let found = Npy::open(folder.path().join("nll.npy")).unwrap().to_f32().unwrap();
    let expected = Npy::open(path("golden/stgnf_shanghaitech_nll.npy")).unwrap().to_f32().unwrap();
    assert_eq!(found.len(), 64);
    let off = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    eprintln!("largest difference in nll: {off:e}");
    assert!(off < 1e-4, "{off}");
    // Another file is refused.
    let args = ["pair", "checkpoint", &poses, &poses, "--out", "other.npy"];
    run(folder.path(), &args, 3);
}
