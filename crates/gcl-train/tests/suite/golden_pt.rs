//! GCL_PT whole, from cleaning to the loop's last step, equals PyTorch's
//! (`tests/golden/gcl_pt/export.py` wrote the case).

use std::path::Path;

use crate::common::devices;
use gcl_core::weights::from_safetensors;
use gcl_core::{CooperativePair, Device};
use gcl_data::VideoId;
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::samples::SampleVideo;
use gcl_train::{Method, Preset, RunConfig, Samples, Trainer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    d: usize,
    segments: Vec<usize>,
    calm: usize,
    features: Vec<f32>,
    steps: Vec<Step>,
    probabilities: Vec<f32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    loss_generator: Option<f64>,
    loss_discriminator: Option<f64>,
    labelled_by_generator: Option<f64>,
    labelled_by_discriminator: Option<f64>,
}

fn golden(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/gcl_pt").join(file);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn config(case: &Case) -> RunConfig {
    let data = DataFacts { dim: case.d, segments: case.segments.iter().sum() };
    let config = RunConfig::new(Method::GclPt, Preset::Paper, 0, data);
    let budget = |epochs: u64| format!("{{epochs={epochs}, min_steps=0, max_steps=\"unlimited\"}}");
    let pairs = [
        "generator.hidden=[12, 6, 12]".to_owned(),
        "discriminator.hidden=[10, 4]".to_owned(),
        "cooperative.optimizer.learning_rate=0.001".to_owned(),
        format!("pretraining.generator={}", budget(5)),
        format!("pretraining.discriminator={}", budget(5)),
        format!("training.budget={}", budget(10)),
    ];
    apply_overrides(&config, &pairs).unwrap()
}

/// A run at its start, with the case's weights in place of the seed's.
fn trainer(case: &Case, device: &Device) -> Trainer {
    let mut start = 0;
    let videos = case.segments.iter().enumerate().map(|(i, &count)| {
        let segments = start..start + count;
        start += count;
        SampleVideo { id: VideoId::new(format!("{i}")).unwrap(), segments, normal: None }
    });
    let videos = videos.collect();
    let samples = Samples::new(case.features.clone(), case.d, videos).unwrap();
    let config = config(case);
    let mut trainer = Trainer::new(config.clone(), samples, device).unwrap();
    let (g, d) = (&config.generator, &config.discriminator);
    let mut pair = CooperativePair::new(g, d, config.cooperative.clone(), 0, device).unwrap();
    let g = golden("generator.safetensors");
    let d = golden("discriminator.safetensors");
    let g = from_safetensors(pair.generator().clone(), g).unwrap();
    let d = from_safetensors(pair.discriminator().clone(), d).unwrap();
    pair = CooperativePair::from_networks(g, d, pair.config().clone(), pair.device()).unwrap();
    let mut state = trainer.save().unwrap();
    state.put_state("pair", pair.save().unwrap());
    trainer.load(&state).unwrap();
    trainer
}

#[test]
fn twenty_steps_from_cleaning_to_the_end() {
    let json = golden("case.json");
    let case: Case = serde_json::from_slice(&json).unwrap();
    for (name, device) in devices() {
        let mut trainer = trainer(&case, &device);
        let outline: Vec<_> = trainer.outline().iter().map(|p| (p.segments, p.steps)).collect();
        let all = case.segments.iter().sum();
        assert_eq!(outline, [(case.calm, 5), (all, 5), (all, 10)], "{name}");
        for (i, theirs) in case.steps.iter().enumerate() {
            // A batch holds all segments, so each step ends an epoch and reports.
            let ours = trainer.advance().unwrap().unwrap();
            let close = |what: &str, ours: Option<f64>, theirs: Option<f64>, tolerance: f64| {
                let what = format!("{name}, step {}, {what}: {ours:?}, expected {theirs:?}", i + 1);
                match (ours, theirs) {
                    (Some(o), Some(t)) => assert!((o - t).abs() <= tolerance * t.abs(), "{what}"),
                    (None, None) => {}
                    _ => unreachable!("{what}"),
                }
            };
            close("G's loss", ours.loss_generator, theirs.loss_generator, 1e-4);
            close("D's loss", ours.loss_discriminator, theirs.loss_discriminator, 1e-4);
            let (g, d) = (ours.labelled_by_generator, ours.labelled_by_discriminator);
            close("labelled by G", g, theirs.labelled_by_generator, 1e-6);
            close("labelled by D", d, theirs.labelled_by_discriminator, 1e-6);
        }
        assert!(trainer.is_finished());
        let rows: Vec<u32> = (0..all as u32).collect();
        let x = trainer.samples().batch(&rows, &device).unwrap();
        for (o, t) in trainer.pair().probabilities(x).unwrap().iter().zip(&case.probabilities) {
            assert!((o - t).abs() < 1e-3 * t, "{name}: {o}, expected {t}");
        }
    }
}
