//! Faults of footage, by the real binary: what is lost is told, and a frame's number never shifts.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{gcl, run, stderr, video};

/// A file of the extractors' tests.
fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../gcl-features/tests/data").join(name)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The scores in a file, one per frame.
fn scores(path: &Path, frames: usize) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    let (values, _) = bytes[bytes.len() - 4 * frames..].as_chunks::<4>();
    values.iter().map(|value| f32::from_le_bytes(*value)).collect()
}

#[test]
fn fault_3_damaged_pictures_are_counted_and_shift_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("v")).unwrap();
    let whole = fs::read(sample("bframes.mp4")).unwrap();
    fs::write(at.join("v/whole.mp4"), &whole).unwrap();
    let pictures = whole.windows(4).position(|found| found == b"mdat").unwrap() + 4;
    for (name, from, len) in [("part", 1500, 60), ("most", 700, 2200)] {
        let mut bytes = whole.clone();
        bytes[pictures + from..pictures + from + len].fill(0x5a);
        fs::write(at.join(format!("v/{name}.mp4")), bytes).unwrap();
    }
    let extract = ["extract", "v", "--out", "f", "--net", "gradient", "--decoder", "native"];
    let said = stderr(&run(at, &extract, 1));
    let line = |start: &str| said.lines().find(|line| line.starts_with(start)).unwrap_or_default();
    assert!(line("note part: ").contains("of 40 pictures"), "{said}");
    assert!(line("skipped most: ").contains("more than the 0.5 that may be lost"), "{said}");
    assert!(line("note whole").is_empty() && line("skipped whole").is_empty(), "{said}");
    let (part, whole) = (json(&at.join("f/part.json")), json(&at.join("f/whole.json")));
    assert_eq!((&part["frames"], &part["fps"]), (&whole["frames"], &whole["fps"]));
    let lost = |video: &Value| {
        ["concealed", "partial"].map(|key| video["video"][key].as_u64().unwrap_or(0))
    };
    assert!(lost(&part).iter().sum::<u64>() > 0 && lost(&whole) == [0, 0], "{part}");
}

#[test]
fn fault_4_footage_that_takes_ffmpeg_names_both_remedies() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("v")).unwrap();
    fs::copy(sample("mpeg4.mp4"), at.join("v/old.mp4")).unwrap();
    let mut command = gcl(at, &["extract", "v", "--out", "f", "--net", "gradient"]);
    let output = command.env("PATH", at).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let line = said.lines().find(|line| line.starts_with("skipped old: ")).unwrap_or_default();
    for word in ["mp4v", "install FFmpeg", "or convert the video to H.264"] {
        assert!(line.contains(word), "{word}: {said}");
    }
}

#[test]
fn faults_5_6_every_frame_has_a_score_whatever_the_number() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lengths = [("short", 7), ("rest", 33), ("most", 127), ("even", 128)];
    for (name, frames) in lengths {
        video(&at.join(format!("v/{name}.y4m")), frames, None);
    }
    run(at, &["extract", "v", "--out", "f", "--net", "gradient"], 0);
    run(at, &["train", "f", "--method", "knn", "--out", "r"], 0);
    run(at, &["score", "r", "f", "--out", "s"], 0);
    for (name, frames) in lengths {
        assert_eq!(json(&at.join(format!("f/{name}.json")))["frames"], frames);
        let path = at.join(format!("s/{name}.npy"));
        let header = String::from_utf8_lossy(&fs::read(&path).unwrap()[..128]).into_owned();
        assert!(header.contains(&format!("'shape': ({frames},)")), "{name}: {header}");
        assert!(scores(&path, frames).iter().all(|score| score.is_finite()), "{name}");
    }
    fs::write(at.join("v/none.y4m"), "YUV4MPEG2 W48 H32 F10:1 Cmono\n").unwrap();
    let said = stderr(&run(at, &["extract", "v", "--out", "f", "--net", "gradient"], 1));
    assert!(said.contains("skipped none: ") && said.contains("no frame"), "{said}");
}

#[test]
fn fault_7_times_that_are_not_even_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("v")).unwrap();
    // The first frame stands twice as long as the others.
    let mut bytes = fs::read(sample("baseline.mp4")).unwrap();
    let table = bytes.windows(4).position(|found| found == b"stts").unwrap();
    let [count, step] = [12, 16]
        .map(|at| u32::from_be_bytes(bytes[table + at..table + at + 4].try_into().unwrap()));
    bytes[table + 16..table + 20].copy_from_slice(&(step * 3).to_be_bytes());
    fs::write(at.join("v/slow.mp4"), bytes).unwrap();
    fs::copy(sample("baseline.mp4"), at.join("v/even.mp4")).unwrap();
    run(at, &["extract", "v", "--out", "f", "--net", "gradient", "--decoder", "native"], 0);
    let fps = |name: &str| json(&at.join(format!("f/{name}.json")))["fps"].as_f64().unwrap();
    assert!(
        count > 1 && (fps("even") / fps("slow") - 3.0).abs() < 0.01,
        "{} {}",
        fps("even"),
        fps("slow")
    );
}
