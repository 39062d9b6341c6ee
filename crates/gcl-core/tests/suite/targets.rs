//! The random pseudo-targets, which no other framework can repeat: what must hold of them.

use crate::common::{blob, devices, matrix};
use gcl_core::target::NegativeTarget;
use gcl_core::{Device, rng};

const D: usize = 16;
const ROWS: usize = 64;

fn anomalous() -> Vec<bool> {
    (0..ROWS).map(|i| i % 4 == 0).collect()
}

fn targets(target: NegativeTarget, labels: &[bool], seed: u64, device: &Device) -> Vec<f32> {
    let x = matrix(&blob(ROWS, D, 0, 1), D, device);
    let pseudo = target.build(x, labels, &mut rng::stream(seed, "target", 0));
    assert!(pseudo.weight.is_none());
    pseudo.target.into_data().convert::<f32>().try_to_vec().unwrap()
}

#[test]
fn a_replacement_is_a_normal_sample_of_the_batch() {
    let (features, labels) = (blob(ROWS, D, 0, 1), anomalous());
    let row = |values: &[f32], i: usize| values[i * D..(i + 1) * D].to_vec();
    for (name, device) in devices() {
        let found = targets(NegativeTarget::Replace, &labels, 1, &device);
        let mut sources = Vec::new();
        for i in 0..ROWS {
            let target = row(&found, i);
            if !labels[i] {
                assert_eq!(target, row(&features, i), "{name}: normal row {i} moved");
                continue;
            }
            let source = (0..ROWS).find(|&j| row(&features, j) == target).unwrap();
            assert!(!labels[source], "{name}: row {i} became the anomalous row {source}");
            sources.push(source);
        }
        sources.sort_unstable();
        sources.dedup();
        assert!(sources.len() > 8, "{name}: drawn anew for each, not {sources:?}");
        assert_eq!(found, targets(NegativeTarget::Replace, &labels, 1, &device));
        assert_ne!(found, targets(NegativeTarget::Replace, &labels, 2, &device));
        let alone = targets(NegativeTarget::Replace, &[true; ROWS], 1, &device);
        assert_eq!(alone, features, "{name}: without normal samples nothing is replaced");
    }
}

#[test]
fn gaussian_noise_has_its_deviation_and_reaches_anomalous_samples_alone() {
    let (features, labels) = (blob(ROWS, D, 0, 1), anomalous());
    for (name, device) in devices() {
        for sigma in [1.5, 6.0] {
            let found = targets(NegativeTarget::Gaussian { sigma }, &labels, 1, &device);
            let mut noise = Vec::new();
            for (i, (found, feature)) in found.chunks(D).zip(features.chunks(D)).enumerate() {
                match labels[i] {
                    false => assert_eq!(found, feature, "{name}: normal row {i} moved"),
                    true => noise.extend(found.iter().zip(feature).map(|(a, b)| a - b)),
                }
            }
            let n = noise.len() as f32;
            let mean = noise.iter().sum::<f32>() / n;
            let std = (noise.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n).sqrt();
            assert!(mean.abs() < 0.2 * sigma, "{name}: mean {mean}");
            assert!((std / sigma - 1.0).abs() < 0.15, "{name}: {std}, expected {sigma}");
        }
    }
}

#[test]
fn settings_without_sense_are_refused() {
    for (target, named) in [
        (NegativeTarget::Ones { value: f32::NAN }, "value"),
        (NegativeTarget::Gaussian { sigma: -0.1 }, "sigma"),
        (NegativeTarget::Gaussian { sigma: f32::INFINITY }, "sigma"),
    ] {
        assert!(target.validate().unwrap_err().to_string().contains(named), "{target:?}");
    }
    assert!(NegativeTarget::Gaussian { sigma: 0.0 }.validate().is_ok());
    assert!(NegativeTarget::Replace.validate().is_ok());
}
