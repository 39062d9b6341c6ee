//! RTFM against PyTorch (`tests/golden/rtfm/export.py`).
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::*;
use crate::golden::{Case, case, close, devices, host};

type Named = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Puts a case's values in place of a network's, by path.
struct Fill<'a>(&'a Named, Vec<String>);

impl ModuleMapper for Fill<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.1.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (shape, values) = &self.0[&self.1.join(".")];
        assert_eq!(param.shape().to_vec(), *shape, "{:?}", self.1);
        param.map(|old| {
            let data = TensorData::new(values.clone(), shape.clone());
            let new = Tensor::from_data(data, &old.device().inner()).autodiff();
            new.set_require_grad(old.is_require_grad())
        })
    }
}

/// Every value of a network, or every gradient, by path.
struct Read<'a>(Option<&'a GradientsParams>, Vec<String>, BTreeMap<String, Vec<f32>>);

impl ModuleVisitor for Read<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.1.push(name.to_owned());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.1.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = match self.0 {
            None => Some(param.val().inner()),
            Some(gradients) => gradients.get::<D>(param.id),
        };
        if let Some(value) = value {
            self.2.insert(self.1.join("."), host(value));
        }
    }
}

fn read<M: Module>(module: &M, gradients: Option<&GradientsParams>) -> BTreeMap<String, Vec<f32>> {
    let mut read = Read(gradients, Vec::new(), BTreeMap::new());
    module.visit(&mut read);
    read.2
}

fn model(case: &Case, loss: RtfmLoss, device: &Device) -> Rtfm {
    let mut model = Rtfm::new(RtfmConfig { loss, ..RtfmConfig::new(16) }, 0, device).unwrap();
    let weights = case.part("before");
    let filled = model.learner.module().clone().map(&mut Fill(&weights, Vec::new()));
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
    let Some(case) = case("rtfm") else { return };
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
                let ours = read(network, Some(&gradients));
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
    let Some(case) = case("rtfm") else { return };
    for (device_name, device) in devices() {
        let bags = |name: &str| case.tensor::<4>(name, &device);
        let masks = masks(&case, &device);
        let mut model = model(&case, RtfmLoss::default(), &device);
        for step in 1..=2 {
            let loss = model.learn(bags("positive"), bags("negative"), &masks).unwrap();
            close("loss", &[loss], case.values(&format!("step{step}.loss")), 0.0, 1e-4);
            let ours = read(model.learner.module(), None);
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
