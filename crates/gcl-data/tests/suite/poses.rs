//! Poses and windows, against NumPy (tests/golden/poses), and files that lie.

use crate::common::{golden, put, real_data};
use gcl_data::poses::{Augment, Points, PoseSet, Resolution, WindowRule, Windows, read_poses};
use gcl_data::{VideoId, WindowError, write_f32};
use serde_json::{Value, json};

fn check(what: &str, found: &[f32], expected: &Value) {
    let shape = expected["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap());
    assert_eq!(found.len() as u64, shape.product::<u64>(), "{what}");
    let first = expected["first"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
    for (i, (f, e)) in found.iter().zip(first).enumerate() {
        assert!((f64::from(*f) - e).abs() <= 1e-6 * e.abs().max(1.0), "{what}[{i}]: {f}, not {e}");
    }
    let sum: f64 = found.iter().enumerate().map(|(i, v)| f64::from(*v) * (i as f64).cos()).sum();
    let expected = expected["weighted"].as_f64().unwrap();
    assert!((sum - expected).abs() < 1e-3 * expected.abs().max(1.0), "{what}: {sum}, {expected}");
}

#[test]
fn windows_agree_with_numpy() {
    let folder = golden("poses");
    let text = std::fs::read_to_string(folder.join("cases.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
    let id = VideoId::new("01_0014").unwrap();
    let tracks = read_poses(folder.join("01_0014_alphapose_tracked_person.json")).unwrap();
    let ids: Vec<u32> = tracks.iter().map(|track| track.id).collect();
    assert_eq!(ids, [1, 2, 10]);
    assert_eq!(tracks[0].frames[..5], [95, 96, 97, 98, 102]);
    for case in &cases {
        let [length, stride] = ["length", "stride"].map(|k| case[k].as_u64().unwrap() as usize);
        let mut windows = Windows::of_poses(WindowRule { length, stride, missing: 2 }).unwrap();
        windows.add_poses(id.clone(), &tracks).unwrap();
        let places: Vec<Value> =
            windows.places().iter().map(|p| json!([p.person, p.span.start])).collect();
        assert_eq!(Value::from(places), case["places"]);
        let all: Vec<usize> = (0..windows.len()).collect();
        let pixels: Vec<f32> =
            all.iter().flat_map(|&i| windows.pixels(i).unwrap().to_vec()).collect();
        check("pixels", &pixels, &case["pixels"]);
        let mut out = Vec::new();
        for (augment, key) in [(Augment::None, "plain"), (Augment::Mirror, "mirrored")] {
            windows.normalised(&all, augment, Resolution::default(), &mut out).unwrap();
            check(key, &out, &case[key]);
        }
        // A batch is the windows asked for, in that order.
        let mut two = Vec::new();
        let last = windows.len() - 1;
        windows.normalised(&[last, 0], Augment::Mirror, Resolution::default(), &mut two).unwrap();
        let size = 2 * length * 18;
        assert_eq!(two[..size], out[last * size..]);
        assert_eq!(two[size..], out[..size]);
    }
}

#[test]
fn window_files_are_the_same_windows() {
    let folder = golden("poses");
    let file = Windows::read_npy(folder.join("windows.npy")).unwrap();
    assert_eq!((file.len(), file.rule().length, file.videos()[0].as_str()), (3, 7, "windows"));
    let tracks = read_poses(folder.join("01_0014_alphapose_tracked_person.json")).unwrap();
    let mut windows = Windows::of_poses(WindowRule { length: 7, stride: 2, missing: 2 }).unwrap();
    windows.add_poses(VideoId::new("a").unwrap(), &tracks).unwrap();
    for i in 0..3 {
        let mut pairs = file.pixels(i).unwrap().iter().zip(windows.pixels(i).unwrap());
        // The necks' last bit depends on whether a file's numbers were rounded before.
        assert!(pairs.all(|(a, b)| (a - b).abs() <= 1e-6 * a.abs()));
    }
    assert!(
        file.pixels(3).unwrap_err().to_string().contains("number 3 does not exist; there are 3")
    );
}

#[test]
fn a_file_with_a_window_without_height_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("windows.npy");
    // Three windows of two frames of one point.
    let mut values: Vec<f32> = (0..18u8).map(f32::from).collect();
    write_f32(&path, &[3, 2, 1, 3], &values).unwrap();
    assert_eq!(Windows::read_npy(&path).unwrap().len(), 3);
    values[16] = values[13];
    write_f32(&path, &[3, 2, 1, 3], &values).unwrap();
    let error = Windows::read_npy(&path).unwrap_err().to_string();
    assert!(error.contains("window number 2 (from 0): all its points"), "{error}");
}

#[test]
fn the_stg_nf_windows_are_centred_and_scaled_by_y() {
    let Some(data) = real_data("the_stg_nf_windows") else { return };
    let path = data.join("golden/stgnf_shanghaitech_pixels.npy");
    let windows = Windows::read_npy(path).unwrap();
    assert_eq!((windows.len(), windows.rule().length), (64, 24));
    assert_eq!(windows.points(), Points { joints: 18, channels: 3 });
    let all: Vec<usize> = (0..64).collect();
    let (mut plain, mut mirrored) = (Vec::new(), Vec::new());
    windows.normalised(&all, Augment::None, Resolution::default(), &mut plain).unwrap();
    windows.normalised(&all, Augment::Mirror, Resolution::default(), &mut mirrored).unwrap();
    for (plain, mirrored) in plain.chunks(864).zip(mirrored.chunks(864)) {
        let (x, y) = plain.split_at(432);
        let mean = |v: &[f32]| v.iter().map(|v| f64::from(*v)).sum::<f64>() / 432.0;
        let squares: Vec<f32> = y.iter().map(|v| v * v).collect();
        assert!(mean(x).abs() < 1e-5 && mean(y).abs() < 1e-5);
        assert!((mean(&squares) - 1.0).abs() < 1e-5);
        assert!(x.iter().zip(mirrored).all(|(a, b)| (a + b).abs() < 1e-5));
        assert_eq!(y, &mirrored[432..]);
    }
}

#[test]
fn files_that_lie_are_refused_with_person_and_frame() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let pose = |n: usize| format!("[{}]", vec!["1"; n].join(","));
    let whole = pose(51);
    let wrong = |text: &str| {
        put(&path, text);
        let error = read_poses(&path).unwrap_err();
        assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
        error
    };
    let with = |values: &str| format!(r#"{{"4":{{"0007":{{"keypoints":{values},"scores":1}}}}}}"#);
    for found in [0, 50, 52, 5000] {
        let error = wrong(&with(&pose(found))).to_string();
        let expected = format!(": person 4, frame 7: {found} key-point values, expected 51");
        assert!(error.contains(&expected), "{error}");
    }
    let error = wrong(&with(&whole.replacen('1', "1e39", 1))).to_string();
    assert!(error.contains("person 4, frame 7: key-point value number 0 is not finite"), "{error}");
    // Python's own writer writes what is not a number; for a coordinate it is wrong.
    let error = wrong(&with(&whole.replacen('1', "NaN", 1))).to_string();
    assert!(error.contains("key-point value number 0 is not finite"), "{error}");
    let error = wrong(&with(&whole.replacen('1', "Infinity", 1))).to_string();
    assert!(error.contains("JSON has no infinity"), "{error}");
    for (text, expected) in [
        (r#"{"x":{}}"#.to_owned(), "person `x`"),
        (r#"{"-2":{}}"#.to_owned(), "person `-2`"),
        (r#"{"1":{},"01":{}}"#.to_owned(), "person 1 appears twice"),
        (r#"{"1":{"a.jpg":{}}}"#.to_owned(), "person 1: frame `a.jpg`"),
        (r#"{"1":{"4000000000":{}}}"#.to_owned(), "frame `4000000000`"),
        (r#"{"1":{"3":{"scores":1}}}"#.to_owned(), "person 1, frame 3: no `keypoints`"),
        (
            format!(
                r#"{{"1":[{{"3":{{"keypoints":{whole}}}}},{{"03":{{"keypoints":{whole}}}}}]}}"#
            ),
            "person 1, frame 3: the frame appears twice",
        ),
        (with("[1,null]"), "2 key-point values"),
        (with("[NaN]"), "1 key-point values"),
        (with("{}"), "expected a list of numbers"),
        ("7".to_owned(), "expected an object of persons"),
        (r#"{"1":7}"#.to_owned(), "expected an object of frames"),
        (r#"{"1":{}}x"#.to_owned(), "trailing characters"),
        (with(&whole)[..100].to_owned(), "EOF"),
        (String::new(), "EOF"),
        (format!(r#"{{"1":{}"#, "[".repeat(100_000)), "recursion limit"),
    ] {
        let error = wrong(&text).to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(read_poses(dir.path().join("none.json")).is_err());
}

#[test]
fn lists_of_frames_are_read_and_persons_without_a_frame_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let pose =
        |v: usize| format!(r#"{{"scores":2,"keypoints":[{}]}}"#, vec![v.to_string(); 51].join(","));
    put(&path, format!(r#"{{"3":[{{"10":{}}},{{"9":{}}}],"1":{{}}}}"#, pose(10), pose(9)));
    let tracks = read_poses(&path).unwrap();
    assert_eq!((tracks.len(), tracks[0].id, &tracks[0].frames[..]), (1, 3, &[9, 10][..]));
    assert_eq!((tracks[0].keypoints[0], tracks[0].keypoints[51]), (9.0, 10.0));
}

#[test]
fn a_folder_of_poses_is_keyed_by_video() {
    let dir = tempfile::tempdir().unwrap();
    let error = PoseSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.ends_with(": no .json file of poses here or below"), "{error}");
    put(&dir.path().join("train/01_002_alphapose_tracked_person.json"), "{}");
    put(&dir.path().join("train/01_0002_alphapose_tracked_person.json"), "{}");
    put(&dir.path().join("test/b.json"), "{}");
    let set = PoseSet::open(dir.path()).unwrap();
    let ids: Vec<&str> = set.videos.iter().map(|(id, _)| id.as_str()).collect();
    // Clips 2 and 0002 of a scene are two videos.
    assert_eq!(ids, ["test/b", "train/01_0002", "train/01_002"]);
    assert!(set.read().all(|video| video.unwrap().1.is_empty()));
    put(&dir.path().join("train/01_002.json"), "{}");
    let error = PoseSet::open(dir.path()).unwrap_err().to_string();
    assert!(error.contains("both the poses of video train/01_002"), "{error}");
}

#[test]
fn tracks_that_do_not_fit_are_refused_and_flat_windows_left_out() {
    let rule = WindowRule { length: 2, stride: 1, missing: 0 };
    let mut windows = Windows::new(rule, Points { joints: 1, channels: 2 }).unwrap();
    let text = |e: WindowError| e.to_string();
    let none = windows.add_points(0, 1, &[0], &[1.0, 2.0]).map_err(text).unwrap_err();
    assert_eq!(none, "video number 0 does not exist; there are 0 videos");
    windows.add_video(VideoId::new("v").unwrap());
    for (frames, values, expected) in [
        (&[0u32, 1][..], &[1.0f32; 3][..], "video v, person 1: 3 values, expected 4"),
        (&[1, 1], &[1.0; 4], "video v, person 1: frame 1 is not after"),
        (&[1, 2], &[1.0, 1.0, f32::NAN, 1.0], "video v, person 1, frame 2: a value is not finite"),
    ] {
        let error = windows.add_points(0, 1, frames, values).map_err(text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    let values = [0.0, 5.0, 1.0, 5.0, 2.0, 6.0, 3.0, 6.0];
    windows.add_points(0, 1, &[0, 1, 2, 3], &values).unwrap();
    assert_eq!((windows.len(), windows.flat()), (1, 1));
    let resolution = Resolution { width: 0.0, height: 480.0 };
    let mut out = Vec::new();
    assert!(windows.normalised(&[0], Augment::None, resolution, &mut out).is_err());
}
