//! Manifest, scores, and the check of all parts.

use std::path::Path;

use crate::common::put;
use gcl_data::check::Problem;
use gcl_data::{
    Check, Clips, FeatureSet, Manifest, ManifestEntry, NpyError, ScoreInfo, ScoreSet, ScoreWriter,
    Truth, VideoId, write_f32,
};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

#[test]
fn manifests_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest.csv");
    let full = ManifestEntry {
        path: Some("videos/a, 1.mp4".into()),
        split: Some("test".to_owned()),
        label: Some(true),
        frames: Some(300),
        camera: Some("07".to_owned()),
        clock: "2024-01-31 23:59:59".parse().ok(),
    };
    let manifest =
        Manifest { videos: [(id("b"), ManifestEntry::default()), (id("a"), full)].into() };
    manifest.write(&path).unwrap();
    assert_eq!(Manifest::read(&path).unwrap(), manifest);
    let first = std::fs::read_to_string(&path).unwrap();
    assert!(
        first.starts_with("id,path,split,label,frames,camera,clock\na,\"videos/a, 1.mp4\",test,1,")
    );

    put(&path, "label, id\nnormal,x/1\nanomalous,x/2\n,x/3\n");
    let labels: Vec<_> =
        Manifest::read(&path).unwrap().videos.into_values().map(|entry| entry.label).collect();
    assert_eq!(labels, [Some(false), Some(true), None]);
}

#[test]
fn bad_manifests_name_the_line() {
    let dir = tempfile::tempdir().unwrap();
    for (text, part) in [
        ("id\na\nb\n\na\n", "video a is on line 2 and again on line 5"),
        (
            "id,label\na,2\n",
            "line 2: video a: label is `2`; expected 0, 1, normal, anomalous or abnormal",
        ),
        ("id,frames\na,1.5\n", "line 2: video a: frames is `1.5`; expected a whole number"),
        ("id,spilt\na,test\n", "column `spilt` is unknown"),
        ("id,id\na,b\n", "column `id` is unknown or appears twice"),
        ("path\na\n", "there is no column `id`"),
        ("id\n../a\n", "line 2: video id `../a`"),
        ("id,split\na\n", "line: 2"),
    ] {
        let path = put(&dir.path().join("m.csv"), text);
        let error = Manifest::read(&path).unwrap_err().to_string();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

fn info(bounded: bool) -> ScoreInfo {
    ScoreInfo { bounded, source: "discriminator".to_owned(), model: None }
}

#[test]
fn scores_come_back_and_keep_their_word() {
    let dir = tempfile::tempdir().unwrap();
    let writer = ScoreWriter::create(dir.path().join("s"), info(true)).unwrap();
    writer.write(&id("test/a"), &[0.0, 0.25, 1.0]).unwrap();
    let error = writer.write(&id("test/b"), &[0.0, 1.5]).unwrap_err();
    assert!(error.to_string().contains("of frame 1 is outside [0, 1]"), "{error}");
    let error = writer.write(&id("test/b"), &[f32::NAN]).unwrap_err();
    assert!(matches!(error, NpyError::NotFinite { .. }), "{error}");
    let error = writer.write(&id("test/b"), &[]).unwrap_err().to_string();
    assert!(error.ends_with("b.npy: shape [0]; scores are [frames], at least one"), "{error}");

    let set = ScoreSet::open(dir.path().join("s")).unwrap();
    assert_eq!(set.info(), Some(&info(true)));
    assert_eq!(set.videos(), [(id("test/a"), 3)]);
    assert_eq!(set.read(&id("test/a")).unwrap(), [0.0, 0.25, 1.0]);
    let error = set.read(&id("test/b")).unwrap_err().to_string();
    assert!(error.ends_with("s: no scores of video test/b"), "{error}");

    assert!(ScoreWriter::create(dir.path().join("s"), info(true)).is_ok());
    let error = ScoreWriter::create(dir.path().join("s"), info(false)).unwrap_err();
    assert!(error.to_string().contains("the folder already holds "), "{error}");
    write_f32(&dir.path().join("f/a.npy"), &[2, 3], &[0.0; 6]).unwrap();
    let error = ScoreWriter::create(dir.path().join("f"), info(true)).unwrap_err();
    assert!(error.to_string().contains("the folder already holds "), "{error}");
    let error = ScoreSet::open(dir.path().join("f")).unwrap_err().to_string();
    assert!(error.contains("shape [2, 3]; scores are [frames]"), "{error}");

    write_f32(&dir.path().join("s/test/a.npy"), &[3], &[0.0, 2.0, 0.0]).unwrap();
    let error = set.read(&id("test/a")).unwrap_err();
    assert!(error.to_string().contains("of frame 1 is outside [0, 1]"), "{error}");
}

/// Plain features of the given clips, cut by the default rule.
fn features(dir: &Path, videos: &[(&str, usize)]) -> FeatureSet {
    for (name, clips) in videos {
        write_f32(&id(name).file(dir, "npy"), &[*clips, 2], &vec![0.0; clips * 2]).unwrap();
    }
    FeatureSet::open_with(dir, Some(Clips::default())).unwrap()
}

#[test]
fn everything_in_line() {
    let dir = tempfile::tempdir().unwrap();
    let features = features(dir.path(), &[("test/01", 2), ("test/02", 1)]);
    let mut labels = vec![false; 20];
    labels[3..8].fill(true);
    let truth = Truth::from_labels([(id("1"), labels), (id("2"), vec![false; 16])]);
    let check = Check { features: Some(&features), truth: Some(&truth), ..Check::default() };
    let report = check.run().unwrap();
    assert!(report.is_ok());
    assert_eq!(report.rows[0].abnormal, Some(5));
    assert_eq!(
        report.to_string(),
        "video     clips    frames     truth  abnormal  status\n\
         test/01       2        20        20         5  ok\n\
         test/02       1        16        16         0  ok\n\
         2 videos, 0 with problems"
    );
}

#[test]
fn features_that_are_no_numbers_are_a_problem() {
    let dir = tempfile::tempdir().unwrap();
    features(dir.path(), &[("a", 1), ("b", 2)]);
    let path = dir.path().join("b.npy");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let features = FeatureSet::open_with(dir.path(), Some(Clips::default())).unwrap();
    let report = Check { features: Some(&features), ..Check::default() }.run().unwrap();
    assert!(report.rows[0].problems.is_empty(), "{report}");
    assert!(report.rows[1].problems[0].to_string().contains("NaN"), "{report}");
}

#[test]
fn each_thing_out_of_line() {
    let dir = tempfile::tempdir().unwrap();
    let features = features(&dir.path().join("f"), &[("a", 2), ("b", 1), ("t/a", 1)]);
    let writer = ScoreWriter::create(dir.path().join("s"), info(true)).unwrap();
    writer.write(&id("a"), &[0.5; 30]).unwrap();
    writer.write(&id("c"), &[0.5; 9]).unwrap();
    let scores = ScoreSet::open(dir.path().join("s")).unwrap();
    let truth = Truth::from_labels([(id("a"), vec![true; 33]), (id("d"), vec![true; 8])]);
    let entry = |split: &str| ManifestEntry { split: Some(split.to_owned()), ..Default::default() };
    let videos = [(id("a"), entry("test")), (id("b"), entry("test")), (id("t/a"), entry("train"))];
    let manifest = Manifest { videos: videos.into() };
    let report = Check {
        features: Some(&features),
        scores: Some(&scores),
        truth: Some(&truth),
        manifest: Some(&manifest),
    }
    .run()
    .unwrap();
    assert!(!report.is_ok());
    let problems =
        |name: &str| &report.rows.iter().find(|row| row.id.as_str() == name).unwrap().problems[..];
    let frames = Problem::Frames { part: "truth".to_owned(), expected: 30, found: 33 };
    assert_eq!(problems("a"), std::slice::from_ref(&frames));
    assert_eq!(frames.to_string(), "truth: 33 frames, 3 more than 30");
    assert_eq!(problems("b"), [Problem::NoScores, Problem::NoTruth]);
    assert_eq!(problems("c"), [Problem::NoFeatures, Problem::NotInManifest, Problem::NoTruth]);
    assert_eq!(problems("d"), [Problem::OnlyInTruth]);
    assert_eq!(problems("t/a"), [], "a training video needs neither scores nor truth");
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["rows"][0]["problems"][0]["problem"], "frames");
    assert_eq!(json["rows"][0]["problems"][0]["found"], 33);
}

#[test]
fn clips_that_do_not_follow_from_the_truths_frames() {
    let dir = tempfile::tempdir().unwrap();
    let features = features(dir.path(), &[("a", 3)]);
    let truth = Truth::from_labels([(id("a"), vec![false; 20])]);
    let check = Check { features: Some(&features), truth: Some(&truth), ..Check::default() };
    let report = check.run().unwrap();
    assert_eq!(report.rows[0].problems, [Problem::Segments { expected: 2, found: 3 }]);
}

#[test]
fn two_videos_cannot_share_one_truth() {
    let dir = tempfile::tempdir().unwrap();
    let features = features(dir.path(), &[("test/01", 1), ("train/01", 1)]);
    let truth = Truth::from_labels([(id("1"), vec![false; 16])]);
    let check = Check { features: Some(&features), truth: Some(&truth), ..Check::default() };
    let error = check.run().unwrap_err().to_string();
    assert!(error.contains("test/01 and train/01 both match the entry 1"), "{error}");
}
