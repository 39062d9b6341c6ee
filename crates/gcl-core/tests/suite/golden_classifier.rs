//! A classifier's steps on given labels, and an autoencoder's with latent entropy, equal PyTorch's
//! (`tests/golden/classifier/export.py` wrote the case).

use std::collections::HashMap;

use crate::common::{devices, floats, golden, matrix, part};
use burn::store::ModuleSnapshot;
use gcl_core::weights::{from_safetensors, to_safetensors};
use gcl_core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, Device, DiscriminatorConfig,
    LatentEntropy, RmsPropConfig, SgdConfig, rng,
};
use safetensors::SafeTensors;

const D: usize = 10;

fn pair(case: &SafeTensors<'_>, device: &Device) -> CooperativePair {
    let training = device.clone().autodiff();
    let g = AutoencoderConfig { hidden: vec![8, 3, 8], ..AutoencoderConfig::new(D) };
    let d = DiscriminatorConfig { hidden: vec![12, 4], ..DiscriminatorConfig::new(D) };
    let filled = |network| part(case, &[&format!("before.{network}")]);
    let g = from_safetensors(g.zeros(&training).unwrap(), filled("generator")).unwrap();
    let d = from_safetensors(d.zeros(&training).unwrap(), filled("discriminator")).unwrap();
    let (momentum, nesterov, weight_decay) = (0.9, true, 5e-4);
    let sgd = SgdConfig { momentum, nesterov, weight_decay, ..SgdConfig::default() };
    let config = CooperativeConfig {
        optimizer: RmsPropConfig { learning_rate: 1e-3, ..RmsPropConfig::default() },
        discriminator_optimizer: Some(sgd.into()),
        latent_entropy: Some(LatentEntropy { weight: 0.7, bandwidth: 0.8 }),
        ..CooperativeConfig::default()
    };
    CooperativePair::from_networks(g, d, config, device).unwrap()
}

/// ‖ours − theirs‖ / ‖theirs‖ over the updates of all parameters of one network so far.
fn difference<M: ModuleSnapshot>(
    case: &SafeTensors<'_>,
    step: usize,
    network: &str,
    after: &M,
) -> f64 {
    let bytes = to_safetensors(after).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let ours: HashMap<_, _> =
        file.iter().map(|(name, view)| (name.to_owned(), floats(&view))).collect();
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
fn steps_equal_pytorchs() {
    let bytes = golden("classifier/case.safetensors");
    let case = SafeTensors::deserialize(&bytes).unwrap();
    let read = |name: &str| floats(&case.tensor(name).unwrap());
    for (name, device) in devices() {
        let mut pair = pair(&case, &device);
        let batch = || matrix(&read("batch"), D, &device);
        let (labels, weights) = (read("labels"), read("weights"));
        let (losses_d, losses_g) = (read("losses.discriminator"), read("losses.generator"));
        let mut rng = rng::stream(0, "step", 0);
        for step in 1..=3 {
            let what = format!("{name}, step {step}");
            let loss = pair.classification_step(batch(), &labels, Some(&weights), &mut rng);
            let expected = f64::from(losses_d[step - 1]);
            approx::assert_relative_eq!(loss.unwrap(), expected, max_relative = 1e-5);
            let found = difference(&case, step, "discriminator", pair.discriminator());
            assert!(found < 1e-3, "{what}: classifier {found}");

            let loss = pair.reconstruction_step(batch(), &mut rng).unwrap();
            let expected = f64::from(losses_g[step - 1]);
            approx::assert_relative_eq!(loss, expected, max_relative = 1e-5);
            let found = difference(&case, step, "generator", pair.generator());
            assert!(found < 1e-3, "{what}: autoencoder {found}");
        }
    }
}

#[test]
fn labels_and_weights_are_one_for_each_sample_and_a_pace_is_a_smaller_step() {
    let bytes = golden("classifier/case.safetensors");
    let case = SafeTensors::deserialize(&bytes).unwrap();
    let device = devices().remove(0).1;
    let batch = || matrix(&floats(&case.tensor("batch").unwrap()), D, &device);
    let labels = floats(&case.tensor("labels").unwrap());
    let mut rng = rng::stream(0, "step", 0);
    let mut whole = pair(&case, &device);
    assert!(whole.classification_step(batch(), &labels[1..], None, &mut rng).is_err());
    assert!(whole.classification_step(batch(), &labels, Some(&labels[1..]), &mut rng).is_err());

    let moved = |pace: f64, rng: &mut rng::HostRng| {
        let mut pair = pair(&case, &device);
        let before = pair.logits(batch()).unwrap();
        pair.set_pace(pace);
        pair.classification_step(batch(), &labels, None, rng).unwrap();
        let after = pair.logits(batch()).unwrap();
        before.iter().zip(after).map(|(b, a)| f64::from(b - a).abs()).sum::<f64>()
    };
    let (one, tenth) = (moved(1.0, &mut rng), moved(0.1, &mut rng));
    assert!((tenth / one - 0.1).abs() < 0.01, "{one}, {tenth}");
}
