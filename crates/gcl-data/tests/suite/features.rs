//! Feature folders: what is written comes back, and what does not fit together is refused.

use std::path::Path;

use crate::common::put;
use gcl_data::{
    Clips, ExtractorIdentity, FeatureError, FeatureMeta, FeatureSet, FeatureWriter, Npy, NpyError,
    Regions, Tail, VideoId, is_finished, write_f32, write_features,
};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

fn meta(frames: usize, crops: usize) -> FeatureMeta {
    let map = |value: serde_json::Value| value.as_object().unwrap().clone();
    FeatureMeta {
        extractor: ExtractorIdentity {
            name: "resnext101".to_owned(),
            version: "1".to_owned(),
            parameters: map(serde_json::json!({"layer": "pool", "depth": 101})),
            preprocessing: map(serde_json::json!({"size": 112, "mean": [114.7, 107.7, 99.4]})),
            weights_sha256: Some("ab".repeat(32)),
            random_weights: false,
            clips: Clips::default(),
            crops,
        },
        decoder: "frames".to_owned(),
        frames,
        fps: Some(25.0),
        footage: None,
        regions: None,
        video: Default::default(),
    }
}

fn write(dir: &Path, name: &str, frames: usize) {
    let clips = frames.div_ceil(16);
    let data: Vec<f32> = (0..clips * 3).map(|i| i as f32 + frames as f32).collect();
    write_features(dir, &id(name), &[clips, 3], &data, &meta(frames, 1)).unwrap();
}

fn message(dir: &Path) -> String {
    FeatureSet::open(dir).unwrap_err().to_string()
}

#[test]
fn a_folder_comes_back_sorted_by_id() {
    let dir = tempfile::tempdir().unwrap();
    for (name, frames) in [("test/b", 40), ("test/a", 16), ("z", 7)] {
        write(dir.path(), name, frames);
    }
    put(&dir.path().join(".cache/x.npy"), "not ours");
    put(&dir.path().join("notes.json"), "{}");
    let set = FeatureSet::open(dir.path()).unwrap();
    let ids: Vec<&str> = set.videos().iter().map(|video| video.id.as_str()).collect();
    assert_eq!(ids, ["test/a", "test/b", "z"]);
    assert_eq!((set.dim(), set.crops(), set.total()), (3, 1, 1 + 3 + 1));
    assert_eq!(set.clips(), Some(Clips::default()));
    assert_eq!(set.identity(), Some(&meta(1, 1).extractor));
    let b = set.index_of(&id("test/b")).unwrap();
    assert_eq!((set.videos()[b].frames, set.videos()[b].fps), (Some(40), Some(25.0)));
    let mut out = Vec::new();
    set.read(b, &mut out).unwrap();
    assert_eq!(out, (0..9).map(|i| i as f32 + 40.0).collect::<Vec<_>>());
    set.read_rows(b, 1..2, &mut out).unwrap();
    assert_eq!(out, [43.0, 44.0, 45.0]);
    assert!(matches!(set.read(3, &mut out), Err(FeatureError::NoVideo { index: 3, videos: 3 })));

    let tests = set.select(|id| id.as_str().starts_with("test/"));
    assert_eq!(tests.total(), 4);
    tests.read(tests.index_of(&id("test/b")).unwrap(), &mut out).unwrap();
    assert_eq!(out.len(), 9);
}

#[test]
fn regions_are_kept_and_must_fit_the_vectors() {
    let dir = tempfile::tempdir().unwrap();
    let regions = |rows, columns, first| Some(Regions { rows, columns, first });
    let write = |regions| {
        let meta = FeatureMeta { regions, ..meta(16, 1) };
        write_features(dir.path(), &id("a"), &[1, 8], &[0.5; 8], &meta)
    };
    for fitting in [None, regions(1, 8, 0), regions(2, 2, 0), regions(1, 3, 2)] {
        write(fitting).unwrap();
        assert_eq!(FeatureSet::open(dir.path()).unwrap().regions(), fitting);
    }
    let too_many = usize::MAX;
    for (rows, columns, first) in
        [(3, 1, 0), (2, 2, 1), (0, 4, 0), (1, 1, 8), (1, 1, too_many), (too_many, too_many, 0)]
    {
        let error = write(regions(rows, columns, first)).unwrap_err().to_string();
        assert!(error.contains("regions") && error.contains("8 values"), "{error}");
        // The same in a description from elsewhere.
        let meta = FeatureMeta { regions: regions(rows, columns, first), ..meta(16, 1) };
        put(&dir.path().join("a.json"), serde_json::to_string(&meta).unwrap());
        assert!(message(dir.path()).contains("regions"), "{}", message(dir.path()));
    }
}

#[test]
fn crops_are_averaged_clip_by_clip() {
    let dir = tempfile::tempdir().unwrap();
    let data: Vec<f32> = (0..2 * 4 * 3).map(|i| i as f32).collect();
    write_features(dir.path(), &id("a"), &[2, 4, 3], &data, &meta(20, 4)).unwrap();
    let set = FeatureSet::open(dir.path()).unwrap();
    let mut out = Vec::new();
    set.read(0, &mut out).unwrap();
    // Crops of clip 0 start at 0, 3, 6, 9: mean 4.5; clip 1 starts at 12.
    assert_eq!(out, [4.5, 5.5, 6.5, 16.5, 17.5, 18.5]);
    set.read_rows(0, 1..2, &mut out).unwrap();
    assert_eq!(out, [16.5, 17.5, 18.5]);
    set.read_rows(0, 1..1, &mut out).unwrap();
    assert!(out.is_empty());
    let error = set.read_rows(0, 1..3, &mut out).unwrap_err();
    assert!(matches!(error, FeatureError::Npy(NpyError::Rows { .. })), "{error}");
}

#[test]
fn large_crops_go_through_more_than_one_block() {
    let dir = tempfile::tempdir().unwrap();
    let (clips, crops, dim) = (70, 10, 2048);
    let data: Vec<f32> =
        (0..clips * crops * dim).map(|i| (i / (crops * dim)) as f32 + (i % 2) as f32).collect();
    write_f32(&dir.path().join("a.npy"), &[clips, crops, dim], &data).unwrap();
    let set = FeatureSet::open(dir.path()).unwrap();
    let mut out = Vec::new();
    set.read(0, &mut out).unwrap();
    assert_eq!(out.len(), clips * dim);
    assert!(out.iter().enumerate().all(|(i, v)| *v == (i / dim) as f32 + (i % 2) as f32));
}

#[test]
fn plain_files_take_the_callers_clips() {
    let dir = tempfile::tempdir().unwrap();
    write_f32(&dir.path().join("a.npy"), &[2, 3], &[0.5; 6]).unwrap();
    let set = FeatureSet::open(dir.path()).unwrap();
    assert_eq!((set.clips(), set.identity(), set.videos()[0].frames), (None, None, None));
    let looped = Clips { tail: Tail::Loop, ..Clips::default() };
    let set = FeatureSet::open_with(dir.path(), Some(looped)).unwrap();
    assert_eq!(set.clips(), Some(looped));
    let zero = Clips { length: 0, ..looped };
    assert!(matches!(FeatureSet::open_with(dir.path(), Some(zero)), Err(FeatureError::Clips(_))));

    write(dir.path(), "b", 16);
    assert_eq!(
        message(dir.path()),
        "b has a .json beside it and a has none: they are from different sources"
    );
    std::fs::remove_file(dir.path().join("a.npy")).unwrap();
    let error = FeatureSet::open_with(dir.path(), Some(looped)).unwrap_err();
    assert!(matches!(error, FeatureError::OtherClips { .. }), "{error}");
}

#[test]
fn extractors_are_not_mixed() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", 16);
    type Change = fn(&mut ExtractorIdentity);
    let changes: [(&str, Change); 6] = [
        ("name", |e| e.name = "c3d".to_owned()),
        ("version", |e| e.version = "2".to_owned()),
        ("parameters.depth", |e| *e.parameters.get_mut("depth").unwrap() = 50.into()),
        ("preprocessing.flip", |e| drop(e.preprocessing.insert("flip".to_owned(), true.into()))),
        ("weights_sha256", |e| e.weights_sha256 = None),
        ("clips.stride", |e| e.clips.stride = 8),
    ];
    for (what, change) in changes {
        let mut other = meta(16, 1);
        change(&mut other.extractor);
        write_features(dir.path(), &id("b"), &[1, 3], &[0.0; 3], &other).unwrap();
        let text = message(dir.path());
        assert!(text.starts_with(&format!("the extractor's {what} differs: a has ")), "{text}");
        assert!(text.contains("b has "), "{text}");
        let error = is_finished(dir.path(), &id("b"), &meta(16, 1).extractor, None).unwrap_err();
        assert!(error.to_string().contains(&format!("{what} is ")), "{error}");
    }
    write_features(dir.path(), &id("b"), &[1, 4], &[0.0; 4], &meta(16, 1)).unwrap();
    assert_eq!(message(dir.path()), "the number of dimensions differs: a has 3, b has 4");
}

#[test]
fn what_is_no_feature_file() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(FeatureSet::open(dir.path()), Err(FeatureError::Empty(_))));
    let path = dir.path().join("a.npy");
    for shape in [vec![0, 3], vec![3, 0], vec![6], vec![1, 2, 3, 1]] {
        write_f32(&path, &shape, &vec![0.0; shape.iter().product()]).unwrap();
        assert!(
            matches!(FeatureSet::open(dir.path()), Err(FeatureError::Shape { .. })),
            "{shape:?}"
        );
    }
    write_f32(&path, &[2, 3], &[0.0; 6]).unwrap();
    let json = dir.path().join("a.json");
    put(&json, "{\"frames\": 3}");
    let error = FeatureSet::open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("not the description of a feature file"), "{error}");
    for (frames, crops, part) in [(16, 1, "2 clips, but 16 frames make 1"), (32, 2, "1 crops, but")]
    {
        put(&json, serde_json::to_vec(&meta(frames, crops)).unwrap());
        assert!(message(dir.path()).contains(part), "{}", message(dir.path()));
    }
    let mut bad = meta(32, 1);
    bad.fps = Some(-1.0);
    put(&json, serde_json::to_vec(&bad).unwrap());
    assert!(message(dir.path()).contains("fps is -1"));
}

#[test]
fn the_writer_leaves_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    let a = id("x/a");
    let extractor = meta(16, 1).extractor;
    assert!(!is_finished(dir.path(), &a, &extractor, None).unwrap());
    let error = write_features(dir.path(), &a, &[2, 3], &[0.0; 6], &meta(16, 1)).unwrap_err();
    assert!(matches!(error, FeatureError::ClipCount { found: 2, expected: 1, .. }), "{error}");
    let nan = [0.0, f32::NAN, 0.0];
    let error = write_features(dir.path(), &a, &[1, 3], &nan, &meta(16, 1)).unwrap_err();
    assert!(matches!(error, FeatureError::Npy(NpyError::NotFinite { column: 1, .. })), "{error}");
    assert!(!is_finished(dir.path(), &a, &extractor, None).unwrap());
    write(dir.path(), "x/a", 16);
    assert!(is_finished(dir.path(), &a, &extractor, None).unwrap());
    // A description without its .npy is an extraction that was cut off.
    std::fs::remove_file(a.file(dir.path(), "npy")).unwrap();
    assert!(!is_finished(dir.path(), &a, &extractor, None).unwrap());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for dir in [&one, &two] {
        write(dir.path(), "a", 40);
    }
    for file in ["a.npy", "a.json"] {
        let read = |dir: &tempfile::TempDir| std::fs::read(dir.path().join(file)).unwrap();
        assert_eq!(read(&one), read(&two));
    }
    let text = std::fs::read_to_string(one.path().join("a.json")).unwrap();
    assert!(text.find("\"depth\"").unwrap() < text.find("\"layer\"").unwrap());
}

#[test]
fn a_file_that_changes_under_an_open_set() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", 40);
    let set = FeatureSet::open(dir.path()).unwrap();
    write(dir.path(), "a", 16);
    let error = set.read(0, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, FeatureError::Changed { .. }), "{error}");
    std::fs::remove_file(dir.path().join("a.npy")).unwrap();
    assert!(matches!(set.read(0, &mut Vec::new()), Err(FeatureError::Npy(NpyError::File(_)))));
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a", 16);
    std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
    std::os::unix::fs::symlink(dir.path(), dir.path().join("loop2")).unwrap();
    let error = FeatureSet::open(dir.path()).unwrap_err();
    assert!(error.to_string().contains("a loop of links"), "{error}");
}

/// Everything in a folder, temporary files too.
fn names(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn features_written_as_they_come_are_the_same() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let data: Vec<f32> = (0..70 * 2 * 3).map(|i| (i as f32).sin()).collect();
    for (crops, shape) in [(1, vec![140, 3]), (2, vec![70, 2, 3])] {
        let meta = meta(shape[0] * 16, crops);
        let id = id(&format!("crops{crops}"));
        write_features(whole.path(), &id, &shape, &data, &meta).unwrap();
        let mut writer = FeatureWriter::create(parts.path(), &id, crops, 3).unwrap();
        for piece in data.chunks(6 * 17) {
            writer.append(piece).unwrap();
        }
        assert!(!is_finished(parts.path(), &id, &meta.extractor, None).unwrap());
        writer.finish(&meta).unwrap();
        assert!(is_finished(parts.path(), &id, &meta.extractor, None).unwrap());
        let json = |dir: &Path| std::fs::read(id.file(dir, "json")).unwrap();
        assert!(json(whole.path()) == json(parts.path()));
        let npy = |dir: &Path| Npy::open(id.file(dir, "npy")).unwrap();
        assert_eq!(npy(parts.path()).shape(), shape);
        assert!(npy(parts.path()).to_f32().unwrap() == data, "{crops} crops");
    }
}

#[test]
fn a_writer_that_does_not_finish_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let start = |values: usize| {
        let mut writer = FeatureWriter::create(dir.path(), &id("v"), 1, 3).unwrap();
        writer.append(&vec![1.0; values]).unwrap();
        writer
    };
    drop(start(6));
    let error = start(6).append(&[1.0; 4]).unwrap_err();
    assert!(matches!(error, FeatureError::Npy(NpyError::Shape { .. })), "{error}");
    let error = start(6).finish(&meta(33, 1)).unwrap_err();
    assert!(matches!(error, FeatureError::ClipCount { found: 2, expected: 3, .. }), "{error}");
    assert!(start(6).finish(&meta(32, 2)).is_err());
    let error = start(6).append(&[0.5, f32::NAN, 1.0]).unwrap_err();
    let FeatureError::Npy(NpyError::NotFinite { row, column, .. }) = error else {
        panic!("{error}")
    };
    assert_eq!((row, column), (2, 1));
    assert!(names(dir.path()).is_empty(), "{:?}", names(dir.path()));

    // What stood there before stays until the new features are whole.
    start(6).finish(&meta(32, 1)).unwrap();
    assert!(start(3).finish(&meta(32, 1)).is_err());
    assert_eq!(names(dir.path()), ["v.json", "v.npy"]);
    assert_eq!(FeatureSet::open(dir.path()).unwrap().total(), 2);
}
