//! RTFM against PyTorch (`tests/golden/rtfm/export.py`).
#![allow(clippy::unwrap_used)]

use burn::optim::GradientsParams;

use super::*;
use crate::golden::{Case, case, close, devices, fill, host, module_values};

fn model(case: &Case, loss: RtfmLoss, device: &Device) -> Rtfm {
    let mut model = Rtfm::new(RtfmConfig { loss, ..RtfmConfig::new(16) }, 0, device).unwrap();
    let filled = fill(model.learner.module().clone(), &case.part("before"));
    model.learner.set_module(filled);
    model
}

fn masks(case: &Case, device: &Device) -> Masks {
    let of = |i: usize| case.tensor::<3>(&format!("mask.{i}"), device).autodiff();
    let selection = case.values("selection");
    let (negative, positive) = selection.split_at(selection.len() / 2);
    let head = HeadMasks([of(0), of(1), of(2)]);
    Masks { head, negative: negative.to_vec(), positive: positive.to_vec() }
}

const TERMS: [(&str, FeatureTerm); 3] = [
    ("squared", FeatureTerm::Squared),
    ("both", FeatureTerm::SquaredAndNegative),
    ("hinge", FeatureTerm::Hinge),
];

#[test]
fn losses_and_gradients_equal_pytorchs() {
    let case = case("rtfm");
    for (device_name, device) in devices() {
        let bags = |name: &str| case.tensor::<4>(name, &device);
        let masks = masks(&case, &device);
        for (name, feature_term) in TERMS {
            for per_bag in [false, true] {
                let model =
                    model(&case, RtfmLoss { feature_term, per_bag, ..Default::default() }, &device);
                let (loss, _) = model.loss(bags("positive"), bags("negative"), &masks).unwrap();
                let flag = if per_bag { "True" } else { "False" };
                let theirs = case.values(&format!("loss.{name}.{flag}"));
                close(name, &host(loss.clone().inner()), theirs, 1e-5, 1e-5);
                if per_bag || feature_term == FeatureTerm::Squared {
                    continue;
                }
                let network = model.learner.module();
                let gradients = GradientsParams::from_grads(loss.backward(), network);
                let ours = module_values(network, Some(&gradients));
                let theirs = case.part(&format!("gradient.{name}"));
                for (path, (_, theirs)) in &theirs {
                    match ours.get(path) {
                        Some(ours) => {
                            let what = format!("{device_name} {name}: {path}");
                            close(&what, ours, theirs, 1e-5, 1e-3);
                        }
                        None => assert_eq!(path, "non_local.out.bias"),
                    }
                }
                assert_eq!(ours.len() + 1, theirs.len());
            }
        }
    }
}

#[test]
fn steps_and_scores_equal_pytorchs() {
    let case = case("rtfm");
    for (device_name, device) in devices() {
        let bags = |name: &str| case.tensor::<4>(name, &device);
        let masks = masks(&case, &device);
        let mut model = model(&case, RtfmLoss::default(), &device);
        for step in 1..=2 {
            let loss = model.learn(bags("positive"), bags("negative"), &masks).unwrap();
            close("loss", &[loss], case.values(&format!("step{step}.loss")), 0.0, 1e-4);
            let ours = module_values(model.learner.module(), None);
            for (path, (_, theirs)) in case.part(&format!("step{step}")) {
                if path != "loss" {
                    let what = format!("{device_name} step {step}: {path}");
                    close(&what, &ours[&path], &theirs, 1e-4, 1e-4);
                }
            }
        }
        for video in ["short", "long"] {
            let scores = model.score(case.tensor(&format!("video.{video}"), &device)).unwrap();
            close(video, &scores, case.values(&format!("scores.{video}")), 1e-4, 0.0);
        }
    }
}
