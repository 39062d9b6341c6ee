//! Poses and tracks as other programs write them; the numbers are those of a list of public cases.

use crate::common::{put, real_data};
use gcl_data::{PoseFile, PoseSet, Track, read_poses, read_tracks};

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
        (list("-2"), "person `-2`: a person is a whole number"),
        (list("[1.0, 2.0]"), "person `1,2`: a person is a whole number"),
        (list("1.5"), "person `1.5`"),
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

fn file(text: &str) -> PoseFile {
    let dir = tempfile::tempdir().unwrap();
    PoseFile::read(put(&dir.path().join("a.json"), text)).unwrap()
}

/// A pose in a list, whose points are 3 apart.
fn detection(image: usize, first: usize, idx: &str) -> String {
    format!(r#"{{"image_id": "{image}.jpg", "keypoints": {}{idx}}}"#, points(first, 51))
}

#[test]
fn poses_of_nobody_are_linked_or_counted() {
    // Two persons through four frames, in turn first, as a detector gives them.
    for idx in ["", r#", "idx": -1"#, r#", "idx": [-1.0]"#, r#", "idx": null"#, r#", "idx": []"#] {
        let frames = (0..4).flat_map(|n| {
            let mut both = [detection(n, n, idx), detection(n, 500 + n, idx)];
            if n % 2 == 1 {
                both.reverse();
            }
            both
        });
        let read = file(&format!("[{}]", frames.collect::<Vec<_>>().join(",")));
        assert!(read.linked && read.dropped == 0, "{idx}");
        let found: Vec<_> = read.tracks.iter().map(|t| (t.id, t.frames.len())).collect();
        assert_eq!(found, [(0, 4), (1, 4)], "{idx}");
        assert!(read.tracks[0].keypoints.iter().all(|v| *v < 100.0));
    }
    // Where others have numbers, the tracker has given these to nobody.
    let some = [detection(0, 0, r#", "idx": 7"#), detection(0, 9, r#", "idx": -1"#)].join(",");
    let read = file(&format!("[{some}]"));
    assert_eq!((read.tracks.len(), read.linked, read.dropped), (1, false, 1));
    let text = format!(
        r#"{{"3": {{"0": {{"keypoints": {0}}}, "1": {{"keypoints": null}}}}, "-1": {{"0": {{"keypoints": {0}}}}}}}"#,
        points(0, 51)
    );
    let read = file(&text);
    assert_eq!((read.tracks.len(), read.tracks[0].id, read.dropped), (1, 3, 2));
    // What is no pose at all is still an error.
    let error = PoseFile::read("/nowhere/a.json").unwrap_err().to_string();
    assert!(error.contains("/nowhere/a.json"), "{error}");
}

#[test]
fn coco_annotations_are_poses_of_their_pictures() {
    let pose = |image: usize, first: usize| {
        format!(
            r#"{{"id": 9, "image_id": {image}, "track_id": 2, "keypoints": {}}}"#,
            points(first, 51)
        )
    };
    let annotations = format!(r#""annotations": [{}, {}]"#, pose(501, 0), pose(502, 5));
    let images = |first: &str, second: &str| {
        format!(
            r#""images": [{{"id": 501, "file_name": "{first}"}}, {{"id": 502, "file_name": "{second}", "width": 3}}]"#
        )
    };
    let own = images("cam/000010.jpg", "cam/000011.jpg");
    for text in
        [format!("{{{own}, {annotations}}}"), format!("{{\"info\": {{}}, {annotations}, {own}}}")]
    {
        let read = file(&text);
        assert_eq!((read.tracks.len(), read.tracks[0].id), (1, 2));
        assert_eq!(read.tracks[0].frames, [10, 11]);
    }
    let error = read(&format!("{{{}, {annotations}}}", images("a/1.jpg", "b/1.jpg"))).unwrap_err();
    assert!(error.contains("pictures of several videos (`a`, `b`)"), "{error}");
    let openpose = r#"{"version": 1.3, "people": [{"pose_keypoints_2d": [1, 2, 3]}]}"#;
    assert!(read(openpose).unwrap_err().contains("OpenPose's output"));
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
        (
            "1,3,10,20,5,8,9,2,3,4\n",
            "the third number is 10 and the seventh 9: in MOTChallenge's order",
        ),
        ("1,3,794.27,247.59,71.2,174.8,98.2\n", "put the fields in one of these orders"),
        ("1,3,10,20,30,40\n", "six numbers: MOTChallenge's order"),
        ("1,-1,10,20,5,8,1,-1,-1,-1\n", "person is `-1`"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(what), "{error}");
    }
    // DeepSORT's own order, labels and all, is as ever.
    let file = read("0 3 2 10 20 15 28 walker\n").unwrap();
    assert_eq!(file.tracks[0].boxes[0], [10.0, 20.0, 15.0, 28.0]);
}

#[test]
fn motchallenge_of_seven_and_nine_fields_is_no_other_order() {
    let dir = tempfile::tempdir().unwrap();
    let read = |text: &str| read_tracks(put(&dir.path().join("a.txt"), text)).unwrap();
    // A tracker's results; a state of 2 and a box would fit the first line's start.
    for text in
        ["1,3,2,20,50,80,0.9\n2,3,90,20,50,80,1\n", "1 3 2 20 50 80 -1\n2 3 90 20 50 80 -1\n"]
    {
        let file = read(text);
        assert_eq!((file.tracks[0].id, &file.tracks[0].frames[..]), (3, &[0, 1][..]), "{text}");
        assert_eq!(file.tracks[0].boxes[0], [2.0, 20.0, 52.0, 100.0]);
    }
    // Ground truth: frame, person, box, flag, class, visibility.
    let file = read("1,1,912,484,97,109,0,7,1\n1,2,10,20,30,40,1,1,0.25\n2,2,11,20,30,40,1,1,0\n");
    assert_eq!((file.boxes, file.ignored, file.bad_lines, file.tracks.len()), (2, 1, 0, 1));
    assert_eq!(file.tracks[0].boxes[0], [10.0, 20.0, 40.0, 60.0]);
    // The 3D challenge's, and one with a name behind.
    assert_eq!(read("1,2,50,20,30,40,1,4.5,6.5,0\n").tracks[0].boxes[0], [50.0, 20.0, 80.0, 60.0]);
    assert_eq!(read("1,2,50,20,30,40,0.5,person\n").tracks[0].frames, [0]);
    // DeepSORT's, whose first box ends at the picture's upper edge.
    let file = read("0 3 2 10 -20 30 0.5\n1 3 2 10 -10 30 11\n");
    assert_eq!(file.tracks[0].boxes, [[10.0, -20.0, 30.0, 0.5], [10.0, -10.0, 30.0, 11.0]]);
    // A first line that is cut tells nothing of the others.
    let file = read("1,2,10\n1,2,50,20,30,40,0.5\n");
    assert_eq!((file.bad_lines, file.tracks[0].boxes[0]), (1, [50.0, 20.0, 80.0, 60.0]));
    // Two corners and a confidence would look the same where all boxes are so.
    let corners = "1,3,10,20,30,40,0.9\n2,3,200,20,230,40,0.8\n";
    let error = read_tracks(put(&dir.path().join("b.txt"), corners)).unwrap_err().to_string();
    assert!(error.contains("b.txt, line 1: ") && error.contains("or two corners"), "{error}");
    for yolo in ["0 0.5 0.4 0.1 0.2\n", "0 0.5 0.4 0.1 0.2 0.93\n"] {
        let error = read_tracks(put(&dir.path().join("b.txt"), yolo)).unwrap_err().to_string();
        assert!(error.contains("b.txt, line 1: ") && error.contains("as YOLO writes"), "{error}");
    }
}
