//! One suite that every method passes, networks and baseline detectors alike, from a folder of
//! features to scores.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{D, devices, features, is_odd, meta, write_video};
use gcl_core::{CoreError, Device};
use gcl_data::{FeatureSet, VideoId};
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::{
    Method, Model, Preset, RunConfig, RunDir, Silent, TrainError, TrainOptions, train,
};

const PRESETS: [Preset; 2] = [Preset::Paper, Preset::Any];

/// Small enough for seconds, long enough to learn: the paper's rate is for more steps than these,
/// and its discriminator for more than 12 dimensions.
const SETTINGS: [&str; 4] = [
    "training.batch=40",
    "training.budget={epochs=1, min_steps=100, max_steps=100}",
    "cooperative.optimizer.learning_rate=0.002",
    "discriminator.hidden=[32, 16]",
];

fn config(method: Method, preset: Preset, seed: u64, set: &FeatureSet) -> RunConfig {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    apply_overrides(&RunConfig::new(method, preset, seed, data), &SETTINGS).unwrap()
}

/// The same for a few steps, where nothing needs to be learned.
fn short(method: Method, preset: Preset, set: &FeatureSet) -> RunConfig {
    let few = ["training.budget={epochs=1, min_steps=10, max_steps=10}"];
    apply_overrides(&config(method, preset, 1, set), &few).unwrap()
}

/// Trains in a fresh folder; every video is labelled, every third as anomalous.
fn fit(config: &RunConfig, set: &FeatureSet, device: &Device) -> Result<Stored, TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let run = RunDir::new(folder.path().join("run"));
    run.create(config)?;
    let number = |id: &VideoId| id.as_str()[4..].parse::<usize>().unwrap();
    let label = |id: &VideoId| (id.clone(), number(id) % 3 != 0);
    let normal: BTreeMap<VideoId, bool> = set.videos().iter().map(|v| label(&v.id)).collect();
    let cancel = AtomicBool::new(false);
    let options =
        TrainOptions { normal: Some(&normal), ..TrainOptions::new(device.clone(), &cancel) };
    let model = train(set, &run, &options, &mut Silent)?;
    Ok(Stored { model, run, _folder: folder })
}

struct Stored {
    model: Model,
    run: RunDir,
    _folder: tempfile::TempDir,
}

impl Stored {
    fn score(&self, rows: &[f32]) -> Result<Vec<f32>, TrainError> {
        self.model.score(rows)?.get(self.model.card().config.score)
    }
}

fn rows(set: &FeatureSet, video: usize) -> Vec<f32> {
    let mut rows = Vec::new();
    set.read(video, &mut rows).unwrap();
    rows
}

fn each(mut check: impl FnMut(Method, Preset, &Device)) {
    for (_, device) in devices() {
        for (method, preset) in
            Method::ALL.into_iter().flat_map(|m| PRESETS.into_iter().map(move |p| (m, p)))
        {
            check(method, preset, &device);
        }
    }
}

fn write(folder: &Path, video: usize, rows: &[f32]) {
    write_video(folder, video, rows, &meta(rows.len() / D));
}

#[test]
fn an_outlier_scores_above_the_median_and_a_seed_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    // Twenty segments, three of them apart. They are among the training segments, since a
    // discriminator learns which of those are rare, and says little of others.
    let test = rows(&set, 0);
    each(|method, preset, device| {
        let what = format!("{method}, {preset:?}");
        let first = fit(&config(method, preset, 1, &set), &set, device).unwrap();
        let scores = first.score(&test).unwrap();
        assert_eq!(scores.len(), 20, "{what}");
        let usual = (0..20).filter(|&i| !is_odd(i)).map(|i| scores[i]);
        let mut usual: Vec<f32> = usual.collect();
        usual.sort_by(f32::total_cmp);
        // Labels made before compare whole videos that change slowly; `pseudo_labels.rs` has such.
        let promised = first.model.card().config.pseudo_labels.is_none();
        for i in (0..20).filter(|&i| promised && is_odd(i)) {
            assert!(scores[i] > usual[8], "{what}, segment {i}: {scores:?}");
        }
        let stored = Model::load(first.run.path(), device).unwrap();
        let stored = stored.score(&test).unwrap().get(stored.card().config.score).unwrap();
        assert_eq!(stored, scores, "{what}: saved and loaded");
        let brief = |seed: &str| {
            let config = apply_overrides(&short(method, preset, &set), &[seed]).unwrap();
            fit(&config, &set, device).unwrap().score(&test).unwrap()
        };
        let scores = brief("seed=1");
        assert_eq!(brief("seed=1"), scores, "{what}: the same seed");
        let seedless = [Method::Knn, Method::Mahalanobis, Method::Pca].contains(&method);
        assert!(seedless || brief("seed=2") != scores, "{what}: another seed");
        // What is not a row of the model's dimension, or not finite, is refused.
        assert!(first.score(&test[1..]).is_err(), "{what}: a ragged video");
        let mut bad = test.clone();
        bad[7] = f32::NAN;
        assert!(first.score(&bad).unwrap_err().is_numerical(), "{what}: NaN");
    });
}

#[test]
fn the_order_in_which_videos_come_does_not_matter() {
    let (there, back) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let set = features(there.path(), 4, 1);
    for video in (0..4).rev() {
        write(back.path(), video, &rows(&set, video));
    }
    let reversed = FeatureSet::open(back.path()).unwrap();
    let device = devices().remove(0).1;
    for method in Method::ALL {
        let config = short(method, Preset::Any, &set);
        let one = fit(&config, &set, &device).unwrap();
        let other = fit(&config, &reversed, &device).unwrap();
        let test = rows(&set, 0);
        assert_eq!(one.score(&test).unwrap(), other.score(&test).unwrap(), "{method}");
    }
}

#[test]
fn one_segment_or_constant_segments_give_finite_scores_or_say_why_not() {
    let (one, constant) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(one.path(), 1, &[3.0; D]);
    write(constant.path(), 0, &[3.0; 20 * D]);
    write(constant.path(), 1, &[3.0; 20 * D]);
    let (one, constant) =
        (FeatureSet::open(one.path()).unwrap(), FeatureSet::open(constant.path()).unwrap());
    let test: Vec<f32> = (0..3 * D).map(|i| 3.0 + (i / D) as f32).collect();
    each(|method, preset, device| {
        for (set, alone) in [(&one, true), (&constant, false)] {
            let what = format!("{method}, {preset:?}, alone {alone}");
            match fit(&short(method, preset, set), set, device) {
                Ok(model) => {
                    let scores = model.score(&test).unwrap();
                    assert!(scores.iter().all(|s| s.is_finite()), "{what}: {scores:?}");
                }
                // Five neighbours need five segments.
                Err(TrainError::Core { source: CoreError::Shape { found, .. }, .. })
                    if method == Method::Knn && alone =>
                {
                    assert_eq!(found, "1");
                }
                // Videos can be compared with each other only where there are two.
                Err(TrainError::TooFewVideos { found: 1, needed: 2, .. })
                    if config(method, preset, 1, set).pseudo_labels.is_some() && alone => {}
                Err(error) => panic!("{what}: {error}"),
            }
        }
    });
}

#[test]
fn a_value_that_is_not_finite_is_refused_with_its_video_and_place() {
    let folder = tempfile::tempdir().unwrap();
    features(folder.path(), 3, 1);
    let device = devices().remove(0).1;
    let path = folder.path().join("cam").join("01.npy");
    let whole = std::fs::read(&path).unwrap();
    for value in [f32::NAN, f32::INFINITY] {
        let mut bytes = whole.clone();
        let at = bytes.len() - 4 * (2 * D - 5); // the last but one segment, dimension 5
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let set = FeatureSet::open(folder.path()).unwrap();
        for method in Method::ALL {
            let error = fit(&short(method, Preset::Any, &set), &set, &device).err().unwrap();
            let text = error.to_string();
            let place = text.contains("cam/01.npy") && text.contains("row 18, column 5");
            assert!(place, "{method}: {text}");
        }
    }
}

#[test]
fn features_of_another_dimension_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("here"), 3, 1);
    let other = folder.path().join("other");
    let id = VideoId::new("cam/00").unwrap();
    let wide = vec![1.0; 20 * (D + 1)];
    gcl_data::write_features(&other, &id, &[20, D + 1], &wide, &meta(20)).unwrap();
    let other = FeatureSet::open(&other).unwrap();
    let device = devices().remove(0).1;
    for method in Method::ALL {
        let config = short(method, Preset::Any, &set);
        let model = fit(&config, &set, &device).unwrap();
        let error = model.model.check(&other).unwrap_err().to_string();
        assert!(error.contains("12") && error.contains("13"), "{method}: {error}");
        assert!(config.detector.is_some() || fit(&config, &other, &device).is_err(), "{method}");
    }
}

#[test]
fn labels_are_demanded_by_the_methods_that_use_them_and_by_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 3, 1);
    let device = devices().remove(0).1;
    for method in Method::ALL {
        let run = RunDir::new(folder.path().join(method.name()));
        run.create(&short(method, Preset::Any, &set)).unwrap();
        let cancel = AtomicBool::new(false);
        let options = TrainOptions::new(device.clone(), &cancel);
        let result = train(&set, &run, &options, &mut Silent);
        match [Method::AeOcc, Method::GclOcc, Method::GclWs].contains(&method) {
            false => assert!(result.is_ok(), "{method}"),
            true => {
                let text = result.err().unwrap().to_string();
                let named = text.contains(method.name()) && text.contains("column `label`");
                assert!(named && !text.contains("--"), "{text}");
                // Labels of other videos are none.
                let other = BTreeMap::from([(VideoId::new("elsewhere/01").unwrap(), true)]);
                let options = TrainOptions { normal: Some(&other), ..options };
                let text = train(&set, &run, &options, &mut Silent).err().unwrap().to_string();
                assert!(text.contains("none of the") && text.contains("label"), "{text}");
            }
        }
    }
}
