//! The forms of ground truth, written by hand.

use crate::common::{header, npy, put};
use gcl_data::{Truth, TruthError, TruthFormat, VideoId};

fn id(name: &str) -> VideoId {
    VideoId::new(name).unwrap()
}

/// The abnormal frames of a video.
fn abnormal(truth: &Truth, name: &str, frames: Option<usize>) -> Vec<usize> {
    let labels = truth.labels(&id(name), frames).unwrap();
    labels.iter().enumerate().filter(|(_, label)| **label).map(|(i, _)| i).collect()
}

/// Reads `text` as the file `name`, with the format found out.
fn read(name: &str, text: &str) -> Result<Truth, TruthError> {
    let dir = tempfile::tempdir().unwrap();
    Truth::read(put(&dir.path().join(name), text), TruthFormat::Auto)
}

#[test]
fn ucf_annotations() {
    let text = "Abuse028_x264.mp4  Abuse  2  4  -1  -1  \n\
                Arson011_x264.mp4  Arson  0  1  7  20\n\n\
                Normal_Videos_003_x264.mp4  Normal  -1  -1  -1  -1\n";
    let truth = read("Temporal_Anomaly_Annotation.txt", text).unwrap();
    assert_eq!((truth.format, truth.len()), (TruthFormat::Ucf, 3));
    assert_eq!(abnormal(&truth, "Abuse/Abuse028_x264", Some(10)), [2, 3, 4]);
    assert_eq!(abnormal(&truth, "Arson011_x264", Some(10)), [0, 1, 7, 8, 9]);
    assert_eq!(abnormal(&truth, "x/Normal_Videos_003_x264", Some(3)), [0usize; 0]);
    let error = truth.labels(&id("Arson011_x264"), Some(7)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "video Arson011_x264 has 7 frames, but its truth has an anomaly at 7..21"
    );
    let error = truth.labels(&id("Arson011_x264"), None).unwrap_err();
    assert!(matches!(error, TruthError::FramesUnknown(_)), "{error}");
    let error = truth.labels(&id("Arson/Arson12_x264"), Some(9)).unwrap_err();
    assert!(error.to_string().contains("the nearest are Arson011_x264"), "{error}");
}

#[test]
fn ranges_in_three_countings() {
    for text in [
        "id,start,end,frames\na,1,3,10\nb,,,5\na,7,8,10\n",
        "video,first_0based,last_0based,frames\na,1,2,10\nb,,,5\na,7,7,10\n",
        "frames,video,first_1based,last_1based\n10,a,2,3\n5,b,,\n10,a,8,8\n",
    ] {
        let truth = read("truth.csv", text).unwrap();
        assert_eq!(truth.format, TruthFormat::Ranges);
        assert_eq!(abnormal(&truth, "a", None), [1, 2, 7], "{text}");
        assert_eq!(truth.labels(&id("b"), None).unwrap(), [false; 5]);
        let error = truth.labels(&id("a"), Some(11)).unwrap_err();
        assert_eq!(error.to_string(), "video a has 11 frames, its truth 10");
    }
}

#[test]
fn bad_lines_are_named() {
    for (text, part) in [
        ("id,first,last\na,1,2\n", "line 1: the header needs one pair of"),
        ("id,start,end,camera\na,1,2,x\n", "line 1: column `camera` is unknown"),
        ("name,start,end\na,1,2\n", "line 1: there is no column `id`"),
        ("id,start,end\na,1,2\nb,3,3\n", "line 3: the range 3 to 3 is empty"),
        ("id,start,end\na,1,\n", "line 2: a range needs both of its ends"),
        ("id,start,end\na,-1,2\n", "line 2: a range needs both of its ends"),
        ("id,start,end\na,1,99999999999\n", "line 2: `99999999999` is not a frame number"),
        ("id,start,end,frames\na,1,9,8\n", "ends after frame 8, the last"),
        ("id,start,end,frames\na,1,2,8\na,3,4,9\n", "line 3: frames differs"),
        ("video,first_1based,last_1based\na,0,3\n", "line 2: frames are counted from 1"),
        ("id,start,end\n../a,1,2\n", "line 2: video id `../a`"),
        ("id,start,end\n", "no video"),
        (
            "a.mp4 Abuse 1 2 -1 -1\nb.mp4 Abuse 5 3 -1 -1\n",
            "line 2: `5 3` is neither a range of frames",
        ),
        ("a.mp4 Abuse 1 2 -1 -1\nb.mp4 Abuse 1 2 3\n", "line 2: 5 fields"),
        ("a.mp4 Abuse 1 2 -1 -1\na.mp4 Abuse 1 2 -1 -1\n", "video a appears twice"),
        ("0\n1\n2\n", "line 3: `2`; expected 0 or 1"),
        ("hello world\n", "no known form of truth"),
        ("\n\n", "no video"),
    ] {
        let error = read("truth.csv", text).unwrap_err().to_string();
        assert!(error.contains(part), "{text:?}: {error}");
    }
}

#[test]
fn masks_and_flags_are_folders_or_single_files() {
    let dir = tempfile::tempdir().unwrap();
    let mask = dir.path().join("masks/test/01.npy");
    put(&mask, npy(&header("|u1", false, "(4,)"), &[0, 1, 1, 0]));
    for path in [dir.path().join("masks"), mask.clone()] {
        let truth = Truth::read(path, TruthFormat::Auto).unwrap();
        assert_eq!(truth.format, TruthFormat::Masks);
        assert_eq!(abnormal(&truth, "test/01", Some(4)), [1, 2]);
    }
    put(&mask, npy(&header("|u1", false, "(2, 2)"), &[0, 1, 1, 0]));
    let error = Truth::read(&mask, TruthFormat::Auto).unwrap_err().to_string();
    assert!(error.ends_with(": shape [2, 2]; a mask is [frames]"), "{error}");

    let flags = put(&dir.path().join("flags/00.csv"), "0\r\n1\r\n\r\n1\r\n");
    put(&dir.path().join("flags/01.txt"), "0,0 1");
    let truth = Truth::read(dir.path().join("flags"), TruthFormat::Auto).unwrap();
    assert_eq!((truth.format, truth.len()), (TruthFormat::Flags, 2));
    assert_eq!(abnormal(&truth, "00", Some(3)), [1, 2]);
    assert_eq!(abnormal(&truth, "eval/1", None), [2]);
    assert_eq!(Truth::read(flags, TruthFormat::Auto).unwrap().len(), 1);
    put(&dir.path().join("flags/01.csv"), "0");
    let error = Truth::read(dir.path().join("flags"), TruthFormat::Auto).unwrap_err().to_string();
    assert!(error.ends_with(": video 01 appears twice"), "{error}");
    let error = Truth::read(dir.path(), TruthFormat::Auto).unwrap_err().to_string();
    assert!(error.ends_with(": both .npy and .csv or .txt files; name the format"), "{error}");
}

#[test]
fn written_truth_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("truth.csv");
    let labels = [
        (id("test/a"), vec![true, false, true, true]),
        (id("test/b"), vec![false; 3]),
        (id("c, d"), vec![true; 2]),
    ];
    Truth::from_labels(labels.clone()).write_csv(&path).unwrap();
    let back = Truth::read(&path, TruthFormat::Auto).unwrap();
    assert_eq!(back.format, TruthFormat::Ranges);
    for (id, flags) in labels {
        assert_eq!(back.labels(&id, None).unwrap(), flags);
    }
}

#[test]
fn no_number_of_frames_makes_it_allocate_without_bound() {
    let truth = read("t.csv", "id,start,end\na,1,2\n").unwrap();
    let error = truth.labels(&id("a"), Some(usize::MAX)).unwrap_err();
    assert!(matches!(error, TruthError::TooLong { .. }), "{error}");
}

#[test]
fn ubnormal_tracks_say_1_for_normal_in_spite_of_their_name() {
    let dir = tempfile::tempdir().unwrap();
    let mask =
        npy(&header("<f8", false, "(4,)"), &[1.0f64, 1.0, 0.0, 1.0].map(f64::to_le_bytes).concat());
    put(&dir.path().join("abnormal_scene_1_scenario_2_tracks.txt"), mask);
    put(&dir.path().join("abnormal_scene_1_scenario_3_tracks.txt"), "5.0,2.0,4.0\n6,3,5\n");
    put(&dir.path().join("normal_scene_1_scenario_4_tracks.txt"), "");
    let truth = Truth::read(dir.path(), TruthFormat::Auto).unwrap();
    assert_eq!((truth.format, truth.len()), (TruthFormat::Ubnormal, 3));
    assert_eq!(abnormal(&truth, "abnormal_scene_1_scenario_2", None), [2]);
    assert_eq!(abnormal(&truth, "abnormal_scene_1_scenario_3", Some(6)), [2, 3, 4]);
    assert_eq!(abnormal(&truth, "normal_scene_1_scenario_4", Some(6)), [0usize; 0]);
    assert_eq!("ubnormal".parse(), Ok(TruthFormat::Ubnormal));
    put(&dir.path().join("abnormal_scene_9_scenario_9_tracks.txt"), "1,2\n");
    let error = Truth::read(dir.path(), TruthFormat::Auto).unwrap_err().to_string();
    assert!(error.contains("line 1: `1,2`; expected object,start,end"), "{error}");
}
