//! STG-NF against PyTorch (`tests/golden/stg_nf/export.py`), and against a published checkpoint.
#![allow(clippy::unwrap_used)]

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use super::block::Mode;
use super::published::slots;
use super::*;
use crate::adamax::AdamaxConfig;
use crate::golden::{Case, case, close, devices, host};

fn small(case: &Case, device: &Device) -> StgNf {
    let config = StgNfConfig {
        frames: 8,
        steps: 3,
        optimizer: AdamaxConfig { learning_rate: 5e-3, ..Default::default() },
        clip: 2.0,
        skeleton: Skeleton::full(5),
        ..StgNfConfig::new(8)
    };
    assert_eq!(config.kernel, 5);
    let mut model = StgNf::new(config, 0, device).unwrap();
    model.load_published(&case.part("train.before")).unwrap();
    model.initialised = false;
    model
}

#[test]
fn training_steps_equal_pytorchs() {
    let case = case("stg_nf");
    for (device_name, device) in devices() {
        let mut model = small(&case, &device);
        let windows: Tensor<4> = case.tensor("train.windows", &device);
        let (weight, label) = (case.values("train.weight"), case.values("train.label"));
        for step in 1..=3 {
            let loss = model.train_step_labelled(windows.clone(), label, weight).unwrap();
            let theirs = case.values("train.losses")[step - 1];
            close(&format!("{device_name} loss {step}"), &[loss], &[theirs], 0.0, 1e-5);
            let ours = model.to_published().unwrap();
            for (name, (_, theirs)) in case.part(&format!("train.after{step}")) {
                let what = format!("{device_name}, step {step}: {name}");
                close(&what, &ours[&name].1, &theirs, 2e-5, 1e-4);
            }
        }
        let (z, nll) = model.forward(windows.clone()).unwrap();
        close("z", &host(z.clone()), case.values("train.z"), 1e-4, 1e-4);
        let back = model.inverse(z).unwrap();
        close("inverse", &host(back), case.values("train.windows"), 1e-4, 0.0);
        // Scores are those of normal windows.
        close("nll", &host(nll.clone()), case.values("train.nll"), 1e-4, 1e-5);
        assert_eq!(host(nll), model.score(windows).unwrap());
    }
}

#[test]
fn gradients_equal_pytorchs() {
    let case = case("stg_nf");
    for (device_name, device) in devices() {
        let model = small(&case, &device);
        let windows: Tensor<4> = case.tensor("train.windows", &device);
        let x = model.channels(windows.clone()).unwrap();
        let tables = model.tables(&device).unwrap();
        let mut flow = model.learner.module().clone().initialise(x, &tables);
        let x = model.channels(windows.autodiff()).unwrap();
        let tables = model.tables(&x[0].device()).unwrap();
        let (z, log_det, _) = flow.forward(x, &tables, Mode::Train);
        let label = case.tensor::<1>("train.label", &device).autodiff();
        let weight = case.tensor::<1>("train.weight", &device).autodiff();
        let loss = (model.nll(z, log_det, Some(label)) * weight).mean();
        let gradients = GradientsParams::from_grads(loss.backward(), &flow);
        let mut seen = 0;
        for (name, _, parameter) in slots(&mut flow, 5) {
            let parameter: &Param<Tensor<1>> = parameter;
            if case.has(&format!("train.ready.{name}")) {
                let theirs = case.values(&format!("train.ready.{name}"));
                close(&name, &host(parameter.val().inner()), theirs, 1e-5, 1e-5);
            }
            let theirs = format!("train.gradient.{name}");
            // The biases that a normalisation cancels have none.
            assert_eq!(gradients.get::<1>(parameter.id).is_some(), case.has(&theirs), "{name}");
            if let Some(ours) = gradients.get::<1>(parameter.id) {
                let what = format!("{device_name}: {name}");
                close(&what, &host(ours), case.values(&theirs), 1e-4, 1e-4);
                seen += 1;
            }
        }
        assert_eq!(seen, 3 * 8 + 2 * 3, "parameters with a gradient");
    }
}

#[test]
fn scoring_with_a_split_skeleton_equals_pytorchs() {
    let case = case("stg_nf");
    for (_, device) in devices() {
        let skeleton =
            Skeleton { partition: Partition::Spatial, max_hop: 2, ..Skeleton::openpose18() };
        let config = StgNfConfig { steps: 2, skeleton, ..StgNfConfig::new(4) };
        let mut model = StgNf::new(config, 0, &device).unwrap();
        model.load_published(&case.part("score.weights")).unwrap();
        let (z, nll) = model.forward(case.tensor("score.windows", &device)).unwrap();
        close("z", &host(z), case.values("score.z"), 1e-4, 1e-4);
        close("nll", &host(nll), case.values("score.nll"), 1e-4, 1e-4);
    }
}
