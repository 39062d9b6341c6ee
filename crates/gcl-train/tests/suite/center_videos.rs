//! Long videos are centred on their own mean: the light of another day is no event.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use gcl_core::{Device, rng};
use gcl_data::{FeatureSet, write_f32};
use gcl_train::config::DataFacts;
use gcl_train::{Method, Model, Preset, RunConfig, RunDir, Silent, TrainOptions, train};
use rand::RngExt;

const D: usize = 8;
const HOUR: usize = 1100;
const EVENT: std::ops::Range<usize> = 500..560;

/// An hour of a camera in the light `level`, with an event that takes one feature back to where it is in other light.
fn hour(level: f32, event: bool, seed: u64) -> Vec<f32> {
    let mut rng = rng::stream(seed, "hour", 0);
    let value = |i: usize| {
        let noise: f32 = rng.sample(rand_distr::StandardNormal);
        let odd = event && EVENT.contains(&(i / D)) && i % D == 3;
        level * (i % D) as f32 + noise - if odd { 5.0 } else { 0.0 }
    };
    (0..HOUR * D).map(value).collect()
}

fn auc(scores: &[f32]) -> f64 {
    let outside: Vec<f32> =
        (0..scores.len()).filter(|i| !EVENT.contains(i)).map(|i| scores[i]).collect();
    let above = |x: f32| outside.iter().filter(|&&y| x > y).count();
    let right: usize = EVENT.map(|i| above(scores[i])).sum();
    f64::from(right as u32) / f64::from((EVENT.len() * outside.len()) as u32)
}

fn fitted(features: &Path, run: &Path, center_videos: Option<usize>) -> Model {
    let set = FeatureSet::open(features).unwrap();
    let data = DataFacts { dim: D, segments: set.total() };
    let mut config = RunConfig::new(Method::Knn, Preset::Any, 0, data);
    config.center_videos = center_videos.unwrap_or(config.center_videos);
    let never = AtomicBool::new(false);
    let options = TrainOptions::new(Device::flex(), &never);
    let run = RunDir::new(run);
    run.start(&config, || train(&set, &run, &options, &mut Silent)).unwrap()
}

#[test]
fn an_event_of_another_day_is_found_and_its_light_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let days = folder.path().join("days");
    fs::create_dir_all(&days).unwrap();
    for (day, level) in [0.0, 0.4, 0.9].into_iter().enumerate() {
        let rows = hour(level, false, day as u64);
        write_f32(&days.join(format!("{day}.npy")), &[HOUR, D], &rows).unwrap();
    }
    let another = hour(2.0, true, 9);
    let found = |name: &str, center_videos| {
        let model = fitted(&days, &folder.path().join(name), center_videos);
        let reloaded = Model::load(&folder.path().join(name), &Device::flex()).unwrap();
        let scores = model.score(&another).unwrap().detector.unwrap();
        assert_eq!(reloaded.score(&another).unwrap().detector.unwrap(), scores);
        (auc(&scores), model)
    };
    let (with, model) = found("with", None);
    let (without, _) = found("without", Some(0));
    assert!(with > 0.95 && without < 0.85, "with {with:.3}, without {without:.3}");

    // A short clip of the day is not centred: it may be all event.
    let clip = &another[..100 * D];
    let far = model.score(clip).unwrap().detector.unwrap();
    let near = model.score(&another).unwrap().detector.unwrap();
    assert!(far.iter().zip(&near).all(|(far, near)| far > near));

    // Unless it is said to be a part of the day.
    let mut mean = vec![0.0; D];
    another
        .chunks(D)
        .for_each(|row| mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / HOUR as f32));
    let part = model.score_part(clip, &mean, HOUR).unwrap().detector.unwrap();
    assert!(part.iter().zip(&near).all(|(part, near)| (part - near).abs() < 1e-2 * near));
    assert_eq!(model.score_part(clip, &mean, 100).unwrap().detector.unwrap(), far);
}

#[test]
fn a_model_of_short_videos_centres_none() {
    let folder = tempfile::tempdir().unwrap();
    let clips = folder.path().join("clips");
    fs::create_dir_all(&clips).unwrap();
    let rows = hour(0.0, false, 1);
    for (i, clip) in rows.chunks(100 * D).enumerate() {
        write_f32(&clips.join(format!("{i:02}.npy")), &[100, D], clip).unwrap();
    }
    let model = fitted(&clips, &folder.path().join("run"), None);
    assert_eq!(model.card().scaler.center_videos, 0);
}
