//! Boxes and what is made of them, against NumPy (tests/golden/tracks), and lines that are no box.

use crate::common::{golden, put, real_data};
use gcl_data::poses::{Augment, Points, Resolution, WindowRule, Windows};
use gcl_data::tracks::{
    BOX_POINTS, MAX_BOXES, SNIPPET_FEATURES, WINDOW_FEATURES, add_box_windows, read_detections,
    read_tracks, snippet_features, window_features,
};
use gcl_data::{BoxTrack, Clips, VideoId};
use serde_json::Value;

fn rows(value: &Value) -> Vec<f64> {
    let rows = value.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    rows.map(|v| v.as_f64().unwrap()).collect()
}

fn close(what: &str, width: usize, found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        let (row, column) = (i / width, i % width);
        let wrong = (f64::from(*f) - e).abs() > 2e-5 * e.abs().max(1.0);
        assert!(!wrong, "{what}, row {row}, value {column}: {f}, not {e}");
    }
}

#[test]
fn features_agree_with_numpy() {
    let folder = golden("tracks");
    let text = std::fs::read_to_string(folder.join("cases.json")).unwrap();
    let case: Value = serde_json::from_str(&text).unwrap();
    let file = read_tracks(folder.join("tracks.txt")).unwrap();
    assert_eq!((file.boxes, file.bad_lines, file.frames()), (89, 0, 107));
    let [frames, lag, gap] = ["frames", "lag", "gap"].map(|k| case[k].as_u64().unwrap() as usize);
    let clips = Clips::default();
    let found = snippet_features(&file.tracks, frames, clips, lag, gap as u32).unwrap();
    close("snippets", SNIPPET_FEATURES, &found, &rows(&case["snippets"]));
    // The clip without a box says that it has none.
    let empty = case["empty"][0].as_u64().unwrap() as usize;
    let counts = &found[empty * SNIPPET_FEATURES + 40..(empty + 1) * SNIPPET_FEATURES];
    assert_eq!(counts, [0.0; 8]);

    let rule = WindowRule { length: 8, stride: 3, missing: 0 };
    let mut windows = Windows::new(rule, BOX_POINTS).unwrap();
    add_box_windows(&mut windows, VideoId::new("a").unwrap(), &file.tracks, gap as u32).unwrap();
    let found = window_features(&windows, lag).unwrap();
    close("windows", WINDOW_FEATURES, &found, &rows(&case["windows"]));
    let mut flow = Vec::new();
    windows.normalised(&[0, 1], Augment::None, Resolution::default(), &mut flow).unwrap();
    assert_eq!(flow.len(), 2 * 2 * 8 * 5);
    let poses = Windows::new(rule, Points { joints: 18, channels: 3 }).unwrap();
    assert!(window_features(&poses, lag).is_err());
}

#[test]
fn no_box_at_all_gives_zeros() {
    let features = snippet_features(&[], 40, Clips::default(), 5, 4).unwrap();
    assert_eq!(features, [0.0; 3 * SNIPPET_FEATURES]);
    assert!(snippet_features(&[], 0, Clips::default(), 5, 4).unwrap().is_empty());
}

#[test]
fn a_frame_with_more_boxes_than_anyone_sees_is_refused() {
    // Every second one has a gap in frame 2, which is filled.
    let track = |id: u32| BoxTrack {
        id,
        frames: if id.is_multiple_of(2) { vec![2] } else { vec![1, 3] },
        boxes: vec![[0.0, 0.0, 10.0, 20.0]; 1 + id as usize % 2],
    };
    let mut tracks: Vec<BoxTrack> = (0..MAX_BOXES as u32).map(track).collect();
    assert!(snippet_features(&tracks, 16, Clips::default(), 5, 4).is_ok());
    tracks.push(track(MAX_BOXES as u32 + 1));
    assert!(snippet_features(&tracks, 16, Clips::default(), 5, 0).is_ok());
    assert!(snippet_features(&tracks, 2, Clips::default(), 5, 4).is_ok());
    let error = snippet_features(&tracks, 16, Clips::default(), 5, 4).unwrap_err();
    assert_eq!(error.to_string(), "frame 2 has 4097 boxes or more; at most 4096 are accepted");
}

#[test]
fn bad_lines_are_left_out_counted_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let long = format!("9 1 2 {} 1 2 3", "1".repeat(10_000));
    let text = [
        "Frame Person State x y X Y",
        "4 1 2 10 20 30 60 0 0",
        "",
        "5,1,2,10.5,20,30,60",
        "six 1 2 10 20 30 60",
        "7 1 2 10 20 30",
        "8 1 2 10 20 10 60",
        "4 1 2 10 20 30 61",
        "8 1 2 10 NaN 30 60",
        "8 1 2 10 1e9 30 60",
        "999999999999 1 2 10 20 30 60",
        "-1 1 2 10 20 30 60",
        &long,
        "3 2 2 0 0 1 1",
    ];
    let path = put(&dir.path().join("a.txt"), text.join("\r\n"));
    let file = read_tracks(&path).unwrap();
    assert_eq!((file.tracks.len(), file.boxes, file.frames()), (2, 3, 6));
    assert_eq!(file.tracks[0].frames, [4, 5]);
    assert_eq!(file.tracks[0].boxes[1], [10.5, 20.0, 30.0, 60.0]);
    let bad: Vec<(u64, &str)> = file.bad.iter().map(|b| (b.line, b.what.as_str())).collect();
    let expected = [
        (5, "frame is `six`, not a whole number"),
        (6, "no y2"),
        (7, "the box 10 20 10 60 has no area"),
        (8, "person 1 appears twice in frame 4"),
        (9, "y1 is `NaN`, not a pixel coordinate"),
        (10, "y1 is `1e9`, not a pixel coordinate"),
        (11, "frame is `999999999999`, not a whole number"),
        (12, "frame is `-1`, not a whole number"),
        (13, "the line is too long"),
    ];
    assert_eq!(bad, expected);
    assert_eq!(file.bad_lines, 9);

    let path = put(&dir.path().join("b.txt"), "1 2\n3\n");
    let error = read_tracks(&path).unwrap_err().to_string();
    assert!(error.contains("no box in any of 2 lines; the first, line 1: "), "{error}");
    let path = put(&dir.path().join("c.txt"), "Frame Person\n");
    assert_eq!(read_tracks(&path).unwrap().frames(), 0);
    let many = put(&dir.path().join("d.txt"), format!("1 1 2 0 0 1 1\n{}", "x\n".repeat(50)));
    let file = read_tracks(&many).unwrap();
    assert_eq!((file.bad.len(), file.bad_lines), (32, 50));
}

#[test]
fn detections_are_read_by_column() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("boxes.csv");
    put(
        &path,
        "clip,frame,x1,y1,x2,y2,confidence\n01,3,0,0,4,5,0.9\n02,0,1,1,2,2,0.5\n01,1,0,0,1,1,1\n",
    );
    let videos = read_detections(&path).unwrap();
    let first = &videos[&VideoId::new("01").unwrap()];
    assert_eq!((first[0].frame, first[1].frame, first[1].confidence), (1, 3, Some(0.9)));
    for (text, expected) in [
        ("clip,frame,x1,y1,x2\n", "no column `y2`"),
        ("frame,x1,y1,x2,y2\n", "no column `clip`"),
        ("clip,frame,x1,y1,x2,y2\n01,0,5,0,4,5\n", "line 2: the box 5 0 4 5 has no area"),
        ("clip,frame,x1,y1,x2,y2\n01,x,1,0,4,5\n", "line 2: frame is `x`"),
        ("clip,frame,x1,y1,x2,y2\n\n..,1,1,0,4,5\n", "line 3: video id"),
    ] {
        put(&path, text);
        let error = read_detections(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_real_files_have_no_bad_line() {
    let Some(data) = real_data("the_real_files") else { return };
    let mut counts = (0, 0, 0);
    for split in ["train", "test"] {
        for file in std::fs::read_dir(data.join("shanghaitech/tracks").join(split)).unwrap() {
            let file = read_tracks(file.unwrap().path()).unwrap();
            counts = (counts.0 + 1, counts.1 + file.boxes, counts.2 + file.bad_lines);
        }
    }
    assert_eq!(counts, (437, 963_947, 0));
    let boxes = read_detections(data.join("ped2/boxes_test.csv")).unwrap();
    let counts: Vec<usize> = boxes.values().map(Vec::len).collect();
    assert_eq!(counts, [3675, 2544, 2824, 1953, 3327, 2613]);
}
