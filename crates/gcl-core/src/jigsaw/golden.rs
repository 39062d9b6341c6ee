//! The puzzle solver against PyTorch (`tests/golden/jigsaw/export.py`).
#![allow(clippy::unwrap_used)]
use burn::optim::GradientsParams;

use super::*;
use crate::golden::{case, close, devices, fill, host, module_values};
use crate::optimizer::AdamConfig;

#[test]
fn losses_gradients_and_confidences_equal_pytorchs() {
    let case = case("jigsaw");
    let solved: Vec<usize> = (0..9).collect();
    let puzzles = Puzzles {
        frames: vec![vec![2, 0, 1], vec![0, 1, 2], vec![1, 0, 2], vec![0, 1, 2]],
        patches: vec![
            solved.clone(),
            vec![4, 8, 0, 3, 7, 1, 2, 6, 5],
            solved,
            vec![8, 7, 6, 5, 4, 3, 2, 1, 0],
        ],
        flipped: vec![true, false, false, true],
    };
    for (device_name, device) in devices() {
        let optimizer = AdamConfig { learning_rate: 1e-3, ..AdamConfig::default() };
        let small = JigsawConfig { side: 16, width: 2, hidden: 5, ..JigsawConfig::new(3) };
        let mut model = Jigsaw::new(JigsawConfig { optimizer, ..small }, 0, &device).unwrap();
        let filled = fill(model.learner.module().clone(), &case.part("before"));
        model.learner.set_module(filled);
        let cubes: Tensor<5> = case.tensor("cubes", &device);
        close("puzzles", &host(puzzles.apply(cubes.clone())), case.values("puzzles"), 0.0, 0.0);
        for step in 1..=2 {
            let loss = |model: &Jigsaw| {
                let mask = case.tensor("mask", &device);
                model.loss(cubes.clone(), &puzzles, mask, case.values("weight"))
            };
            let theirs = case.values(&format!("loss{step}"));
            close("loss", &host(loss(&model).inner()), theirs, 0.0, 1e-5);
            if step == 1 {
                let network = model.learner.module();
                let gradients = GradientsParams::from_grads(loss(&model).backward(), network);
                let ours = module_values(network, Some(&gradients));
                let theirs = case.part("gradient");
                assert_eq!(ours.len(), theirs.len());
                for (name, (_, theirs)) in theirs {
                    let what = format!("{device_name}: {name}");
                    close(&what, &ours[&name], &theirs, 1e-5, 1e-3);
                }
            }
            let loss = loss(&model);
            model.learner.step(loss, "loss").unwrap();
        }
        let (spatial, temporal) = model.confidences(cubes).unwrap();
        close("spatial", &spatial, case.values("spatial"), 1e-5, 0.0);
        close("temporal", &temporal, case.values("temporal"), 1e-4, 0.0);
    }
}
