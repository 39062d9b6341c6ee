//! Features as other programs write them; the numbers are those of a list of public cases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::{header, npy, put};
use gcl_data::{Clips, FeatureSet, Span, VideoId, write_f32};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

fn ids(set: &FeatureSet) -> Vec<&str> {
    set.videos().iter().map(|video| video.id.as_str()).collect()
}

/// Writes an array whose values count from `first`.
fn array(path: &Path, shape: &[usize], first: usize) {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (first..first + count).map(|v| v as f32).collect();
    write_f32(path, shape, &values).unwrap();
}

fn rows(set: &FeatureSet, index: usize) -> Vec<f32> {
    let mut out = Vec::new();
    set.read(index, &mut out).unwrap();
    out
}

#[test]
fn case_22_video_features_side_files() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a_rgb.npy"), &[5, 32], 0);
    array(&dir.join("b_rgb.npy"), &[3, 32], 0);
    put(&dir.join("a_fps.npy"), npy(&header("<f8", false, "()"), &25.0f64.to_le_bytes()));
    array(&dir.join("a_timestamps_ms.npy"), &[5], 0);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!(ids(&set), ["a_rgb", "b_rgb"]);
    let notes = set.notes().join("\n");
    assert!(notes.contains("2 files") && notes.contains("a_fps"), "{notes}");
    // Both streams would count each video twice.
    array(&dir.join("a_flow.npy"), &[5, 32], 0);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("a_rgb and a_flow are two streams of one video"), "{error}");
    // A file of such a name that stands beside no features is itself what is wrong.
    let alone = tempfile::tempdir().unwrap();
    array(&alone.path().join("x_timestamps_ms.npy"), &[5], 0);
    assert!(FeatureSet::open(alone.path()).unwrap_err().to_string().contains("shape [5]"));
}

#[test]
fn case_23_one_file_a_crop() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    for crop in 0..5 {
        array(
            &dir.join(format!("x/A.Mind.2001__#00-25-20_label_A__{crop}.npy")),
            &[7, 2],
            100 * crop,
        );
        array(&dir.join(format!("x/b__{crop}.npy")), &[3, 2], 10 * crop);
    }
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!(ids(&set), ["x/A.Mind.2001__#00-25-20_label_A", "x/b"]);
    assert_eq!((set.crops(), set.dim(), set.total()), (5, 2, 10));
    assert!(set.notes()[0].contains("crops of one video"), "{:?}", set.notes());
    assert_eq!(rows(&set, 1), [20.0, 21.0, 22.0, 23.0, 24.0, 25.0]);
    let mut crops = Vec::new();
    set.open_video(1).unwrap().read_crops(1..2, &mut crops).unwrap();
    assert_eq!(crops, [2.0, 3.0, 12.0, 13.0, 22.0, 23.0, 32.0, 33.0, 42.0, 43.0]);

    std::fs::remove_file(dir.join("x/b__3.npy")).unwrap();
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("x/b has the crops __0 __1 __2 __4; some are missing"), "{error}");
    array(&dir.join("x/b__3.npy"), &[4, 2], 0);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("b__3.npy: 4 clips of 2 values, but 3"), "{error}");

    // The first crop alone, and numbers that count something else.
    let other = tempfile::tempdir().unwrap();
    array(&other.path().join("a__0.npy"), &[2, 3], 0);
    array(&other.path().join("cam__1.npy"), &[2, 3], 0);
    array(&other.path().join("cam__2.npy"), &[2, 3], 0);
    let set = FeatureSet::open(other.path()).unwrap();
    assert_eq!(ids(&set), ["a", "cam__1", "cam__2"]);
}

#[test]
fn case_23_crops_in_front() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    // [crops, T, d]: what is the same for all videos is not their length.
    array(&dir.join("a.npy"), &[10, 3, 2], 0);
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("may be 10 clips of 3 crops or 3 clips of 10"), "{error}");
    let one = tempfile::tempdir().unwrap();
    array(&one.path().join("a.npy"), &[1, 40, 2], 0);
    assert!(FeatureSet::open(one.path()).is_err());
    array(&one.path().join("b.npy"), &[1, 30, 2], 0);
    assert_eq!(FeatureSet::open(one.path()).unwrap().total(), 70);
    array(&dir.join("b.npy"), &[10, 2, 2], 0);
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((set.crops(), set.total()), (10, 5));
    assert!(set.notes()[0].contains("[crops, clips, d]"), "{:?}", set.notes());
    // Means over ten crops that are 4 values apart.
    assert_eq!(rows(&set, 1), [18.0, 19.0, 20.0, 21.0]);
    // [T, crops, d] is read as ever, and silently.
    let dir = tempfile::tempdir().unwrap();
    array(&dir.path().join("a.npy"), &[10, 5, 2], 0);
    array(&dir.path().join("b.npy"), &[4, 5, 2], 0);
    let set = FeatureSet::open(dir.path()).unwrap();
    assert_eq!((set.crops(), set.total(), set.notes().len()), (5, 14, 0));
}

#[test]
fn case_26_equal_parts() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[32, 4], 0);
    array(&dir.join("b.npy"), &[32, 4], 0);
    let rule = |set: &FeatureSet| set.notes().iter().any(|note| note.contains("32 equal parts"));
    assert!(rule(&FeatureSet::open_with(dir, Some(Clips::default())).unwrap()));
    let parts = Clips::equal_parts(32);
    assert!(!rule(&FeatureSet::open_with(dir, Some(parts)).unwrap()));
    assert_eq!(parts.to_string(), "32 equal parts");
    for frames in [1usize, 31, 32, 1_411, 2_819] {
        assert_eq!(parts.count(frames), 32);
        let spans: Vec<Span> = (0..32).map(|i| parts.span(i, frames)).collect();
        assert!(spans.windows(2).all(|two| two[0].end == two[1].start));
        assert_eq!((spans[0].start, spans[31].end), (0, frames));
        let scores: Vec<f32> = (0..32).map(|i| i as f32).collect();
        assert_eq!(parts.expand(&scores, frames).unwrap().len(), frames);
        assert!(parts.frames_of(3, frames).eq(spans[3].start..spans[3].end));
    }
    // Frame 165 of 1,411 is in the fourth part.
    let scores: Vec<f32> = (0..32).map(|i| i as f32).collect();
    assert_eq!(parts.expand(&scores, 1_411).unwrap()[165], 3.0);
    assert_eq!((parts.count(0), parts.span(32, 100).is_empty()), (0, true));
    assert!(parts.expand(&scores[..31], 100).is_err());
    assert!(parts.validate().is_ok() && parts.of_fixed_length().is_err());
}

#[test]
fn case_26_c3d_as_text() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let line = |first: usize| {
        let numbers = (first..first + 70).map(|v| format!("{}.5", v));
        numbers.collect::<Vec<_>>().join(" ") + "\n"
    };
    put(&dir.join("Abuse/Abuse028_x264.txt"), line(0) + &line(70));
    put(&dir.join("Abuse/Abuse030_x264.txt"), line(1));
    let set = FeatureSet::open(dir).unwrap();
    assert_eq!((ids(&set).len(), set.dim(), set.total()), (2, 70, 3));
    assert_eq!(rows(&set, 0)[69..71], [69.5, 70.5]);
    put(&dir.join("bad.txt"), line(0) + "1 2 3\n");
    let error = FeatureSet::open(dir).unwrap_err().to_string();
    assert!(error.contains("line 2: 3 numbers, expected 70"), "{error}");
    // Notes, boxes and labels are no features.
    let other = tempfile::tempdir().unwrap();
    put(&other.path().join("readme.txt"), "The videos of camera 1\n");
    put(&other.path().join("boxes.txt"), "0 1 2 3 4 5 6\n");
    assert!(FeatureSet::open(other.path()).unwrap_err().to_string().contains("nor .txt"));
}

/// A stored entry of a zip archive, and what its directory says.
fn entry(archive: &mut Vec<u8>, directory: &mut Vec<u8>, name: &str, data: &[u8]) {
    let start = u32::try_from(archive.len()).unwrap().to_le_bytes();
    let size = u32::try_from(data.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let common =
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &size, &size, &length, &[0, 0]].concat();
    archive.extend([&b"PK\x03\x04"[..], &common, name.as_bytes(), data].concat());
    let rest = [&[0u8; 10][..], &start, name.as_bytes()].concat();
    directory.extend([&b"PK\x01\x02\x14\x00"[..], &common, &rest].concat());
}

fn npz(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    entries.iter().for_each(|(name, data)| entry(&mut archive, &mut directory, name, data));
    let (count, at) = ([entries.len() as u8, 0], (archive.len() as u32).to_le_bytes());
    let size = (directory.len() as u32).to_le_bytes();
    archive.extend(
        [&directory[..], b"PK\x05\x06\0\0\0\0", &count, &count, &size, &at, &[0, 0]].concat(),
    );
    archive
}

#[test]
fn features_in_npz() {
    let values = |n: usize| (0..n).flat_map(|v| (v as f32).to_le_bytes()).collect::<Vec<u8>>();
    let features = || npy(&header("<f4", false, "(2, 3)"), &values(6));
    let label = || npy(&header("<i8", false, "()"), &[0; 8]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.npz");
    put(&path, npz(&[("features.npy", features()), ("label.npy", label())]));
    let set = FeatureSet::open(dir.path()).unwrap();
    assert_eq!(rows(&set, 0), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    put(&path, npz(&[("one.npy", features()), ("two.npy", features())]));
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("2 arrays of two axes or more (in it: one, two)"), "{error}");
    put(&path, &npz(&[("features.npy", features())])[..90]);
    let error = FeatureSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("a damaged archive"), "{error}");
}

#[test]
fn case_19_links_to_nowhere_and_a_nas_folder() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    array(&dir.join("a.npy"), &[2, 3], 0);
    array(&dir.join("@eaDir/a.npy"), &[9, 9], 0);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/nowhere", dir.join("README")).unwrap();
        assert_eq!(ids(&FeatureSet::open(dir).unwrap()), ["a"]);
        std::os::unix::fs::symlink("/nowhere", dir.join("b.npy")).unwrap();
        let error = FeatureSet::open(dir).unwrap_err().to_string();
        assert!(error.contains("b.npy"), "{error}");
    }
    let _ = id("a");
}
