//! Every option of the cooperative pair equals PyTorch's over four steps, and does what no other
//! does (`tests/golden/gcl_options/export.py` wrote the cases).

use crate::common::{devices, floats, golden, matrix, part};
use gcl_core::weights::from_safetensors;
use gcl_core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, Device, DiscriminatorConfig, VideoLabel,
    rng,
};
use safetensors::SafeTensors;
use serde::Deserialize;

const D: usize = 16;

#[derive(Deserialize)]
struct Case {
    name: String,
    config: serde_json::Value,
    networks: serde_json::Value,
    known: Option<String>,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Step {
    loss_generator: Option<f64>,
    loss_discriminator: Option<f64>,
    labels_generator: Option<Vec<f32>>,
    labels_discriminator: Option<Vec<f32>>,
}

/// The networks of a case, with its weights.
fn pair(case: &Case, tensors: &SafeTensors<'_>, device: &Device) -> CooperativePair {
    let mut g = AutoencoderConfig { hidden: vec![12, 6, 12], ..AutoencoderConfig::new(D) };
    let mut d = DiscriminatorConfig { hidden: vec![10, 4], ..DiscriminatorConfig::new(D) };
    let option = |name: &str| case.networks.get(name).cloned();
    if let Some(activation) = option("activation") {
        g.activation = serde_json::from_value(activation).unwrap();
        d.activation = g.activation;
    }
    if let Some(output) = option("output") {
        g.output = serde_json::from_value(output).unwrap();
    }
    g.batch_norm = option("batch_norm").is_some();
    d.batch_norm = g.batch_norm;
    // The case names only what it changes of the optimizer.
    let mut config = case.config.clone();
    let mut optimizer = serde_json::to_value(gcl_core::RmsPropConfig::default()).unwrap();
    for (key, value) in config["optimizer"].as_object().unwrap() {
        optimizer[key] = value.clone();
    }
    config["optimizer"] = optimizer;
    let config: CooperativeConfig = serde_json::from_value(config).unwrap();
    let mut pair = CooperativePair::new(&g, &d, config, 0, device).unwrap();
    let weights = |network| match g.batch_norm {
        true => part(tensors, &[network, &format!("norms.{network}")]),
        false => part(tensors, &[network]),
    };
    let g = from_safetensors(pair.generator().clone(), weights("generator")).unwrap();
    let d = from_safetensors(pair.discriminator().clone(), weights("discriminator")).unwrap();
    pair = CooperativePair::from_networks(g, d, pair.config().clone(), pair.device()).unwrap();
    pair
}

fn hard(labels: Vec<bool>) -> Vec<f32> {
    labels.into_iter().map(|l| f32::from(u8::from(l))).collect()
}

/// The steps of a case as we take them.
fn steps(case: &Case, tensors: &SafeTensors<'_>, batch: &str, device: &Device) -> Vec<Step> {
    let batch = floats(&tensors.tensor(&format!("batch.{batch}")).unwrap());
    let x = matrix(&batch, D, device);
    let mut pair = pair(case, tensors, device);
    let known: Option<Vec<VideoLabel>> = case.known.as_ref().map(|known| {
        let label = |letter| match letter {
            'n' => VideoLabel::Normal,
            'a' => VideoLabel::Anomalous,
            _ => VideoLabel::Unknown,
        };
        known.chars().map(label).collect()
    });
    let known = known.as_deref();
    let mut rng = rng::stream(0, "t", 0);
    let mut one = |number: usize| match (case.name.as_str(), number % 2) {
        ("self-labelled", _) => {
            let (loss, labels) = pair.self_labelled_step(x.clone(), known, &mut rng).unwrap();
            let labels_generator = Some(hard(labels));
            Step { loss_generator: Some(loss), labels_generator, ..Step::default() }
        }
        ("every-epoch", 0) => {
            let (loss, labels) = pair.frozen_generator_step(x.clone(), known, &mut rng).unwrap();
            let labels_generator = Some(labels);
            Step { loss_discriminator: Some(loss), labels_generator, ..Step::default() }
        }
        ("every-epoch", _) => {
            let (loss, labels) =
                pair.frozen_discriminator_step(x.clone(), known, &mut rng).unwrap();
            let labels_discriminator = Some(hard(labels));
            Step { loss_generator: Some(loss), labels_discriminator, ..Step::default() }
        }
        _ => {
            let report = pair.step(x.clone(), known, &mut rng).unwrap();
            Step {
                loss_generator: Some(report.loss_generator),
                loss_discriminator: Some(report.loss_discriminator),
                labels_generator: Some(report.generator_labels),
                labels_discriminator: Some(hard(report.discriminator_labels)),
            }
        }
    };
    (0..case.steps.len()).map(&mut one).collect()
}

fn close(what: &str, ours: Option<f64>, theirs: Option<f64>) {
    assert_eq!(ours.is_some(), theirs.is_some(), "{what}");
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        let off = (ours - theirs).abs() / theirs.abs();
        assert!(off < 2e-5, "{what}: {ours}, expected {theirs}");
    }
}

fn labels(what: &str, ours: &Option<Vec<f32>>, theirs: &Option<Vec<f32>>) {
    assert_eq!(ours.is_some(), theirs.is_some(), "{what}");
    if let (Some(ours), Some(theirs)) = (ours, theirs) {
        assert_eq!(ours.len(), theirs.len(), "{what}");
        let off = ours.iter().zip(theirs).map(|(o, t)| (o - t).abs()).fold(0.0, f32::max);
        assert!(off < 1e-4, "{what}: labels differ by {off}");
    }
}

#[test]
fn every_option_equals_pytorchs_and_no_other() {
    let json = golden("gcl_options/cases.json");
    let bytes = golden("gcl_options/case.safetensors");
    let cases: Vec<Case> = serde_json::from_slice(&json).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert!(cases.len() >= 25);
    for (name, device) in devices() {
        for case in &cases {
            let ours = steps(case, &tensors, &case.name, &device);
            for (i, (ours, theirs)) in ours.iter().zip(&case.steps).enumerate() {
                let what = format!("{name}, {}, step {}", case.name, i + 1);
                close(&what, ours.loss_discriminator, theirs.loss_discriminator);
                close(&what, ours.loss_generator, theirs.loss_generator);
                labels(&what, &ours.labels_generator, &theirs.labels_generator);
                labels(&what, &ours.labels_discriminator, &theirs.labels_discriminator);
            }
            // The default on the same batch differs: the option is not a name for nothing.
            let paper = steps(&cases[0], &tensors, &case.name, &device);
            let last = |steps: &[Step]| {
                let last = steps.last().unwrap();
                (last.loss_generator, last.loss_discriminator)
            };
            assert_eq!(last(&ours) == last(&paper), case.name == "paper", "{}", case.name);
        }
    }
}

#[test]
fn a_joint_step_is_the_previous_discriminators() {
    let json = golden("gcl_options/cases.json");
    let cases: Vec<Case> = serde_json::from_slice(&json).unwrap();
    let of = |name: &str| cases.iter().find(|case| case.name == name).unwrap();
    // The export took one step of one optimizer on the sum of the losses; ours knows no such step.
    assert_eq!(of("joint").config, of("previous").config);
    for (joint, previous) in of("joint").steps.iter().zip(&of("previous").steps) {
        close("joint", joint.loss_generator, previous.loss_generator);
        close("joint", joint.loss_discriminator, previous.loss_discriminator);
    }
}
