//! Features on disk train as features in memory do, bit for bit, and change under a run only to an
//! error.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use crate::common::{D, devices, features};
use gcl_core::ScalerKind;
use gcl_core::temporal::TemporalDifference;
use gcl_data::{FeatureError, FeatureSet, VideoId, write_f32};
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::{
    Method, Preset, RunConfig, RunDir, Samples, Silent, TrainError, TrainOptions, Trainer,
};

fn config(method: Method, set: &FeatureSet, pairs: &[&str]) -> RunConfig {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let config = RunConfig::new(method, Preset::Any, 7, data);
    let pairs = [&["training.batch=32", "training.budget.min_steps=40"], pairs].concat();
    apply_overrides(&config, &pairs).unwrap()
}

/// Every file of a folder and below, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        match entry.is_dir() {
            true => {
                let inside = files(&entry).into_iter();
                found.extend(inside.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
            }
            false => {
                found.insert(name, fs::read(&entry).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_run_from_disk_leaves_the_same_files() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 6, 1);
    let normal: BTreeMap<VideoId, bool> =
        set.videos().iter().enumerate().map(|(v, video)| (video.id.clone(), v % 3 != 0)).collect();
    let device = devices().remove(0).1;
    let runs = [
        config(Method::GclPt, &set, &[]),
        config(Method::GclPt, &set, &["scaler=z-score", "score=mean-rank"]),
        config(Method::GclB, &set, &["scaler=raw", "labelled_share=0.5"]),
        config(Method::Ae, &set, &["training.on={segments=\"normal-videos\"}"]),
        config(Method::Knn, &set, &[]),
        config(Method::GclB, &set, &["center_videos=20"]),
        config(Method::C2fpl, &set, &[]),
        config(Method::Clap, &set, &[]),
        config(Method::Lanp, &set, &[]),
    ];
    for (i, config) in runs.iter().enumerate() {
        let run = |memory_limit: u64| {
            let run = RunDir::new(folder.path().join(format!("{i}-{memory_limit}")));
            run.create(config).unwrap();
            let cancel = AtomicBool::new(false);
            let normal = Some(&normal);
            let options =
                TrainOptions { normal, memory_limit, ..TrainOptions::new(device.clone(), &cancel) };
            gcl_train::train(&set, &run, &options, &mut Silent).unwrap();
            let mut files = files(run.path());
            // It names parameters by identities that are drawn anew for each run.
            files.remove("state/state.safetensors");
            files
        };
        let (memory, disk) = (run(u64::MAX), run(0));
        assert!(memory.contains_key("model/model.json") && memory.len() > 3);
        assert_eq!(memory.keys().collect::<Vec<_>>(), disk.keys().collect::<Vec<_>>());
        for (name, bytes) in memory {
            assert!(bytes == disk[&name], "run {i}: {name} differs");
        }
    }
}

#[test]
fn a_limit_decides_where_the_features_are() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 3, 1);
    let bytes = (3 * 20 * D * 4) as u64;
    assert!(!Samples::open(&set, bytes).unwrap().is_on_disk());
    assert!(Samples::open(&set, bytes - 1).unwrap().is_on_disk());
}

#[test]
fn rows_come_in_the_order_asked_for_scaled_whatever_the_source() {
    let folder = tempfile::tempdir().unwrap();
    for (name, crops) in [("plain", 1), ("crops", 3)] {
        let dir = folder.path().join(name);
        let mut expected: Vec<Vec<f32>> = Vec::new();
        for v in 0..40usize {
            let t = 1 + v % 7;
            let value = |i: usize| ((i * 31 + v * 17) % 101) as f32 / 7.0;
            let data: Vec<f32> = (0..t * crops * 4).map(value).collect();
            for clip in data.chunks(crops * 4) {
                let mean = |j: usize| {
                    clip.iter().skip(j).step_by(4).fold(0.0, |sum, x| sum + x) / crops as f32
                };
                expected.push((0..4).map(mean).collect());
            }
            let shape = if crops == 1 { vec![t, 4] } else { vec![t, crops, 4] };
            fs::create_dir_all(&dir).unwrap();
            write_f32(&dir.join(format!("v{v:02}.npy")), &shape, &data).unwrap();
        }
        let set = FeatureSet::open(&dir).unwrap();
        let n = expected.len();
        // Repeats, jumps, and more rows than one reader takes.
        let rows: Vec<u32> = (0..1500).map(|i| ((i * 7919) % n) as u32).collect();
        let unscaled: Vec<f32> = rows.iter().flat_map(|&r| expected[r as usize].clone()).collect();
        let mut all = Vec::new();
        for mut samples in [Samples::read(&set).unwrap(), Samples::on_disk(&set).unwrap()] {
            assert_eq!(samples.len(), n);
            assert_eq!(samples.gather(&rows).unwrap(), unscaled, "{name}");
            assert!(samples.gather(&[n as u32]).is_err());
            let rule = TemporalDifference::Calmest { share: 0.4 };
            let (calm, scaler) = (samples.calm(&rule), samples.fit_scaler(ScalerKind::ZScore));
            samples.scale(scaler.as_ref().unwrap()).unwrap();
            let mut scaled = unscaled.clone();
            scaler.as_ref().unwrap().apply(&mut scaled).unwrap();
            assert_eq!(samples.gather(&rows).unwrap(), scaled, "{name}");
            let mut blocks = Vec::new();
            let take = |rows: &[f32]| {
                blocks.extend_from_slice(rows);
                Ok(())
            };
            samples.for_each_block(take).unwrap();
            let drawn = samples.subsample(9, 3, "test").unwrap();
            assert_eq!(drawn.len(), 9 * 4);
            all.push((calm.unwrap(), scaler.unwrap(), blocks, drawn, samples.fingerprint()));
        }
        assert_eq!(all[0], all[1], "{name}");
    }
}

#[test]
fn long_videos_are_centred_alike_in_memory_and_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    for (name, rows) in [("a", 30usize), ("b", 7), ("c", 40), ("d", 5), ("e", 1100)] {
        let level = rows as f32;
        let data: Vec<f32> =
            (0..rows * 2).map(|i| level + ((i * 31 + rows) % 17) as f32 / 8.0).collect();
        write_f32(&folder.path().join(format!("{name}.npy")), &[rows, 2], &data).unwrap();
    }
    let set = FeatureSet::open(folder.path()).unwrap();
    let mut all = Vec::new();
    for mut samples in [Samples::read(&set).unwrap(), Samples::on_disk(&set).unwrap()] {
        let numbers: Vec<u32> = (0..samples.len() as u32).rev().collect();
        let before = samples.gather(&numbers).unwrap();
        let twin = samples.clone();
        assert_eq!(samples.center_videos(1101).unwrap(), None);
        assert_eq!(samples.center_videos(0).unwrap(), None);
        assert_eq!(samples.gather(&numbers).unwrap(), before);
        let scaler = samples.fit_and_scale(ScalerKind::HalfWhiten, 30).unwrap();
        assert_eq!(scaler.center_videos, 30);
        let mut blocks = Vec::new();
        let take = |rows: &[f32]| {
            blocks.extend_from_slice(rows);
            Ok(())
        };
        samples.for_each_block(take).unwrap();
        // As a scorer sees each video.
        let mut expected = Vec::new();
        for (index, video) in set.videos().iter().enumerate() {
            let mut rows = Vec::new();
            set.read(index, &mut rows).unwrap();
            let raw = rows.clone();
            scaler.center_video(&mut rows).unwrap();
            assert_eq!(rows == raw, video.segments < 30, "{}", video.id);
            scaler.apply(&mut rows).unwrap();
            expected.extend(rows);
        }
        assert!(blocks.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3));
        assert_eq!(twin.gather(&numbers).unwrap(), before);
        all.push((scaler, blocks, samples.gather(&numbers).unwrap()));
    }
    assert_eq!(all[0], all[1]);
}

#[test]
fn cleaning_sees_across_the_blocks_of_a_long_video() {
    let folder = tempfile::tempdir().unwrap();
    // One jump every 100 segments, and one exactly where the second block of 1024 starts.
    let mut at = 0.0;
    let data: Vec<f32> = (0..2500usize)
        .flat_map(|i| {
            at += if i % 100 == 0 || i == 1024 { 5.0 } else { 0.1 };
            [at, -at]
        })
        .collect();
    write_f32(&folder.path().join("v.npy"), &[2500, 2], &data).unwrap();
    let rule = TemporalDifference::Raw { limit: 1.0 };
    let whole = rule.keep(&[&data], 2).unwrap().concat();
    assert!(!whole[1024] && whole[1023] && whole[0] && !whole[100]);
    let set = FeatureSet::open(folder.path()).unwrap();
    for samples in [Samples::read(&set).unwrap(), Samples::on_disk(&set).unwrap()] {
        assert_eq!(samples.calm(&rule).unwrap(), whole);
    }
}

#[test]
fn a_file_that_changes_under_a_run_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let device = devices().remove(0).1;
    type Change = fn(&Path);
    let changes: [(&str, Change); 4] = [
        ("shorter", |path| {
            let length = fs::metadata(path).unwrap().len();
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length - 4).unwrap();
        }),
        ("rewritten", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, bytes).unwrap();
            let later = SystemTime::now() + Duration::from_secs(5);
            fs::OpenOptions::new().write(true).open(path).unwrap().set_modified(later).unwrap();
        }),
        ("gone", |path| fs::remove_file(path).unwrap()),
        ("emptied", |path| fs::write(path, b"").unwrap()),
    ];
    for (name, change) in changes {
        let dir = folder.path().join(name);
        let set = features(&dir, 4, 1);
        let samples = Samples::on_disk(&set).unwrap();
        let mut trainer = Trainer::new(config(Method::GclB, &set, &[]), samples, &device).unwrap();
        trainer.advance().unwrap();
        change(&dir.join("cam/02.npy"));
        // The batch that is read already may still train.
        let steps = (0..10).try_for_each(|_| trainer.advance().map(|_| ()));
        let error = steps.expect_err(name);
        let known = matches!(
            &error,
            TrainError::Features(FeatureError::Changed { .. } | FeatureError::Npy(_))
        );
        assert!(known && error.to_string().contains("02.npy"), "{name}: {error}");
    }
}

#[test]
fn the_next_batch_is_read_while_one_trains() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 4, 1);
    let device = devices().remove(0).1;
    let samples = Samples::on_disk(&set).unwrap();
    let mut trainer = Trainer::new(config(Method::GclB, &set, &[]), samples, &device).unwrap();
    trainer.advance().unwrap();
    // Long enough for 30 rows; then there is nothing left to read.
    std::thread::sleep(Duration::from_millis(500));
    fs::remove_dir_all(folder.path().join("f")).unwrap();
    trainer.advance().unwrap();
    assert!(trainer.advance().is_err());
}

#[test]
fn a_number_that_is_none_is_found_before_training_starts() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 3, 1);
    let path = folder.path().join("f/cam/01.npy");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.len() - 4 * (D + 1);
    bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config(Method::GclB, &set, &["scaler=raw"])).unwrap();
    let cancel = AtomicBool::new(false);
    let device = devices().remove(0).1;
    let options = TrainOptions { memory_limit: 0, ..TrainOptions::new(device, &cancel) };
    let Err(error) = gcl_train::train(&set, &run, &options, &mut Silent) else {
        panic!("a NaN trained");
    };
    let text = error.to_string();
    assert!(text.contains("01.npy") && text.contains("row 18"), "{text}");
    assert!(run.events().unwrap().is_empty());
}
