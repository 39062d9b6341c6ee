//! Objects from footage alone: tracks, features, and pairs of models on them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use gcl::data::{FeatureSet, Npy, read_tracks};
use gcl_features::scene::{Scene, SceneOptions, SceneVideo};

use super::support::{gcl, run, stderr, stdout};

/// A scene's videos as Y4M: three to train on and two to judge.
pub(super) fn footage(folder: &Path) -> Scene {
    let options = SceneOptions { frames: 160, train: 3, test: 2, ..SceneOptions::default() };
    let scene = Scene::new(5, &options).unwrap();
    let mut labels = String::from("id,start,end,frames\n");
    for video in &scene.videos {
        let path = video.id.file(folder, "y4m");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = fs::File::create(path).unwrap();
        writeln!(file, "YUV4MPEG2 W160 H120 F25:1 Cmono").unwrap();
        for number in 0..video.frames {
            file.write_all(b"FRAME\n").unwrap();
            file.write_all(&video.render(number).unwrap().luma()).unwrap();
        }
        labels += &ranges(video);
    }
    fs::write(folder.with_file_name("truth.csv"), labels).unwrap();
    scene
}

/// The abnormal ranges of a video as the truth has them.
fn ranges(video: &SceneVideo) -> String {
    let (truth, id) = (video.truth(), &video.id);
    let mut lines = String::new();
    let mut start = None;
    for (frame, abnormal) in truth.iter().copied().chain([false]).enumerate() {
        match (start, abnormal) {
            (None, true) => start = Some(frame),
            (Some(from), false) => {
                lines += &format!("{id},{from},{frame},{}\n", truth.len());
                start = None;
            }
            _ => {}
        }
    }
    if lines.is_empty() { format!("{id},,,{}\n", truth.len()) } else { lines }
}

#[test]
fn footage_alone_gives_tracks_features_and_scores() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let scene = footage(&here.join("footage"));
    // One file that is no video is left out, told, and costs the others nothing.
    fs::write(here.join("footage/test/broken.y4m"), "YUV4MPEG2 W160").unwrap();
    let first = run(here, &["extract", "footage", "--net=objects", "--out=objects"], 1);
    assert!(stderr(&first).contains("skipped test/broken"), "{}", stderr(&first));
    assert_eq!(stdout(&first), "objects\n");
    let set = FeatureSet::open(here.join("objects")).unwrap();
    assert_eq!((set.videos().len(), set.dim(), set.total()), (5, 48, 50));
    for video in &scene.videos {
        let text = video.id.file(&here.join("objects/tracks"), "txt");
        let file = read_tracks(&text).unwrap();
        assert!(file.bad_lines == 0 && file.frames() <= 160, "{}", text.display());
    }
    fs::remove_file(here.join("footage/test/broken.y4m")).unwrap();

    // A second call decodes nothing; a video whose tracks are gone is done again, to the same bytes.
    let json = |args: &[&str]| -> serde_json::Value {
        serde_json::from_str(&stdout(&run(here, args, 0))).unwrap()
    };
    let again = ["extract", "footage", "--net=objects", "--out=objects", "--json"];
    let tracks = here.join("objects/tracks/test/01.txt");
    let (text, rows) =
        (fs::read(&tracks).unwrap(), fs::read(here.join("objects/test/01.npy")).unwrap());
    assert_eq!(json(&again)["already_done"], 5);
    fs::remove_file(&tracks).unwrap();
    assert_eq!(json(&again)["extracted"], 1);
    assert!(fs::read(&tracks).unwrap() == text);
    assert!(fs::read(here.join("objects/test/01.npy")).unwrap() == rows);

    // A row for each object: the score of a frame is that of its most anomalous object.
    run(here, &["extract", "footage", "--net=object-windows", "--out=windows"], 0);
    let set = FeatureSet::open(here.join("windows")).unwrap();
    assert!(set.rows_are_objects() && set.dim() == 8 && set.total() > 25, "{}", set.total());
    run(here, &["train", "windows/train", "--method=knn", "--out=knn"], 0);
    run(here, &["score", "knn", "windows/test", "--out=scores"], 0);
    let scores = Npy::open(here.join("scores/01.npy")).unwrap().to_f32().unwrap();
    assert!(
        scores.len() == 160 && scores.chunks(16).all(|clip| clip.iter().all(|s| *s == clip[0]))
    );
    // A model on objects takes footage, too, and finds the same.
    run(here, &["score", "knn", "footage/test", "--out=direct"], 0);
    assert_eq!(Npy::open(here.join("direct/01.npy")).unwrap().to_f32().unwrap(), scores);
    // All of it at once.
    let find = ["find", "footage", "--net=object-windows", "--method=knn", "--out=found"];
    run(here, &find, 0);
    let moments = fs::read_to_string(here.join("found/moments.csv")).unwrap();
    assert!(moments.lines().count() > 1, "{moments}");
    let boxed = moments.lines().skip(1).all(|line| !line.ends_with(",,,,"));
    assert!(boxed, "every moment has its object's box: {moments}");
    let page = fs::read_to_string(here.join("found/report.html")).unwrap();
    assert!(page.contains("the box holds the highest-scoring object"));
    let refused = ["pair", "train", "windows", "--occ=ae", "--out=no"];
    let refused = gcl(here, &refused).output().unwrap();
    assert!(stderr(&refused).contains("are objects"), "{}", stderr(&refused));
}

#[test]
fn a_pair_trains_with_nothing_but_footage() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    footage(&here.join("footage"));
    run(here, &["extract", "footage", "--net=objects", "--out=objects"], 0);
    run(here, &["extract", "footage", "--out=features"], 0);
    let cut = ["extract", "footage", "--net=cubes", "--boxes=objects/tracks", "--out=cubes.npy"];
    run(here, &[&cut[..], &["--cube-side=16", "--cube-every=8"]].concat(), 0);
    let small = [
        "pair",
        "train",
        "features",
        "--ws=sultani",
        "--set=interleave.threshold.max_modules=1",
        "--set=interleave.loops.most=1",
        "--set=interleave.weak.length=10",
        "--set=interleave.weak.bag=2",
        "--set=interleave.weak.batch=2",
        "--truth=truth.csv",
    ];
    let puzzles = [
        "--occ=jigsaw",
        "--cubes=cubes.npy",
        "--set=one_class.width=2",
        "--set=one_class.hidden=4",
        "--set=interleave.one_class.batch=8",
        "--out=puzzles",
    ];
    let flow = [
        "--occ=stg-nf",
        "--tracks=objects/tracks",
        "--set=one_class.model.steps=2",
        "--set=interleave.one_class.batch=64",
        "--out=flow",
    ];
    for (more, out) in [(puzzles.as_slice(), "puzzles"), (flow.as_slice(), "flow")] {
        let trained = run(here, &[&small[..], more].concat(), 0);
        assert!(stderr(&trained).contains("frame AUC: one-class 0."), "{}", stderr(&trained));
        assert!(here.join(out).join("results.json").exists());
    }
}

#[test]
#[cfg(unix)]
fn interrupted_it_leaves_whole_videos_only() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    footage(&here.join("footage"));
    let args = ["extract", "footage", "--net=objects", "--out=objects", "--threads=1"];
    let mut child = gcl(here, &args).stderr(Stdio::null()).spawn().unwrap();
    let one = here.join("objects/tracks");
    for _ in 0..2000 {
        if one.exists() || child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let code = child.wait().unwrap().code();
    // It may have been quicker than the signal.
    assert!(code == Some(0) || (kill.unwrap().success() && code == Some(130)), "{code:?}");
    run(here, &args, 0);
    run(here, &["extract", "footage", "--net=objects", "--out=whole"], 0);
    for id in ["train/01", "train/02", "train/03", "test/01", "test/02"] {
        let read = |out: &str, name: &str| fs::read(here.join(out).join(name)).unwrap();
        let (npy, txt) = (format!("{id}.npy"), format!("tracks/{id}.txt"));
        assert!(read("objects", &npy) == read("whole", &npy), "{id}");
        assert!(read("objects", &txt) == read("whole", &txt), "{id}");
    }
}
