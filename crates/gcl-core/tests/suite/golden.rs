//! GCL iterations equal PyTorch's, from the same weights and batch
//! (`tests/golden/gcl_step/export.py` wrote the case).

use std::collections::HashMap;

use crate::common::{devices, floats, golden, matrix, part};
use burn::store::ModuleSnapshot;
use gcl_core::weights::{from_safetensors, to_safetensors};
use gcl_core::{AutoencoderConfig, CooperativeConfig, CooperativePair, DiscriminatorConfig, rng};
use safetensors::SafeTensors;

const D: usize = 24;
const BATCH: usize = 48;

/// All parameters of a network, by name.
fn parameters<M: ModuleSnapshot>(module: &M) -> HashMap<String, Vec<f32>> {
    let bytes = to_safetensors(module).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    file.iter().map(|(name, view)| (name.to_owned(), floats(&view))).collect()
}

/// ‖ours − theirs‖ / ‖theirs‖ over the updates of all parameters of one network so far.
fn update_difference<M: ModuleSnapshot>(
    case: &SafeTensors<'_>,
    step: usize,
    network: &str,
    after: &M,
) -> f64 {
    let ours = parameters(after);
    let (mut difference, mut length) = (0.0, 0.0);
    for (name, ours) in ours {
        let read = |when: &str| floats(&case.tensor(&format!("{when}.{network}.{name}")).unwrap());
        for ((o, a), b) in ours.iter().zip(read(&format!("after{step}"))).zip(read("before")) {
            difference += f64::from(o - a).powi(2);
            length += f64::from(a - b).powi(2);
        }
    }
    assert!(length > 0.0);
    (difference / length).sqrt()
}

#[test]
fn iterations_equal_pytorchs() {
    let bytes = golden("gcl_step/case.safetensors");
    let case = SafeTensors::deserialize(&bytes).unwrap();
    let read = |name: &str| floats(&case.tensor(name).unwrap());
    for (name, device) in devices() {
        let g = AutoencoderConfig { hidden: vec![16, 8, 16], ..AutoencoderConfig::new(D) };
        let d = DiscriminatorConfig { hidden: vec![12, 4], ..DiscriminatorConfig::new(D) };
        let config = CooperativeConfig::default();
        let mut pair = CooperativePair::new(&g, &d, config, 0, &device).unwrap();
        let g = from_safetensors(pair.generator().clone(), part(&case, &["before.generator"]));
        let d =
            from_safetensors(pair.discriminator().clone(), part(&case, &["before.discriminator"]));
        pair = CooperativePair::from_networks(
            g.unwrap(),
            d.unwrap(),
            pair.config().clone(),
            pair.device(),
        )
        .unwrap();

        let batch = matrix(&read("batch"), D, &device);
        for (ours, theirs) in pair.errors(batch.clone()).unwrap().iter().zip(read("errors")) {
            approx::assert_relative_eq!(*ours, theirs, max_relative = 1e-5);
        }
        let (losses, labels_g) = (read("losses"), read("labels_generator"));
        let labels_d = read("labels_discriminator");
        let close = |ours: f64, theirs: f32| {
            approx::assert_relative_eq!(ours, f64::from(theirs), max_relative = 1e-5);
        };
        for step in 1..=3 {
            let report = pair.step(batch.clone(), None, &mut rng::stream(0, "target", 0)).unwrap();
            close(report.loss_discriminator, losses[2 * step - 2]);
            close(report.loss_generator, losses[2 * step - 1]);
            let here = (step - 1) * BATCH..step * BATCH;
            assert_eq!(report.generator_labels, labels_g[here.clone()], "{name}, step {step}");
            let labels: Vec<f32> =
                report.discriminator_labels.iter().map(|&l| f32::from(u8::from(l))).collect();
            assert_eq!(labels, labels_d[here], "{name}, step {step}");
            let g = update_difference(&case, step, "generator", pair.generator());
            let d = update_difference(&case, step, "discriminator", pair.discriminator());
            assert!(g < 1e-3 && d < 1e-3, "{name}, step {step}: G {g}, D {d}");
        }
    }
}
