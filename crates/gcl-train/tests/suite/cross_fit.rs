//! The training footage scored by models that did not see what they score.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_core::{Device, rng};
use gcl_data::{FeatureSet, write_f32};
use gcl_train::config::DataFacts;
use gcl_train::events::Progress;
use gcl_train::{
    CrossFit, Listener, Method, Model, Preset, RunConfig, RunDir, Silent, TrainError, TrainOptions,
    cross_fit, train,
};
use rand::RngExt;

const D: usize = 6;
/// A long event: its segments lie apart from all others, and close together.
const EVENT: std::ops::Range<usize> = 90..120;

/// One video of 200 segments with an event.
fn features(folder: &Path) -> FeatureSet {
    let mut rng = rng::stream(5, "cross-fit", 0);
    let rows: Vec<f32> = (0..200 * D)
        .map(|i| {
            let noise: f32 = rng.sample(rand_distr::StandardNormal);
            if EVENT.contains(&(i / D)) { 4.0 + 0.05 * noise } else { noise }
        })
        .collect();
    fs::create_dir_all(folder).unwrap();
    write_f32(&folder.join("camera.npy"), &[200, D], &rows).unwrap();
    FeatureSet::open(folder).unwrap()
}

fn model(set: &FeatureSet, run: &Path, method: Method, options: &TrainOptions<'_>) -> Model {
    let data = DataFacts { dim: D, segments: set.total() };
    let run = RunDir::new(run);
    let config = RunConfig::new(method, Preset::Any, 0, data);
    run.start(&config, || train(set, &run, options, &mut Silent)).unwrap()
}

/// The share of pairs of a segment of the event and another one that the scores order rightly.
fn auc(scores: &[f32]) -> f64 {
    let (mut right, mut pairs) = (0, 0);
    for inside in EVENT {
        for outside in (0..scores.len()).filter(|i| !EVENT.contains(i)) {
            pairs += 1;
            right += usize::from(scores[inside] > scores[outside]);
        }
    }
    f64::from(right as u32) / f64::from(pairs)
}

#[test]
fn a_long_event_is_no_example_of_what_is_usual() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"));
    let never = AtomicBool::new(false);
    let options = TrainOptions::new(Device::flex(), &never);
    let knn = model(&set, &folder.path().join("knn"), Method::Knn, &options);
    let mut rows = Vec::new();
    set.read(0, &mut rows).unwrap();
    let own = auc(&knn.score(&rows).unwrap().detector.unwrap());
    let kept = folder.path().join("kept");
    let crossed = cross_fit(&knn, &set, 5, &kept, &options, &mut Silent).unwrap().scores().unwrap();
    assert_eq!(crossed.iter().map(Vec::len).collect::<Vec<_>>(), [200]);
    let crossed = auc(&crossed[0]);
    assert!(own < 0.1 && crossed > 0.75, "seen {own:.3}, not seen {crossed:.3}");
}

/// Distances by five models that each left out another part, one of them ten times as varied as the rest:
/// divided by the distances between the features as they are, they are in one unit.
#[test]
fn the_scores_of_all_folds_are_in_one_unit() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = rng::stream(6, "cross-fit", 0);
    let rows: Vec<f32> = (0..200 * D)
        .map(|i| {
            let noise: f32 = rng.sample(rand_distr::StandardNormal);
            if (40..80).contains(&(i / D)) { 10.0 * noise } else { noise }
        })
        .collect();
    let features = folder.path().join("features");
    fs::create_dir_all(&features).unwrap();
    write_f32(&features.join("camera.npy"), &[200, D], &rows).unwrap();
    let set = FeatureSet::open(&features).unwrap();
    let never = AtomicBool::new(false);
    let options = TrainOptions::new(Device::flex(), &never);
    let run = RunDir::new(folder.path().join("knn"));
    let data = DataFacts { dim: D, segments: 200 };
    let scaler = gcl_core::ScalerKind::CenterScalar;
    let config = RunConfig { scaler, ..RunConfig::new(Method::Knn, Preset::Any, 0, data) };
    let knn = run.start(&config, || train(&set, &run, &options, &mut Silent)).unwrap();
    let kept = folder.path().join("kept");
    let scores = cross_fit(&knn, &set, 5, &kept, &options, &mut Silent).unwrap().scores().unwrap();

    let row = |i: usize| &rows[i * D..(i + 1) * D];
    let ratios = (0..200).map(|i| {
        let distance = |j: usize| -> f32 {
            row(i).iter().zip(row(j)).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
        };
        let mut others: Vec<f32> = (0..200).filter(|j| j / 40 != i / 40).map(distance).collect();
        others.sort_by(f32::total_cmp);
        scores[0][i] / others[4]
    });
    let ratios: Vec<f32> = ratios.collect();
    let (least, most) = ratios.iter().fold((f32::MAX, 0f32), |(a, b), &r| (a.min(r), b.max(r)));
    assert!(most / least < 1.05, "{least} to {most}");
}

/// Cancels when the second fold's training begins, and sees how far all of them are.
struct Cancel<'a> {
    last: u64,
    cancel: &'a AtomicBool,
}

impl Listener for Cancel<'_> {
    fn step(&mut self, progress: &Progress) {
        assert!(self.last < progress.step && progress.step <= progress.steps, "{progress:?}");
        self.last = progress.step;
        self.cancel.fetch_or(progress.phase.ends_with("fold 2 of 3"), Ordering::Relaxed);
    }
}

#[test]
fn a_cancelled_call_goes_on_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"));
    let cancel = AtomicBool::new(false);
    let options = TrainOptions::new(Device::flex(), &cancel);
    let method = Method::GclB;
    let gcl = model(&set, &folder.path().join("run"), method, &options);
    let whole = folder.path().join("whole");
    let scores = |kept: &Path, listener: &mut dyn Listener| {
        cross_fit(&gcl, &set, 3, kept, &options, listener)
    };
    let expected = scores(&whole, &mut Silent).unwrap().scores().unwrap();

    let kept = folder.path().join("kept");
    let stopped = scores(&kept, &mut Cancel { last: 0, cancel: &cancel });
    assert!(matches!(stopped, Err(TrainError::Interrupted)), "{stopped:?}");
    let folds = kept.join(gcl.id().unwrap());
    assert_eq!(
        fs::read_dir(&folds).unwrap().count(),
        1,
        "the first fold is kept, the second is not"
    );
    cancel.store(false, Ordering::Relaxed);
    assert_eq!(scores(&kept, &mut Silent).unwrap().scores().unwrap(), expected);

    // What is damaged, and what another model left there, is computed anew.
    write_f32(&folds.join("1-of-3.npy"), &[3], &[1.0; 3]).unwrap();
    fs::write(folds.join("2-of-3.npy"), "no array").unwrap();
    let other = model(&set, &folder.path().join("other"), Method::Knn, &options);
    cross_fit(&other, &set, 3, &kept, &options, &mut Silent).unwrap();
    assert_eq!(scores(&kept, &mut Silent).unwrap().scores().unwrap(), expected);
}

#[test]
fn nothing_is_left_out_of_little_footage_or_of_too_much() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"));
    let never = AtomicBool::new(false);
    let options = TrainOptions::new(Device::flex(), &never);
    let knn = model(&set, &folder.path().join("knn"), Method::Knn, &options);
    let kept = folder.path().join("kept");
    let crossed = |count, options: &TrainOptions<'_>| {
        cross_fit(&knn, &set, count, &kept, options, &mut Silent).unwrap()
    };
    assert_eq!(crossed(21, &options), CrossFit::TooLittle, "200 segments in 21 folds");
    assert_eq!(crossed(usize::MAX, &options), CrossFit::TooLittle);
    let little = TrainOptions { memory_limit: 1000, ..TrainOptions::new(Device::flex(), &never) };
    assert_eq!(crossed(5, &little), CrossFit::TooLarge);
    assert!(!kept.exists());
    assert!(matches!(crossed(10, &options), CrossFit::Scores(_)));
}
