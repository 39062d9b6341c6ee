//! Signals without labels, and the states that a run keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{devices, features, is_odd};
use gcl_core::Device;
use gcl_data::FeatureSet;
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::events::{EpochReport, Progress};
use gcl_train::{
    Event, KeptAt, Listener, Method, Model, Preset, Result, RunConfig, RunDir, RunState, Scorer,
    SegmentScores, Silent, TestAuc, TrainError, TrainOptions,
};

fn config(method: Method, set: &FeatureSet, pairs: &[&str]) -> RunConfig {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let config = RunConfig::new(method, Preset::Any, 7, data);
    let pairs = [&["training.batch=32", "training.budget.min_steps=60"], pairs].concat();
    apply_overrides(&config, &pairs).unwrap()
}

/// Knows which segments are odd, and remembers what the networks said at each look.
#[derive(Default)]
struct Judge {
    rows: Vec<f32>,
    looks: Vec<(SegmentScores, TestAuc)>,
    stop_at: Option<(u64, &'static AtomicBool)>,
}

impl Judge {
    fn new(set: &FeatureSet) -> Judge {
        let mut rows = Vec::new();
        set.read(0, &mut rows).unwrap();
        Judge { rows, ..Judge::default() }
    }
}

impl Listener for Judge {
    fn evaluate(&mut self, networks: &Scorer<'_>) -> Result<Option<TestAuc>> {
        let scores = networks.score(&self.rows)?;
        let auc = |scores: &Vec<f32>| {
            let pairs =
                scores.iter().enumerate().filter(|(i, _)| is_odd(*i)).flat_map(|(_, odd)| {
                    let usual = scores.iter().enumerate().filter(|(i, _)| !is_odd(*i));
                    usual.map(move |(_, usual)| if odd > usual { 1.0 } else { 0.0 })
                });
            pairs.sum::<f64>() / (3 * 17) as f64
        };
        let generator = scores.generator.as_ref().map(auc);
        let discriminator = scores.discriminator.as_ref().map(auc);
        let score = scores.mean_rank.as_ref().map(auc);
        let auc = TestAuc { generator, discriminator, score };
        self.looks.push((scores, auc));
        Ok(Some(auc))
    }

    fn step(&mut self, progress: &Progress) {
        if let Some((at, cancel)) = self.stop_at
            && progress.step == at
        {
            cancel.store(true, Ordering::Relaxed);
        }
    }
}

fn train(
    set: &FeatureSet,
    run: &RunDir,
    device: &Device,
    cancel: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<Model> {
    gcl_train::train(set, run, &TrainOptions::new(device.clone(), cancel), listener)
}

fn epochs(run: &RunDir) -> Vec<EpochReport> {
    let events = run.events().unwrap().into_iter();
    let epochs = events.filter_map(|event| match event {
        Event::Epoch(report) => Some(report),
        _ => None,
    });
    epochs.collect()
}

fn kept(run: &RunDir) -> (KeptAt, Option<KeptAt>) {
    match run.events().unwrap().pop() {
        Some(Event::Finished { chosen, oracle, .. }) => (chosen.unwrap(), oracle),
        other => panic!("{other:?}"),
    }
}

/// All files of a run's models, by name.
fn models(run: &RunDir) -> BTreeMap<String, Vec<u8>> {
    let read = |folder: &Path| -> Vec<_> {
        let entries = fs::read_dir(folder).into_iter().flatten().map(|e| e.unwrap().path());
        entries.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
    };
    let prefix = run.path().display().to_string();
    let files = RunState::ALL.into_iter().flat_map(|state| read(&run.model_of(state)));
    files.map(|(path, bytes)| (path.replace(&prefix, ""), bytes)).collect()
}

#[test]
fn signals_are_taken_in_every_phase_of_the_networks_that_train() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 6, 1);
    let device = devices().remove(0).1;
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config(Method::GclPt, &set, &[])).unwrap();
    train(&set, &run, &device, &AtomicBool::new(false), &mut Silent).unwrap();
    let epochs = epochs(&run);
    let looked: Vec<_> = epochs.iter().filter(|epoch| epoch.signals.is_some()).collect();
    // 120 segments in batches of 30 (fewer where cleaned): a look every 20 steps, and at the end.
    let steps: Vec<_> = looked.iter().map(|e| (e.phase.as_str(), e.step)).collect();
    let discriminator = "pretrain-discriminator";
    assert!(steps.contains(&("pretrain-generator", 60)), "{steps:?}");
    for (phase, step) in [(discriminator, 20), (discriminator, 60), ("cooperate", 40)] {
        assert!(steps.contains(&(phase, step)), "{steps:?}");
    }
    assert!(looked.len() < epochs.len() / 2 && steps.last() == Some(&("cooperate", 60)));
    for epoch in &looked {
        let signals = epoch.signals.as_ref().unwrap();
        let with_discriminator = epoch.phase != "pretrain-generator";
        assert_eq!(signals.discriminator.is_some(), with_discriminator, "{epoch:?}");
        assert_eq!(signals.between.is_some(), with_discriminator, "{epoch:?}");
        assert_eq!(signals.score, signals.generator, "preset any scores by the generator");
        assert!(epoch.auc.is_none());
    }
    let last = looked.last().unwrap().signals.as_ref().unwrap();
    // What is odd here is far from the rest, as baseline detectors see it.
    assert!(last.generator.unwrap() > 0.6, "{last:?}");
    assert!(last.generator_r2.is_some_and(|r2| r2.abs() < 1.0), "{last:?}");
    let warnings = run.events().unwrap();
    assert!(!warnings.iter().any(|event| matches!(event, Event::Warning { .. })), "{warnings:?}");
}

#[test]
fn a_collapsed_run_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 6, 1);
    let device = devices().remove(0).1;
    let run = RunDir::new(folder.path().join("run"));
    // A target far from the data, for most of the segments.
    let pairs = [
        "cooperative.target={kind=\"ones\", value=100.0}",
        "cooperative.discriminator_labels={rule=\"top\", share=0.6}",
        "cooperative.optimizer.learning_rate=0.005",
        "score=discriminator",
    ];
    run.create(&config(Method::GclB, &set, &pairs)).unwrap();
    train(&set, &run, &device, &AtomicBool::new(false), &mut Silent).unwrap();
    let texts: Vec<_> = run
        .events()
        .unwrap()
        .into_iter()
        .filter_map(|event| match event {
            Event::Warning { text } => Some(text),
            _ => None,
        })
        .collect();
    let all = texts.join("\n");
    assert!(all.contains("R² -") && all.contains("60 %"), "{all}");
}

#[test]
fn the_best_states_are_kept_and_truth_changes_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 6, 1);
    let device = devices().remove(0).1;
    let pairs = ["score=mean-rank", "training.budget.min_steps=300"];
    let config = config(Method::GclPt, &set, &pairs);
    let never = AtomicBool::new(false);
    let run = RunDir::new(folder.path().join("judged"));
    run.create(&config).unwrap();
    let mut judge = Judge::new(&set);
    train(&set, &run, &device, &never, &mut judge).unwrap();

    let looked: Vec<_> = epochs(&run).into_iter().filter(|e| e.signals.is_some()).collect();
    assert_eq!(looked.len(), judge.looks.len());
    assert!(looked.iter().zip(&judge.looks).all(|(e, (_, auc))| e.auc == Some(*auc)));
    let best = |value: &dyn Fn(&EpochReport) -> Option<f64>| {
        let all = looked.iter().enumerate().filter(|(_, e)| e.phase == "cooperate");
        let values: Vec<_> = all.map(|(i, e)| (i, value(e).unwrap())).collect();
        let top = values.iter().fold(f64::MIN, |top, (_, v)| top.max(*v));
        values.into_iter().find(|(_, v)| *v == top).unwrap()
    };
    let by_signal = best(&|e| e.signals.as_ref()?.score);
    let by_truth = best(&|e| e.auc?.score);
    let (chosen, oracle) = kept(&run);
    for (state, at, (i, value)) in
        [(RunState::Chosen, chosen, by_signal), (RunState::Oracle, oracle.unwrap(), by_truth)]
    {
        assert_eq!((at.epoch, at.step, at.value), (looked[i].epoch, looked[i].step, value));
        let scores = Model::load(&run.model_of(state), &device).unwrap().score(&judge.rows);
        let (scores, then) = (scores.unwrap(), &judge.looks[i].0);
        assert_eq!(scores.generator, then.generator, "{state:?}");
        assert_eq!(scores.discriminator, then.discriminator, "{state:?}");
    }
    let last = Model::load(run.path(), &device).unwrap().score(&judge.rows).unwrap();
    assert_eq!(last.generator, judge.looks.last().unwrap().0.generator);
    // The data is such that the three are three; else this test would see less than it should.
    let three = [by_truth.0, by_signal.0, looked.len() - 1];
    assert!(three.is_sorted_by(|a, b| a < b), "{three:?}");

    // Without a judge: the same models, and the same events but for the judge's answers.
    let blind = RunDir::new(folder.path().join("blind"));
    blind.create(&config).unwrap();
    train(&set, &blind, &device, &never, &mut Silent).unwrap();
    let mut judged = models(&run);
    judged.retain(|name, _| !name.contains("oracle"));
    assert_eq!(judged.len(), 6, "{:?}", judged.keys());
    assert!(judged == models(&blind));
    let without_auc = |mut e: EpochReport| {
        e.auc = None;
        e
    };
    let judged: Vec<_> = epochs(&run).into_iter().map(without_auc).collect();
    assert_eq!(judged, epochs(&blind));
    assert!(!blind.model_of(RunState::Oracle).exists());

    // Stopped and resumed: everything as if it had not been.
    for (i, stop) in [3, 305, 630, 750, 899].into_iter().enumerate() {
        let cancel: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let again = RunDir::new(folder.path().join(format!("stopped{i}")));
        again.create(&config).unwrap();
        let mut judge = Judge { stop_at: Some((stop, cancel)), ..Judge::new(&set) };
        let stopped = train(&set, &again, &device, cancel, &mut judge);
        assert!(matches!(stopped, Err(TrainError::Interrupted)), "stop {stop}");
        train(&set, &again, &device, &never, &mut Judge::new(&set)).unwrap();
        assert!(models(&again) == models(&run), "stopped at {stop}");
        assert_eq!(again.events().unwrap(), run.events().unwrap(), "stopped at {stop}");
    }
}

#[test]
fn a_judge_that_fails_ends_the_run_and_leaves_no_model() {
    struct Broken;
    impl Listener for Broken {
        fn evaluate(&mut self, _: &Scorer<'_>) -> Result<Option<TestAuc>> {
            Err(TrainError::Evaluation("no such video".to_owned()))
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let set = features(&folder.path().join("f"), 3, 1);
    let device = devices().remove(0).1;
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config(Method::GclB, &set, &[])).unwrap();
    let result = train(&set, &run, &device, &AtomicBool::new(false), &mut Broken);
    assert!(matches!(result, Err(TrainError::Evaluation(_))));
    assert!(!run.model().exists());
}

#[test]
fn very_few_segments_train_without_signals() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<f32> = (0..15 * 4).map(|i| (i as f32 * 0.9).sin()).collect();
    gcl_data::write_f32(&folder.path().join("f/v.npy"), &[15, 4], &rows).unwrap();
    let set = FeatureSet::open(folder.path().join("f")).unwrap();
    let device = devices().remove(0).1;
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config(Method::GclB, &set, &[])).unwrap();
    train(&set, &run, &device, &AtomicBool::new(false), &mut Silent).unwrap();
    assert!(epochs(&run).iter().all(|epoch| epoch.signals.is_none()));
    assert!(!run.model_of(RunState::Chosen).exists());
}
