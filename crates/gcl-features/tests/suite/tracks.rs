//! Clip features of tracks: written like any features, resumed, and skipped where they do not fit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gcl_data::tracks::SNIPPET_FEATURES;
use gcl_data::{FeatureError, FeatureSet, ResolveError, Truth, TruthFormat, VideoId};
use gcl_features::pipeline::Summary;
use gcl_features::tracks::{TrackOptions, TracksError, extract_tracks};

fn run(folder: &Path, out: &Path, options: &TrackOptions) -> Result<Summary, TracksError> {
    extract_tracks(folder, out, options, &AtomicBool::new(false), &|_| {})
}

fn text(frames: std::ops::Range<u32>) -> String {
    frames.map(|f| format!("{f} 1 2 {} 20 {} 70 0\n", 10 + 2 * f, 30 + 2 * f)).collect()
}

#[test]
fn features_are_written_once_and_fit_their_frames() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("tracks"), dir.path().join("features"));
    fs::create_dir_all(folder.join("train")).unwrap();
    fs::write(folder.join("train/01_002.txt"), text(0..40)).unwrap();
    fs::write(folder.join("train/01_0002.txt"), text(3..20)).unwrap();
    fs::write(folder.join("train/bad.txt"), "1 no box\n").unwrap();
    fs::write(folder.join("train/late.txt"), text(0..90)).unwrap();
    fs::write(folder.join("train/notes.md"), "x").unwrap();
    let mut options = TrackOptions::default();
    options.frames.insert(VideoId::new("01_0002").unwrap(), 50);
    options.frames.insert(VideoId::new("train/late").unwrap(), 80);
    let summary = run(&folder, &out, &options).unwrap();
    assert_eq!((summary.extracted, summary.already_done, summary.frames), (2, 0, 90));
    let reasons: Vec<String> =
        summary.skipped.iter().map(|(id, why)| format!("{id}: {why}")).collect();
    assert!(reasons[0].starts_with("train/bad: ") && reasons[0].contains("no box in any of 1"));
    assert!(reasons[1].contains("a box in frame 89, but the video has 80"), "{reasons:?}");

    let set = FeatureSet::open(&out).unwrap();
    assert_eq!(
        (set.dim(), set.identity().unwrap().name.as_str()),
        (SNIPPET_FEATURES, "box-tracks")
    );
    let videos: Vec<(&str, usize, Option<usize>)> =
        set.videos().iter().map(|v| (v.id.as_str(), v.segments, v.frames)).collect();
    let expected = [("train/01_0002", 4, Some(50)), ("train/01_002", 3, Some(40))];
    assert_eq!(videos, expected);

    let again = run(&folder, &out, &options).unwrap();
    assert_eq!((again.extracted, again.already_done), (0, 2));
    let other = run(&folder, &out, &TrackOptions { lag: 3, ..options.clone() });
    let error = other.unwrap_err();
    assert!(matches!(error, TracksError::Features(FeatureError::OtherExtractor { .. })), "{error}");
    let cancelled =
        extract_tracks(&folder, &dir.path().join("b"), &options, &AtomicBool::new(true), &|_| {});
    assert!(cancelled.unwrap().cancelled);
    assert!(matches!(run(&out, &folder, &options), Err(TracksError::File(_))));
}

#[test]
fn videos_never_share_a_number_of_frames() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("tracks"), dir.path().join("features"));
    for part in ["train", "test"] {
        fs::create_dir_all(folder.join(part)).unwrap();
        fs::write(folder.join(part).join("01.txt"), text(0..40)).unwrap();
    }
    let mut options = TrackOptions::default();
    options.frames.insert(VideoId::new("01").unwrap(), 50);
    let error = run(&folder, &out, &options).unwrap_err();
    assert!(matches!(error, TracksError::Resolve(ResolveError::Shared { .. })), "{error}");
    assert!(!out.exists());
    options.frames = [(VideoId::new("test/01").unwrap(), 50)].into();
    let summary = run(&folder, &out, &options).unwrap();
    assert_eq!((summary.extracted, summary.frames), (2, 90));
}

#[test]
fn a_video_without_finite_features_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, out) = (dir.path().join("tracks"), dir.path().join("features"));
    fs::create_dir_all(&folder).unwrap();
    // Boxes so low that a pixel is more of their heights than a number can say.
    fs::write(folder.join("a.txt"), "0 1 2 10 0 20 1e-40\n9 1 2 40 0 50 1e-40\n").unwrap();
    let crowd: String = (0..5000).map(|person| format!("3 {person} 2 10 10 20 40\n")).collect();
    fs::write(folder.join("b.txt"), crowd).unwrap();
    fs::write(folder.join("c.txt"), format!("{}no box\n1 2 3\n", text(0..40))).unwrap();
    let options = TrackOptions { max_gap: 20, ..TrackOptions::default() };
    let summary = run(&folder, &out, &options).unwrap();
    assert_eq!((summary.extracted, summary.skipped.len()), (1, 2));
    assert_eq!(summary.bad_lines, [(VideoId::new("c").unwrap(), 2)]);
    assert!(summary.skipped[0].1.contains("a feature of clip 0 is "), "{:?}", summary.skipped);
    assert!(summary.skipped[1].1.contains("at most 4096 are accepted"), "{:?}", summary.skipped);
    assert_eq!(FeatureSet::open(&out).unwrap().videos().len(), 1);
}

#[test]
fn shanghaitech() {
    let data = std::env::var_os("GCL_DATA").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let Some(data) = data else {
        eprintln!("SKIPPED: GCL_DATA not set (shanghaitech needs the real data)");
        return;
    };
    let truth = Truth::read(data.join("shanghaitech/masks-occ"), TruthFormat::Auto).unwrap();
    let mut options = TrackOptions::default();
    for id in truth.ids() {
        options.frames.insert(id.clone(), truth.frames(id).unwrap().unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let folder = data.join("shanghaitech/tracks/test");
    let summary = run(&folder, dir.path(), &options).unwrap();
    assert_eq!((summary.extracted, summary.skipped.len(), summary.frames), (107, 0, 40_791));
    let set = FeatureSet::open(dir.path()).unwrap();
    let clips: usize = options.frames.values().map(|frames| frames.div_ceil(16)).sum();
    assert_eq!(set.total(), clips);
}
