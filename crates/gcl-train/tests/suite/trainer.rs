//! Runs repeat, resume and leave models that score what they should.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::common::{devices, features, is_odd};
use gcl_core::{Device, State};
use gcl_data::{FeatureSet, VideoId};
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::{
    Event, Method, Model, Preset, RunConfig, RunDir, Samples, ScoreSource, Silent, TrainError,
    TrainOptions, Trainer,
};

fn config(method: Method, set: &FeatureSet) -> RunConfig {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let config = RunConfig::new(method, Preset::Any, 7, data);
    apply_overrides(&config, &["training.batch=32", "training.budget.min_steps=60"]).unwrap()
}

fn trainer(method: Method, set: &FeatureSet, device: &Device) -> Trainer {
    let config = config(method, set);
    let mut samples = Samples::read(set).unwrap();
    let scaler = samples.fit_scaler(config.scaler).unwrap();
    samples.scale(&scaler).unwrap();
    Trainer::new(config, samples, device).unwrap()
}

fn train(method: Method, set: &FeatureSet, run: &RunDir, device: &Device) -> Model {
    run.create(&config(method, set)).unwrap();
    let cancel = AtomicBool::new(false);
    let normal = set.videos().iter().enumerate().map(|(v, video)| (video.id.clone(), v % 3 != 0));
    let normal = normal.collect();
    let options =
        TrainOptions { normal: Some(&normal), ..TrainOptions::new(device.clone(), &cancel) };
    gcl_train::train(set, run, &options, &mut Silent).unwrap()
}

#[test]
fn resumed_anywhere_a_run_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 4, 1);
    for (name, device) in devices() {
        let mut whole = trainer(Method::GclPt, &set, &device);
        let total = whole.progress().steps;
        let mut reports = Vec::new();
        while !whole.is_finished() {
            reports.extend(whole.advance().unwrap());
        }
        let phases: Vec<u64> = whole.outline().iter().map(|phase| phase.steps).collect();
        let [a, b, c] = phases[..] else { unreachable!("GCL_PT has three phases") };
        assert_eq!(a + b + c, total);
        // Around the borders of phases, where optimizers start anew, and within epochs.
        for stop in [1, a - 1, a, a + 1, a + b - 1, a + b, a + b + 2, total - 1] {
            let mut first = trainer(Method::GclPt, &set, &device);
            let mut seen = Vec::new();
            for _ in 0..stop {
                seen.extend(first.advance().unwrap());
            }
            let bytes = first.save().unwrap().to_bytes().unwrap();
            drop(first);
            let mut second = trainer(Method::GclPt, &set, &device);
            second.load(&State::from_bytes(&bytes).unwrap()).unwrap();
            while !second.is_finished() {
                seen.extend(second.advance().unwrap());
            }
            assert_eq!(seen, reports, "{name}, stopped after step {stop} of {total}");
            let x = whole.samples().batch(&[0, 3, 9], &device).unwrap();
            let answers = |t: &Trainer| {
                (t.pair().errors(x.clone()).unwrap(), t.pair().logits(x.clone()).unwrap())
            };
            assert_eq!(answers(&second), answers(&whole), "{name}, stopped after step {stop}");
        }
    }
}

#[test]
fn every_method_finds_what_is_rare_and_survives_storage() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 6, 1);
    for (name, device) in devices() {
        for method in Method::ALL {
            let run = RunDir::new(folder.path().join(format!("{name}-{method}")));
            let model = train(method, &set, &run, &device);
            let loaded = Model::load(run.path(), &device).unwrap();
            let mut rows = Vec::new();
            set.read(0, &mut rows).unwrap();
            let scores = model.score(&rows).unwrap();
            assert_eq!(scores, loaded.score(&rows).unwrap(), "{name} {method}");
            let scores = scores.get(model.card().config.score).unwrap();
            let (mut odd, mut usual) = (f32::INFINITY, f32::NEG_INFINITY);
            for (i, &score) in scores.iter().enumerate() {
                match is_odd(i) {
                    true => odd = odd.min(score),
                    false => usual = usual.max(score),
                }
            }
            // Labels made before compare whole videos that change slowly; `pseudo_labels.rs` has such.
            let promised = model.card().config.pseudo_labels.is_none();
            assert!(odd > usual || !promised, "{name} {method}: {scores:?}");
            let events = run.events().unwrap();
            assert!(matches!(events.first(), Some(Event::Started { segments: 120, .. })));
            assert!(matches!(events.last(), Some(Event::Finished { .. })));
        }
    }
}

#[test]
fn labels_reach_only_the_configurations_that_use_them() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 6, 1);
    let device = devices().remove(0).1;
    let normal: BTreeMap<_, _> =
        set.videos().iter().enumerate().map(|(v, video)| (video.id.clone(), v % 3 != 0)).collect();
    let model = |name: &str, share: f64, normal: Option<&BTreeMap<VideoId, bool>>| {
        let run = RunDir::new(folder.path().join(name));
        let pair = format!("labelled_share={share:?}");
        run.create(&apply_overrides(&config(Method::GclB, &set), &[pair]).unwrap()).unwrap();
        let cancel = AtomicBool::new(false);
        let options = TrainOptions { normal, ..TrainOptions::new(device.clone(), &cancel) };
        let model = gcl_train::train(&set, &run, &options, &mut Silent)?;
        let mut rows = Vec::new();
        set.read(0, &mut rows).unwrap();
        model.score(&rows)
    };
    let blind = model("blind", 0.0, None).unwrap();
    assert_eq!(model("blind-with-labels", 0.0, Some(&normal)).unwrap(), blind);
    assert_ne!(model("weak", 1.0, Some(&normal)).unwrap(), blind);
    assert!(matches!(model("without", 1.0, None), Err(TrainError::Config(_))));
}

#[test]
fn a_score_depends_on_its_video_alone() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 3, 1);
    let device = devices().remove(0).1;
    let run = RunDir::new(folder.path().join("run"));
    let model = train(Method::GclB, &set, &run, &device);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    set.read(0, &mut a).unwrap();
    set.read(1, &mut b).unwrap();
    let before = model.score(&a).unwrap();
    model.score(&[b, a.clone()].concat()).unwrap();
    assert_eq!(model.score(&a).unwrap(), before);
    let ranks = before.get(ScoreSource::MeanRank).unwrap(); // any source can be asked for
    assert!(ranks.iter().all(|r| (0.0..=1.0).contains(r)), "{ranks:?}");
}

#[test]
fn a_state_of_other_features_is_refused_and_a_run_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let one = features(&folder.path().join("one"), 2, 1);
    let other = features(&folder.path().join("other"), 2, 2);
    let device = devices().remove(0).1;
    let state = trainer(Method::GclB, &one, &device).save().unwrap();
    let error = trainer(Method::GclB, &other, &device).load(&state);
    assert!(matches!(error, Err(TrainError::Mismatch(_))), "{error:?}");

    let run = RunDir::new(folder.path().join("run"));
    train(Method::Knn, &one, &run, &device);
    let error = run.create(&config(Method::Knn, &one));
    assert!(matches!(error, Err(TrainError::RunExists { .. })), "{error:?}");
}

#[test]
fn a_cancelled_run_saves_and_goes_on_to_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("features"), 2, 1);
    let device = devices().remove(0).1;
    let whole = RunDir::new(folder.path().join("whole"));
    let expected = train(Method::GclB, &set, &whole, &device);

    struct Stop<'a>(&'a AtomicBool);
    impl gcl_train::Listener for Stop<'_> {
        fn step(&mut self, progress: &gcl_train::events::Progress) {
            if progress.step == 17 {
                self.0.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    let run = RunDir::new(folder.path().join("stopped"));
    run.create(&config(Method::GclB, &set)).unwrap();
    let cancel = AtomicBool::new(false);
    let options = TrainOptions::new(device.clone(), &cancel);
    let stopped = gcl_train::train(&set, &run, &options, &mut Stop(&cancel));
    assert!(matches!(stopped, Err(TrainError::Interrupted)));
    let cancel = AtomicBool::new(false);
    let options = TrainOptions::new(device, &cancel);
    let resumed = gcl_train::train(&set, &run, &options, &mut Silent).unwrap();
    let mut rows = Vec::new();
    set.read(0, &mut rows).unwrap();
    assert_eq!(resumed.score(&rows).unwrap(), expected.score(&rows).unwrap());
    assert_eq!(run.events().unwrap(), whole.events().unwrap());
}
