//! Poses and tracks as other programs write them; the numbers are those of a list of public cases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{put, real_data};
use gcl_data::{PoseSet, Track, read_poses, read_tracks};

fn read(text: &str) -> Result<Vec<Track>, String> {
    let dir = tempfile::tempdir().unwrap();
    read_poses(put(&dir.path().join("a.json"), text)).map_err(|error| error.to_string())
}

/// Key-points as JSON, counting from `first`, with `values` of them.
fn points(first: usize, values: usize) -> String {
    let numbers = (first..first + values).map(|v| format!("{v}.5")).collect::<Vec<_>>();
    format!("[{}]", numbers.join(", "))
}

#[test]
fn case_30_alphapose_in_its_own_forms() {
    let pose = |first| points(first, 51);
    let tracked = format!(
        r#"{{"1": {{"0": {{"keypoints": {}}}, "1": {{"keypoints": {}}}}}}}"#,
        pose(0),
        pose(7)
    );
    let expected = read(&tracked).unwrap();
    assert_eq!((expected[0].id, &expected[0].frames[..]), (1, &[0, 1][..]));
    let list = |idx: &str| {
        format!(
            r#"[{{"image_id": "0.jpg", "keypoints": {}, "score": 2.1, "idx": {idx}, "box": [1, 2]}},
                {{"idx": {idx}, "image_id": "frame_0001.jpg", "keypoints": {}}}]"#,
            pose(0),
            pose(7)
        )
    };
    for idx in ["1", "1.0", "[1.0]", "[[1.0], [1.0]]"] {
        assert_eq!(read(&list(idx)).unwrap(), expected, "{idx}");
        let by_name = tracked.replace(r#""1": {"0""#, &format!(r#""{idx}": {{"0""#));
        assert_eq!(read(&by_name).unwrap(), expected, "{idx}");
    }
    let by_image = format!(
        r#"{{"0.jpg": [{{"keypoints": {}, "idx": [1.0]}}], "1.jpg": [{{"keypoints": {}, "idx": 1}}], "2.jpg": []}}"#,
        pose(0),
        pose(7)
    );
    assert_eq!(read(&by_image).unwrap(), expected);
    let names =
        tracked.replace("\"0\"", "\"0000.jpg\"").replace("\"1\": {\"key", "\"0001.jpg\": {\"key");
    assert_eq!(read(&names).unwrap(), expected);
    // A list for each point, another name for the person, and the mark of an editor.
    let nested = |first: usize| {
        let point = |j: usize| points(first + 3 * j, 3);
        format!("[{}]", (0..17).map(point).collect::<Vec<_>>().join(", "))
    };
    let text = tracked.replace(&pose(0), &nested(0)).replace(&pose(7), &nested(7));
    assert_eq!(read(&format!("\u{feff}{text}")).unwrap(), expected);
    assert_eq!(read(&list("1").replace("\"idx\"", "\"track_id\"")).unwrap(), expected);
    // The first 17 of Halpe's 26 points are COCO's.
    let halpe = tracked.replace(&pose(0), &points(0, 78)).replace(&pose(7), &points(7, 78));
    assert_eq!(read(&halpe).unwrap(), expected);

    for (text, what) in [
        (list("-1"), "person `-1`: a person is a whole number"),
        (list("[1.0, 2.0]"), "person `1,2`: a person is a whole number"),
        (list("1.5"), "person `1.5`"),
        (list("1").replace("\"idx\"", "\"id\""), "frame 0: a pose without `idx`"),
        (list("1").replace("image_id", "image"), "a pose without `image_id`"),
        (
            list("1").replace("frame_0001.jpg", "0.jpg"),
            "person 1, frame 0: the frame appears twice",
        ),
        (tracked.replace(&pose(0), &points(0, 75)), "75 key-point values, expected 51"),
        (r#"{"frame_x.jpg": []}"#.to_owned(), "frame `frame_x.jpg`"),
    ] {
        let error = read(&text).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
}

#[test]
fn case_30_a_confidence_that_is_nan_is_missing() {
    let text = format!(r#"{{"1": {{"0": {{"keypoints": {}}}}}}}"#, points(0, 51));
    let nan = read(&text.replace("2.5, 3.5,", "NaN, 3.5,")).unwrap();
    assert_eq!(nan[0].keypoints[..4], [0.5, 1.5, 0.0, 3.5]);
    assert_eq!(read(&text.replace("2.5, 3.5,", "null, 3.5,")).unwrap(), nan);
    for bad in ["NaN", "null"] {
        let error = read(&text.replace(" 3.5,", &format!(" {bad},"))).unwrap_err();
        assert!(
            error.contains("person 1, frame 0: key-point value number 3 is not finite"),
            "{error}"
        );
    }
    let error = read(&text.replace(" 3.5,", " Infinity,")).unwrap_err();
    assert!(error.contains("JSON has no infinity"), "{error}");
}

#[test]
fn case_30_poselift_is_read_as_it_is() {
    let Some(data) = real_data("poselift") else { return };
    let mut missing = 0;
    for (part, videos) in [("train", 104), ("test", 47)] {
        let set = PoseSet::open(data.join("poselift/pose").join(part)).unwrap();
        assert_eq!(set.videos.len(), videos);
        for video in set.read() {
            let (_, tracks) = video.unwrap();
            let confidences =
                tracks.iter().flat_map(|track| track.keypoints.iter().skip(2).step_by(3));
            missing += confidences.filter(|value| **value == 0.0).count();
        }
    }
    assert!(missing > 0);
}

#[test]
fn alphapose_results_are_a_video_of_their_folder() {
    let dir = tempfile::tempdir().unwrap();
    let names = |dir: &std::path::Path| {
        let set = PoseSet::open(dir).unwrap();
        set.videos.into_iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>()
    };
    put(&dir.path().join("cam1/alphapose-results.json"), "[]");
    assert_eq!(names(dir.path()), ["cam1"]);
    put(&dir.path().join("01_0014_alphapose_tracked_person.json"), "{}");
    put(&dir.path().join("alphapose-results.json"), "[]");
    assert_eq!(names(dir.path()), ["01_0014", "cam1"]);
}

#[test]
fn motchallenge_is_known_by_its_ten_fields() {
    let dir = tempfile::tempdir().unwrap();
    let read = |text: &str| {
        read_tracks(put(&dir.path().join("a.txt"), text)).map_err(|error| error.to_string())
    };
    let file = read("1,3,10,20,5.5,8,0.9,-1,-1,-1\n2,3,11,20,5,8,1,-1,-1,-1\n").unwrap();
    assert_eq!((file.tracks[0].id, &file.tracks[0].frames[..]), (3, &[0, 1][..]));
    assert_eq!(file.tracks[0].boxes[0], [10.0, 20.0, 15.5, 28.0]);
    // The same with blanks and floats, and a line of another form, which is counted.
    let file = read("1.0 3.0 10 20 5.5 8 0.9 -1 -1 -1\n2 3 x\n").unwrap();
    assert_eq!((file.boxes, file.bad_lines), (1, 1));
    for (text, what) in [
        ("0,3,10,20,5,8,1,-1,-1,-1\n", "line 1: frame 0, but MOTChallenge counts from 1"),
        ("1,3,10,20,5,8,1,2,3,4\n", "line 1: ten numbers, as MOTChallenge has"),
        ("1,-1,10,20,5,8,1,-1,-1,-1\n", "person is `-1`"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
    // DeepSORT's own order, labels and all, is as ever.
    let file = read("0 3 2 10 20 15 28 walker\n").unwrap();
    assert_eq!(file.tracks[0].boxes[0], [10.0, 20.0, 15.0, 28.0]);
}
