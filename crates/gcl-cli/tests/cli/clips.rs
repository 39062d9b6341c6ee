//! Moments as video files of their own.

use std::fs;
use std::path::Path;

use gcl::features::Frame;
use gcl::features::source::{Decoder, open};
use serde_json::Value;

use super::h264::Encoder;
use super::mp4::{Track, movie};
use super::support::{run, stderr, video};

fn frames(path: &Path) -> Vec<Frame> {
    let mut source = open(path, Decoder::Native).unwrap();
    let (mut frames, mut frame) = (Vec::new(), Frame::default());
    while source.next(&mut frame).unwrap() {
        frames.push(frame.clone());
    }
    frames
}

/// A square wanders, and something large comes at frame 160.
fn door(path: &Path, seed: u32) {
    let encoder = Encoder { width: 3, height: 2, fields: false };
    let pictures = (1..=320).flat_map(|n: u32| {
        encoder.picture(n, move |x, y| {
            let large = seed == 0 && (160..176).contains(&n) && (x + n * 7) % 16 < 8 && y < 20;
            if large || x.abs_diff((n + 5 * seed) * 2 % 48) < 6 { 220 } else { 60 + (x / 2) as u8 }
        })
    });
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, movie(&[Track::new(&encoder, pictures.collect())])).unwrap();
}

#[test]
fn each_moment_is_cut_out_and_played() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    door(&at.join("footage/a/door 1.mp4"), 0);
    door(&at.join("footage/yard.mp4"), 1);
    video(&at.join("footage/raw.y4m"), 320, Some(64));
    let find = ["find", "footage", "--clips", "--json", "--decoder", "native"];
    let found = run(at, &find, 0);
    let list: Vec<Value> = serde_json::from_slice(&found.stdout).unwrap();
    let told = list.iter().filter(|moment| moment.get("clip").is_some()).count();
    let told = format!("clips: {told} of {} moments", list.len());
    assert!(stderr(&found).contains(&told), "{}", stderr(&found));
    let page = fs::read_to_string(at.join("found/report.html")).unwrap();
    let source = frames(&at.join("footage/a/door 1.mp4"));
    let mut cut = 0;
    for moment in list.iter().filter(|moment| moment["video"] == "a/door 1") {
        let clip = moment["clip"].as_str().unwrap();
        assert!(clip.starts_with("clips/00") && clip.ends_with("-a_door_1.mp4"), "{clip}");
        let bound = |key: &str| moment[key].as_u64().unwrap() as usize;
        let shown = frames(&at.join("found").join(clip));
        assert!(shown == source[bound("start_frame")..bound("end_frame")], "{clip}");
        assert!(page.contains(&format!("preload=\"none\" src=\"{clip}\"></video>")));
        cut += 1;
    }
    assert!(cut > 0, "{list:?}");
    // Footage that is not coded takes FFmpeg; without it, that is said.
    if list.iter().any(|moment| moment["video"] == "raw" && moment.get("clip").is_none()) {
        assert!(page.contains("no clips of raw: ") && page.contains("no built-in reader"), "told");
        eprintln!("SKIPPED: no ffmpeg");
    }
    // Another call leaves no old files, and no others' are touched.
    fs::write(at.join("found/clips/mine.mp4"), "mine").unwrap();
    run(at, &[&find[..], &["--top", "1"]].concat(), 0);
    let left = fs::read_dir(at.join("found/clips")).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert!(left.len() <= 2 && left.last().unwrap() == "mine.mp4", "{left:?}");
    let plain = run(at, &["find", "footage", "--out", "plain"], 0);
    assert!(!at.join("plain/clips").exists(), "{}", stderr(&plain));
}
