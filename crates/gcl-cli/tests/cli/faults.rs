//! Faults of users' files, each by the real binary: its exit code, and one line that says what is wrong and where.

use std::fs;
use std::path::Path;

use super::support::{endless, features, gcl, run, stderr, stdout, truth, video};

/// The one line of a command that fails.
fn refused(at: &Path, args: &[&str], code: i32) -> String {
    let said = stderr(&run(at, args, code));
    said.lines().find(|line| line.starts_with("error: ")).unwrap_or_default().to_owned()
}

fn npy(path: &Path, descr: &str, shape: &str, data: &[u8]) {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, [&b"\x93NUMPY\x01\0"[..], &length, header.as_bytes(), data].concat()).unwrap();
}

#[test]
fn faults_1_2_8_videos_of_nothing_and_of_more_than_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    video(&at.join("v/good.y4m"), 32, None);
    fs::write(at.join("v/empty.mp4"), "").unwrap();
    let cut = [&b"\0\0\0\x18ftypisom\0\0\0\0isomavc1\0\0\0\x40mdat"[..], &[0; 30]].concat();
    fs::write(at.join("v/cut.mp4"), cut).unwrap();
    fs::write(at.join("v/large.y4m"), "YUV4MPEG2 W16384 H16384 F10:1 C444\nFRAME\nabc").unwrap();
    fs::write(at.join("v/huge.y4m"), "YUV4MPEG2 W99999999999 H9 F10:1\nFRAME\nabc").unwrap();
    let args = ["extract", "v", "--out", "f", "--decoder", "native"];
    let said = stderr(&run(at, &args, 1));
    for (video, why) in [
        ("empty", "no frame"),
        ("cut", "the file ends early"),
        ("large", "the file ends within a frame"),
        ("huge", "a frame of 99999999999x9 pixels is outside 1x1 to 16384x16384"),
    ] {
        let line = said.lines().find(|line| line.starts_with(&format!("skipped {video}: ")));
        assert!(line.is_some_and(|line| line.contains(why)), "{video}: {said}");
    }
    assert!(at.join("f/good.npy").exists());
    assert_eq!(fs::read_dir(at.join("f")).unwrap().count(), 2, "only the good one's files");
}

#[test]
fn faults_9_10_13_arrays_that_lie() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let mut nan = vec![0.5f32; 160];
    nan[19] = f32::NAN;
    let nan: Vec<u8> = nan.into_iter().flat_map(f32::to_le_bytes).collect();
    for (name, descr, shape, data, why) in [
        (
            "large",
            "<f4",
            "(4194304, 2048)",
            &[][..],
            "needs 34359738368 bytes of data, the file has 0",
        ),
        ("object", "|O", "(3, 8)", &[], "an object array (pickle)"),
        ("negative", "<f4", "(-3, 8)", &[], "bad header"),
        ("overflow", "<f4", "(4611686018427387905, 8)", &[], "is larger than any file"),
        ("tail", "<f4", "(3, 8)", &[0; 100], "4 bytes follow the data of shape [3, 8]"),
        ("nan", "<f4", "(20, 8)", &nan, "NaN at row 2, column 3"),
    ] {
        npy(&at.join(name).join("a.npy"), descr, shape, data);
        let args = ["train", name, "--clip-length", "16", "--method", "knn", "--out", "r"];
        let line = refused(at, &args, 3);
        assert!(line.contains(&format!("{name}/a.npy: ")) && line.contains(why), "{line}");
        assert!(!at.join("r").exists(), "{name}");
    }
}

#[test]
fn fault_14_features_that_are_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    npy(&at.join("f/a.npy"), "<f4", "(20, 8)", &[0; 640]);
    for method in ["knn", "mahalanobis", "pca", "gcl-b"] {
        let train = ["train", "f", "--clip-length", "16", "--method", method, "--out", method];
        let said = stderr(&run(at, &train, 0));
        assert!(said.contains("all 20 segments have the same features"), "{said}");
        run(at, &["score", method, "f", "--clip-length", "16", "--out", "s"], 0);
        let scores = fs::read(at.join("s/a.npy")).unwrap();
        let values = scores[scores.len() - 4 * 320..].as_chunks::<4>().0.iter();
        let values: Vec<f32> = values.map(|bytes| f32::from_le_bytes(*bytes)).collect();
        assert!(values.iter().all(|value| value.is_finite() && *value == values[0]), "{values:?}");
        fs::remove_dir_all(at.join("s")).unwrap();
    }
}

#[test]
fn faults_15_16_18_20_28_truths_of_other_lengths_names_and_classes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    run(at, &["train", "f", "--method", "knn", "--out", "r"], 0);
    run(at, &["score", "r", "f", "--out", "s"], 0);
    let rows = |last: &str| format!("id,start,end,frames\nvideo0,,,320\nvideo1,,,320\n{last}\n");
    for (last, why) in [
        ("video2,10,30,300", "video video2 has 320 frames, its truth 300"),
        ("video2,30,10,320", "line 4: the range 30 to 10 is empty"),
        ("../video2,10,30,320", "line 4: video id `../video2`"),
        ("video2,10,400,320", "line 4: the range 10 to 400 ends after frame 320"),
    ] {
        fs::write(at.join("t.csv"), rows(last)).unwrap();
        let line = refused(at, &["eval", "s", "t.csv"], 3);
        assert!(line.contains(why), "{line}");
    }
    // A mark of byte order, ends of lines of another system, and a sentinel.
    let marked = format!("\u{feff}{}", rows("video2,80,112,320\nvideo2,-1,-1,320"));
    fs::write(at.join("t.csv"), marked.replace('\n', "\r\n")).unwrap();
    run(at, &["eval", "s", "t.csv"], 0);
    fs::write(at.join("t.csv"), rows("video2,,,320")).unwrap();
    let json = stdout(&run(at, &["eval", "s", "t.csv", "--json"], 0));
    assert!(json.contains("\"value\": null") && json.contains("no_abnormal_frame"), "{json}");
}

#[test]
fn faults_24_26_files_that_are_no_model() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    // What Python would run: os.system("touch pwned").
    fs::write(at.join("evil.pth"), b"\x80\x02cposix\nsystem\nX\x0b\0\0\0touch pwned\x85R.")
        .unwrap();
    let line = refused(at, &["weights", "inspect", "evil.pth"], 3);
    assert!(line.contains("`posix.system`") && line.contains("nothing was run"), "{line}");
    assert!(!at.join("pwned").exists());
    run(at, &["train", "f", "--method", "knn", "--out", "r"], 0);
    let model = at.join("r/model/detector.safetensors");
    let bytes = fs::read(&model).unwrap();
    fs::write(&model, &bytes[..bytes.len() / 2]).unwrap();
    let line = refused(at, &["score", "r", "f", "--out", "s"], 3);
    assert!(line.contains("r/model") && !at.join("s").exists(), "{line}");
}

#[test]
fn fault_32_settings_that_do_not_exist_or_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    for (set, why) in [
        ("training.bach=3", "unknown field `bach`, expected one of"),
        ("training.batch=0", "expected at least 1"),
        ("training.batch=nan", "training.batch=nan"),
    ] {
        let line = refused(at, &["train", "f", "--out", "r", "--set", set], 2);
        assert!(line.contains(why), "{line}");
    }
    run(at, &["train", "f", "--out", "r", "--method", "knn"], 0);
    let config = fs::read_to_string(at.join("r/config.toml")).unwrap();
    fs::write(at.join("typo.toml"), format!("{config}\n[trainin]\nbatch = 3\n")).unwrap();
    let line = stderr(&run(at, &["train", "f", "--out", "q", "--config", "typo.toml"], 2));
    assert!(
        line.contains("typo.toml") && line.contains("line ") && line.contains("trainin"),
        "{line}"
    );
    assert!(!at.join("q").exists());
}

/// Features that are replaced, cut or taken away while they are read from their files.
#[cfg(unix)]
#[test]
fn a_file_that_changes_under_the_reader_ends_the_run_and_keeps_its_state() {
    use std::process::Stdio;
    use std::time::Duration;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    features(&at.join("f"), 3);
    truth(&at.join("truth.csv"), 3);
    let options = ["--memory-limit", "0", "--save-every", "0"];
    let child = endless(at, &options, "r/state/state.safetensors");
    let whole = fs::read(at.join("f/video1.npy")).unwrap();
    fs::File::options().write(true).open(at.join("f/video1.npy")).unwrap().set_len(200).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("video1.npy"), "{said}");
    // With the file as it was, it goes on from there.
    fs::write(at.join("f/video1.npy"), whole).unwrap();
    let again = ["train", "f", "--out", "r", "--resume"];
    let mut child = gcl(at, &again).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    child.kill().unwrap();
    child.wait().unwrap();
}
