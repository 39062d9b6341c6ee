//! From odd footage to moments and a report, by the numbers of the cases that were reported.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::h264::Encoder;
use crate::mp4::{Track, movie};
use gcl::core::Device;
use gcl::data::{FeatureSet, VideoId};
use gcl::features::ExtractOptions;
use gcl::features::gradient::Gradient;
use gcl::find::{Find, Follow, Found, Learner, find};
use gcl::train::config::DataFacts;
use gcl::train::{Method, Preset, RunConfig, Silent, TrainOptions};

fn found(footage: &Path, out: &Path) -> Found {
    found_by(footage, out, &[]).unwrap()
}

/// With cameras of videos.
fn found_by(footage: &Path, out: &Path, cameras: &[(&str, &str)]) -> gcl::Result<Found> {
    let camera = |(id, name): &(&str, &str)| (VideoId::new(id).unwrap(), (*name).to_owned());
    let cancel = AtomicBool::new(false);
    let configuration = |set: &FeatureSet| {
        let facts = DataFacts { dim: set.dim(), segments: set.total() };
        Ok(RunConfig::new(Method::Knn, Preset::Any, 1, facts))
    };
    let wanted = Find {
        footage: &[footage.to_owned()],
        out,
        extraction: ExtractOptions::default(),
        learner: Learner::Features(&configuration),
        training: TrainOptions::new(Device::flex(), &cancel),
        folds: 10,
        cameras: cameras.iter().map(camera).collect(),
        pick: gcl::pick::Pick::top(8),
        refit: false,
        clips: false,
        clocks: Default::default(),
    };
    let mut follow = Follow {
        extraction: &|_| (),
        extracted: &mut |_| (),
        training: &mut Silent,
        scoring: &mut |_, _| (),
    };
    find(&wanted, &Gradient, &mut follow)
}

/// Something small moves over a still background, and in frames of `event` something large.
fn scene(width: u32, height: u32, frame: u32, seed: u32, event: bool) -> Vec<u8> {
    let at = (frame * 2 + seed * 7) % width;
    let size = if event { height / 2 } else { height / 8 };
    (0..width * height)
        .map(|i| {
            let (x, y) = (i % width, i / width);
            let inside = x.abs_diff(at) < size && y.abs_diff(height / 2) < size;
            let noise = (i.wrapping_mul(2_654_435_761) ^ frame.wrapping_mul(40_503)) >> 13 & 3;
            if inside { 220 } else { (60 + x * 90 / width + noise) as u8 }
        })
        .collect()
}

fn y4m(path: &Path, (width, height): (u32, u32), frames: u32, seed: u32, event: Option<u32>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut bytes = format!("YUV4MPEG2 W{width} H{height} F25:1 Cmono\n").into_bytes();
    for frame in 0..frames {
        let in_event = event.is_some_and(|start| (start..start + 32).contains(&frame));
        bytes.extend(b"FRAME\n");
        bytes.extend(scene(width, height, frame, seed, in_event));
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn case_15_one_rare_camera_does_not_swallow_the_result() {
    let dir = tempfile::tempdir().unwrap();
    let footage = dir.path().join("footage");
    for clip in 0..8 {
        let event = (clip == 3 || clip == 6).then_some(96);
        y4m(&footage.join(format!("a{clip}.y4m")), (96, 64), 320, clip, event);
    }
    y4m(&footage.join("b.y4m"), (160, 96), 320, 99, None);
    let found = found(&footage, &dir.path().join("found"));
    let best: Vec<&str> = found.moments.iter().take(2).map(|m| m.moment.video.as_str()).collect();
    assert!(best.contains(&"a3") && best.contains(&"a6"), "{best:?}");
    let told = found.views.expect("several views");
    assert!(told.contains("96x64 (8 videos), 160x96 (1 video)"), "{told}");
    let page = fs::read_to_string(&found.report).unwrap();
    assert!(page.contains("The footage shows 2 views"));
    assert!(found.source.contains("views on one scale"), "{}", found.source);
}

#[test]
fn cameras_are_matched_by_names_as_labels_are() {
    let dir = tempfile::tempdir().unwrap();
    let footage = dir.path().join("footage");
    for (seed, name) in (0..).zip(["east/c1.y4m", "west/c2.y4m"]) {
        y4m(&footage.join(name), (96, 64), 320, seed, None);
    }
    let out = dir.path().join("found");
    let found = found_by(&footage, &out, &[("c1.mp4", "A"), ("west/c2", "B")]).unwrap();
    let told = found.views.expect("two views");
    assert!(told.contains("A (1 video), B (1 video)"), "{told}");
    let error = found_by(&footage, &out, &[("c3", "A")]).unwrap_err().to_string();
    assert!(
        error.contains("(such as east/c1) is among the 1 with a camera (such as c3)"),
        "{error}"
    );
}

#[test]
fn cases_07_and_08_true_times_and_damage_reach_the_result() {
    let encoder = Encoder { width: 6, height: 4, fields: false };
    let pictures = (1..=320).flat_map(|n: u32| {
        encoder.picture(n, move |x, y| {
            let large = (160..176).contains(&n) && y < 40;
            if large || x.abs_diff(n * 2 % 96) < 6 { 220 } else { 60 + (x / 2) as u8 }
        })
    });
    let mut track = Track::new(&encoder, pictures.collect());
    track.steps[99] += 60_000; // the camera sleeps
    let whole = movie(&[track]);
    let dir = tempfile::tempdir().unwrap();
    let footage = dir.path().join("footage");
    fs::create_dir_all(&footage).unwrap();
    let picture = encoder.picture(1, |_, _| 1)[0].len();
    fs::write(footage.join("door.mp4"), &whole[..whole.len() - 10 * picture]).unwrap();
    let out = dir.path().join("found");
    let found = found(&footage, &out);
    assert_eq!(found.extraction.frames, 310);
    assert!(found.extraction.damaged[0].1.contains("10 of 320 pictures are missing at the end"));

    let table = fs::read_to_string(out.join("moments.csv")).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("moments.json")).unwrap()).unwrap();
    for (moment, line) in found.moments.iter().zip(table.lines().skip(1)) {
        let start = moment.moment.start;
        let seconds = start as f64 / 10.0 + if start > 99 { 60.0 } else { 0.0 };
        let text = format!("0:{:02}:{:04.1}", seconds as u64 / 60, seconds % 60.0);
        assert!(line.contains(&text), "{line}: expected {text}");
    }
    let start = json[0]["start_frame"].as_f64().unwrap();
    let seconds = json[0]["start_seconds"].as_f64().unwrap();
    assert!((seconds - start / 10.0 - if start > 99.0 { 60.0 } else { 0.0 }).abs() < 0.01);
    assert!(json[0]["fps"].is_null());
    let page = fs::read_to_string(&found.report).unwrap();
    assert!(page.contains("Videos with damage") && page.contains("10 of 320 pictures"));
}
