//! Videos through small networks to feature files: shapes, clips by each tail rule, identities, and the same bytes however
//! the work is split.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::common::{devices, made_up, real_data};
use gcl_data::{Clips, FeatureError, FeatureMeta, FeatureSet, Npy, Tail, VideoId};
use gcl_features::networks::{
    C3d, Executor, FcLayer, I3dResNet50, Network, NetworkExtractor, RunOptions, Weights,
};
use gcl_features::preprocess::{Crops, Preprocess, Resize};
use gcl_features::{
    Decoder, ExtractError, ExtractOptions, Extractor, Preset, Summary, VideoInput, discover,
    extract,
};
use gcl_weights::{Tensor, write_safetensors};

fn c3d() -> C3d {
    C3d { widths: [2, 2, 3, 3, 4, 4, 5, 5], fc: 6, crop: 16, layer: FcLayer::Fc6 }
}

/// Small pictures of a published preset.
fn small(preset: &str, crops: Crops) -> Preprocess {
    let preset = Preset::named(preset).unwrap().preprocess;
    Preprocess { resize: Resize::ShortSide(20), crop: 16, crops, ..preset }
}

fn extractor(crops: Crops, batch: usize, weights: &Weights) -> NetworkExtractor {
    let (_, device) = devices().remove(0);
    let options = RunOptions { device, executor: Executor::Auto, batch, frames: 16 };
    NetworkExtractor::new("tiny", &c3d(), weights, small("c3d-eko", crops), &options).unwrap()
}

/// Writes a Y4M video of noise.
fn video(path: &Path, frames: usize, seed: u64) {
    let (width, height) = (28, 22);
    let mut bytes = format!("YUV4MPEG2 W{width} H{height} F25:1 Cmono\n").into_bytes();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for _ in 0..frames {
        bytes.extend(b"FRAME\n");
        bytes.extend((0..width * height).map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        }));
    }
    fs::write(path, bytes).unwrap();
}

fn run(inputs: &[VideoInput], out: &Path, extractor: &NetworkExtractor, tail: Tail) -> Summary {
    let clips = Clips { tail, ..Clips::default() };
    let options = ExtractOptions { clips, threads: 2, ..ExtractOptions::default() };
    extract(inputs, out, extractor, &options, &AtomicBool::new(false), &|_| {}).unwrap()
}

fn one(path: &Path) -> [VideoInput; 1] {
    [VideoInput::new(VideoId::new("v").unwrap(), path)]
}

/// A video's clips under each rule: shift, loop, drop, paper-resnext.
fn counts(path: &Path, extractor: &NetworkExtractor) -> [usize; 4] {
    let dir = tempfile::tempdir().unwrap();
    [Tail::Shift, Tail::Loop, Tail::Drop, Tail::PaperResnext].map(|tail| {
        let out = dir.path().join(format!("{tail:?}"));
        run(&one(path), &out, extractor, tail);
        let npy = Npy::open(out.join("v.npy")).unwrap();
        let crops = extractor.crops();
        let row = if crops == 1 { vec![6] } else { vec![crops, 6] };
        assert_eq!(npy.shape()[1..], row);
        assert!(npy.to_f32().unwrap().iter().any(|v| *v != 0.0));
        npy.shape()[0]
    })
}

#[test]
fn clips_follow_the_tail_rule() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v.y4m");
    video(&path, 481, 3);
    let extractor = extractor(Crops::Centre, 4, &Weights::Random { seed: 1 });
    assert_eq!(counts(&path, &extractor), [31, 31, 30, 30]);
    video(&path, 480, 3);
    assert_eq!(counts(&path, &extractor), [30, 30, 30, 29]);
}

#[test]
fn batches_threads_and_order_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    fs::create_dir_all(&root).unwrap();
    for (n, frames) in [70, 33, 150, 16].into_iter().enumerate() {
        video(&root.join(format!("v{n}.y4m")), frames, n as u64);
    }
    let inputs = discover(&[root]).unwrap();
    let read = |out: &Path, n: usize| fs::read(out.join(format!("v{n}.npy"))).unwrap();
    for crops in [Crops::Centre, Crops::Ten] {
        let first = dir.path().join(format!("{crops:?}"));
        let seed = Weights::Random { seed: 1 };
        run(&inputs, &first, &extractor(crops, 1, &seed), Tail::Loop);
        assert_eq!(Npy::open(first.join("v2.npy")).unwrap().shape()[0], 10);
        // 25 is no multiple of ten crops, and 3 is less than them.
        for batch in [3, 25] {
            let out = dir.path().join(format!("{crops:?}{batch}"));
            run(&inputs, &out, &extractor(crops, batch, &seed), Tail::Loop);
            assert!((0..4).all(|n| read(&out, n) == read(&first, n)), "{crops:?}, batch {batch}");
        }
    }
    // The first crop of ten is top left, the fifth is the centre.
    let values =
        |crops: &str| Npy::open(dir.path().join(crops).join("v0.npy")).unwrap().to_f32().unwrap();
    let (ten, centre) = (values("Ten"), values("Centre"));
    assert!(ten[4 * 6..5 * 6] == centre[..6]);
    assert!(ten[..6] != centre[..6] && ten[9 * 6..10 * 6] != centre[..6]);
}

#[test]
fn every_executor_gives_these_features() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v.y4m");
    video(&path, 60, 9);
    let mut all: Vec<(String, Vec<f32>)> = Vec::new();
    for (name, device) in devices() {
        for executor in [Executor::Auto, Executor::Burn] {
            let options = RunOptions { device: device.clone(), executor, batch: 3, frames: 16 };
            let seed = Weights::Random { seed: 4 };
            let preprocess = small("i3d-resnet50", Crops::Five);
            let network = I3dResNet50 { width: 2 };
            let extractor =
                NetworkExtractor::new("tiny", &network, &seed, preprocess, &options).unwrap();
            let out = dir.path().join(format!("{name}{executor:?}"));
            run(&one(&path), &out, &extractor, Tail::Shift);
            let npy = Npy::open(out.join("v.npy")).unwrap();
            assert_eq!(npy.shape(), [4, 5, 64]);
            all.push((format!("{name} by {executor:?}"), npy.to_f32().unwrap()));
        }
    }
    let first = &all[0].1;
    let largest = first.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
    for (name, values) in &all {
        let error = values.iter().zip(first).fold(0.0, |m: f32, (a, b)| m.max((a - b).abs()));
        assert!(error <= 1e-4 * largest, "{name}: {error} of {largest}");
    }
}

#[test]
fn identities_keep_features_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("v.y4m");
    video(&path, 40, 5);
    let weights = dir.path().join("w.safetensors");
    let tensors = c3d().expected().unwrap().into_iter().map(|tensor| {
        let values = Tensor::f32(tensor.shape.clone(), &made_up(&tensor.name, &tensor.shape));
        (tensor.name, values)
    });
    let sha256 = write_safetensors(&weights, &tensors.collect(), &Default::default()).unwrap();

    let out = dir.path().join("out");
    run(&one(&path), &out, &extractor(Crops::Centre, 2, &Weights::File(weights)), Tail::Drop);
    let meta = FeatureMeta::read(&out.join("v.json")).unwrap();
    let identity = &meta.extractor;
    assert_eq!((identity.name.as_str(), meta.frames), ("tiny", 40));
    assert_eq!(identity.weights_sha256.as_deref(), Some(sha256.as_str()));
    assert!(!identity.random_weights && identity.clips.tail == Tail::Drop);
    assert_eq!(identity.parameters["layer"], "fc6");
    assert_eq!(identity.preprocessing["crop"], 16);
    assert_eq!(identity.preprocessing["std"][0], 1.0 / (0.0167 * 255.0));

    // Random weights say so, and neither join what is there nor are read together with it.
    let random = extractor(Crops::Centre, 2, &Weights::Random { seed: 0 });
    let options = ExtractOptions {
        clips: Clips { tail: Tail::Drop, ..Clips::default() },
        decoder: Decoder::Native,
        ..ExtractOptions::default()
    };
    let cancel = AtomicBool::new(false);
    let error = extract(&one(&path), &out, &random, &options, &cancel, &|_| {}).unwrap_err();
    assert!(matches!(error, ExtractError::Features(FeatureError::OtherExtractor { .. })));
    let other = [VideoInput::new(VideoId::new("w").unwrap(), path.clone())];
    extract(&other, &out, &random, &options, &cancel, &|_| {}).unwrap();
    assert!(FeatureMeta::read(&out.join("w.json")).unwrap().extractor.random_weights);
    let error = FeatureSet::open(&out).unwrap_err();
    assert!(matches!(error, FeatureError::Differs(_)), "{error}");
}

#[test]
fn frames_that_do_not_suit_skip_their_video_alone() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("videos");
    fs::create_dir_all(&root).unwrap();
    video(&root.join("good.y4m"), 20, 1);
    // So narrow that it would become 20 x 327,680 pixels.
    let mut narrow = b"YUV4MPEG2 W16384 H1 F25:1 Cmono\n".to_vec();
    for _ in 0..20 {
        narrow.extend(b"FRAME\n");
        narrow.extend([7; 16_384]);
    }
    fs::write(root.join("narrow.y4m"), narrow).unwrap();
    let random = extractor(Crops::Centre, 2, &Weights::Random { seed: 0 });
    let out = dir.path().join("out");
    let summary = run(&discover(&[root]).unwrap(), &out, &random, Tail::Drop);
    assert_eq!((summary.extracted, summary.skipped.len()), (1, 1));
    assert!(summary.skipped[0].1.contains("16384x1"), "{:?}", summary.skipped);
    let names: Vec<PathBuf> = fs::read_dir(&out).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names.len(), 2, "no temporary file is left: {names:?}");
}

#[test]
fn a_real_video_of_481_frames() {
    let Some(path) = real_data("i3d/01_002.avi") else { return };
    if std::process::Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("SKIPPED: no ffmpeg on the PATH");
        return;
    }
    let extractor = extractor(Crops::Ten, 20, &Weights::Random { seed: 1 });
    assert_eq!(counts(&path, &extractor), [31, 31, 30, 30]);
}

#[test]
fn real_h264_videos() {
    let Some(root) = real_data("ucf-crime/videos") else { return };
    let inputs = discover(&[root]).unwrap();
    assert_eq!(inputs.len(), 2);
    let dir = tempfile::tempdir().unwrap();
    let extractor = extractor(Crops::Centre, 8, &Weights::Random { seed: 1 });
    let summary = run(&inputs, dir.path(), &extractor, Tail::PaperResnext);
    assert_eq!((summary.extracted, summary.skipped.len()), (2, 0));
    let set = FeatureSet::open(dir.path()).unwrap();
    let frames: Vec<usize> = set.videos().iter().map(|v| v.frames.unwrap()).collect();
    assert_eq!(frames.iter().sum::<usize>(), summary.frames);
    for video in set.videos() {
        assert_eq!(video.segments, video.frames.unwrap().div_ceil(16) - 1, "{}", video.id);
        assert_eq!(video.dim, 6);
    }
}
