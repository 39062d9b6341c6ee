//! Losses, gradients, thresholds, labels and cleaning rules equal PyTorch's, NumPy's and
//! scikit-image's (`tests/golden/gcl_losses/export.py` wrote the case).

use crate::common::{devices, golden, matrix};
use gcl_core::loss::{ErrorNorm, discriminator_loss, generator_loss, sample_error};
use gcl_core::soft_label::{LabelRule, Squeeze};
use gcl_core::target::{ExcludeDivisor, NegativeTarget};
use gcl_core::temporal::TemporalDifference;
use gcl_core::threshold::Threshold;
use gcl_core::{Tensor, rng};
use serde_json::Value;

fn case() -> Value {
    serde_json::from_slice(&golden("gcl_losses/case.json")).unwrap()
}

fn floats(value: &Value) -> Vec<f32> {
    serde_json::from_value::<Vec<f64>>(value.clone()).unwrap().iter().map(|&v| v as f32).collect()
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn host(tensor: Tensor<1>) -> Vec<f32> {
    tensor.into_data().convert::<f32>().try_to_vec().unwrap()
}

fn close(what: &str, ours: &[f32], theirs: &[f32]) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (o, t)) in ours.iter().zip(theirs).enumerate() {
        assert!((o - t).abs() <= 2e-6 + 2e-5 * t.abs(), "{what} [{i}]: {o}, expected {t}");
    }
}

#[test]
fn errors_losses_and_their_gradients() {
    let case = case();
    let case = &case["errors"];
    let d: usize = read(&case["d"]);
    let marked: Vec<bool> = read(&case["marked"]);
    let none = vec![false; marked.len()];
    let targets = [
        ("plain", NegativeTarget::Ones { value: 1.0 }, &none),
        ("ones", NegativeTarget::Ones { value: 1.0 }, &marked),
        ("constant", NegativeTarget::Ones { value: -0.5 }, &marked),
        ("exclude-kept", NegativeTarget::Exclude { divisor: ExcludeDivisor::Kept }, &marked),
        ("exclude-batch", NegativeTarget::Exclude { divisor: ExcludeDivisor::Batch }, &marked),
    ];
    for (name, device) in devices() {
        let features = matrix(&floats(&case["target"]), d, &device);
        let output = matrix(&floats(&case["reconstruction"]), d, &device);
        for norm in [ErrorNorm::Norm, ErrorNorm::Squared, ErrorNorm::MeanSquared] {
            let key: String = read(&serde_json::to_value(norm).unwrap());
            let theirs = &case["norms"][&key];
            let errors = host(sample_error(features.clone(), output.clone(), norm));
            close(&format!("{name} {key}"), &errors, &floats(&theirs["errors"]));
            for (kind, target, labels) in targets {
                let what = format!("{name} {key} {kind}");
                let pseudo = target.build(features.clone(), labels, &mut rng::stream(0, "t", 0));
                let leaf = output.clone().autodiff().require_grad();
                let weight = pseudo.weight.map(Tensor::autodiff);
                let loss = generator_loss(pseudo.target.autodiff(), leaf.clone(), weight, norm);
                let value = loss.clone().inner().into_scalar::<f32>();
                let theirs = &theirs["losses"][kind];
                close(&what, &[value], &[read::<f64>(&theirs["loss"]) as f32]);
                let gradient = leaf.grad(&loss.backward()).unwrap();
                close(&what, &host(gradient.flatten(0, 1)), &floats(&theirs["gradient"]));
            }
        }
    }
}

#[test]
fn the_discriminators_loss_and_its_gradient() {
    let case = case();
    for (name, device) in devices() {
        for case in case["discriminator"].as_array().unwrap() {
            let logits = Tensor::<1>::from_floats(floats(&case["logits"]).as_slice(), &device);
            let labels = Tensor::<1>::from_floats(floats(&case["labels"]).as_slice(), &device);
            let leaf = logits.autodiff().require_grad();
            let loss = discriminator_loss(leaf.clone(), labels.autodiff());
            let value = loss.clone().inner().into_scalar::<f32>();
            close(name, &[value], &[read::<f64>(&case["loss"]) as f32]);
            let gradient = host(leaf.grad(&loss.backward()).unwrap());
            close(name, &gradient, &floats(&case["gradient"]));
        }
    }
}

#[test]
fn thresholds_and_the_labels_they_give() {
    let case = case();
    for case in case["thresholds"].as_array().unwrap() {
        let rule: Threshold = read(&case["rule"]);
        let (labels, at) = rule.label(&floats(&case["scores"])).unwrap();
        let theirs: f64 = read(&case["threshold"]);
        // scikit-image keeps its histogram in single precision.
        let tolerance = if matches!(rule, Threshold::Valley { .. }) { 1e-5 } else { 1e-9 };
        assert!((at - theirs).abs() < tolerance, "{rule:?}: {at}, expected {theirs}");
        assert_eq!(labels, read::<Vec<bool>>(&case["labels"]), "{rule:?}");
    }
}

#[test]
fn soft_labels() {
    let case = case();
    let case = &case["soft"];
    for squeeze in [Squeeze::MinMax, Squeeze::Logistic, Squeeze::Rank] {
        let key: String = read(&serde_json::to_value(squeeze).unwrap());
        let (labels, at) = LabelRule::Soft { squeeze }.label(&floats(&case["errors"])).unwrap();
        assert_eq!(at, None);
        close(&key, &labels, &floats(&case["labels"][&key]));
    }
}

#[test]
fn cleaning_rules() {
    let case = case();
    let case = &case["cleaning"];
    let videos: Vec<Vec<f32>> = case["videos"].as_array().unwrap().iter().map(floats).collect();
    let videos: Vec<&[f32]> = videos.iter().map(Vec::as_slice).collect();
    let rules = case["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 6);
    for case_of_rule in rules {
        let rule: TemporalDifference = read(&case_of_rule["rule"]);
        let kept = rule.keep(&videos, read(&case["d"])).unwrap();
        assert_eq!(kept, read::<Vec<Vec<bool>>>(&case_of_rule["kept"]), "{rule:?}");
    }
}
