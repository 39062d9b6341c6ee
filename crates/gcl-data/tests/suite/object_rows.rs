//! Features whose rows are objects.

use std::fs;
use std::path::Path;

use gcl_data::tracks::read_detections;
use gcl_data::{
    Check, Clips, ExtractorIdentity, FeatureMeta, FeatureSet, ObjectRow, VideoId, write_features,
    write_object_rows,
};

fn write(dir: &Path, rows: &[ObjectRow], values: &[f32]) {
    let identity = ExtractorIdentity {
        name: "things".to_owned(),
        version: "1".to_owned(),
        parameters: Default::default(),
        preprocessing: Default::default(),
        weights_sha256: None,
        random_weights: false,
        clips: Clips::default(),
        crops: 1,
    };
    let extractor = identity.of_objects();
    let decoder = "none".to_owned();
    let video = Default::default();
    let meta = FeatureMeta {
        extractor,
        decoder,
        frames: 60,
        fps: None,
        footage: None,
        regions: None,
        video,
    };
    let id = VideoId::new("a/01").unwrap();
    write_object_rows(dir, &id, rows).unwrap();
    write_features(dir, &id, &[rows.len(), 1], values, &meta).unwrap();
}

fn row(segment: usize, object: u32) -> ObjectRow {
    let frame = segment as u32 * 16 + 8;
    ObjectRow { segment, object, frame, bounds: [1.5, 2.0, 30.25, 40.0] }
}

#[test]
fn a_clip_takes_its_most_anomalous_object() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [row(0, 1), row(0, 2), row(2, 1), row(3, 1), row(3, 5)];
    write(dir.path(), &rows, &[0.0, 1.0, 2.0, 3.0, 4.0]);
    let set = FeatureSet::open(dir.path()).unwrap();
    // 60 frames are 4 clips; nobody is in the second.
    assert_eq!((set.total(), set.videos()[0].frames), (5, Some(60)));
    assert_eq!(set.object_rows(0).unwrap().unwrap(), rows);
    let scores = set.clip_scores(0, vec![0.5, 0.9, 0.2, 0.7, 0.1]).unwrap();
    assert_eq!(scores, [0.9, 0.1, 0.2, 0.7]);
    let objects = set.clip_objects(0, &[0.5, 0.9, 0.2, 0.7, 0.7]).unwrap();
    assert_eq!(objects, [Some(2), None, Some(1), Some(1)], "the first of equals");
    // The list reads as boxes, too.
    let boxes = read_detections(dir.path().join("a/01.csv")).unwrap();
    let own = &boxes[&VideoId::new("a/01").unwrap()];
    assert_eq!((own.len(), own[2].frame, own[2].bounds), (5, 40, rows[2].bounds));
}

#[test]
fn a_list_that_does_not_fit_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &[row(0, 1), row(1, 1)], &[1.0, 2.0]);
    let set = FeatureSet::open(dir.path()).unwrap();
    let list = dir.path().join("a/01.csv");
    let good = fs::read_to_string(&list).unwrap();
    for (damaged, what) in [
        (good.replace(",1,1\n", ",1,4\n"), "line 3"),
        (good.replace("1.5", "x"), "line 2"),
        (good.lines().take(2).collect::<Vec<_>>().join("\n"), "1 objects, but 2 rows"),
        (good.replace("segment", "clip"), "columns"),
    ] {
        fs::write(&list, damaged).unwrap();
        let error = set.clip_scores(0, vec![0.0, 1.0]).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("01.csv"), "{error}");
    }
    let check = Check { features: Some(&set), ..Check::default() };
    assert!(!check.run().unwrap().is_ok());
    fs::write(&list, good).unwrap();
    assert!(check.run().unwrap().is_ok());
    fs::remove_file(&list).unwrap();
    assert!(set.object_rows(0).is_err());
}
