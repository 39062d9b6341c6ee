//! The cooperative pair: it learns, repeats and resumes, on every device.

use crate::common::{auc, blob, devices, matrix};
use gcl_core::target::{ExcludeDivisor, NegativeTarget};
use gcl_core::{
    AutoencoderConfig, CooperativeConfig, CooperativePair, CoreError, Device, DiscriminatorConfig,
    RmsPropConfig, VideoLabel, rng,
};

const D: usize = 16;

fn pair(config: CooperativeConfig, seed: u64, device: &Device) -> CooperativePair {
    let (g, d) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
    CooperativePair::new(&g, &d, config, seed, device).unwrap()
}

fn fast() -> CooperativeConfig {
    let optimizer = RmsPropConfig { learning_rate: 1e-3, ..Default::default() };
    CooperativeConfig { optimizer, ..Default::default() }
}

fn with_norm_and_dropout(config: CooperativeConfig, seed: u64, device: &Device) -> CooperativePair {
    let (mut g, mut d) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
    (g.batch_norm, g.dropout, d.batch_norm, d.dropout) = (true, 0.1, true, 0.3);
    CooperativePair::new(&g, &d, config, seed, device).unwrap()
}

#[test]
fn both_networks_learn_what_is_rare() {
    for (name, device) in devices() {
        let rows = blob(256, D, 16, 1);
        let x = matrix(&rows, D, &device);
        let mut pair = pair(fast(), 5, &device);
        let first = pair.step(x.clone(), None, &mut rng::stream(5, "target", 0)).unwrap();
        for i in 1..60 {
            pair.step(x.clone(), None, &mut rng::stream(5, "target", i)).unwrap();
        }
        let last = pair.step(x.clone(), None, &mut rng::stream(5, "target", 60)).unwrap();
        assert!(last.loss_discriminator < 0.5 * first.loss_discriminator, "{name}");
        for scores in [pair.probabilities(x.clone()).unwrap(), pair.errors(x.clone()).unwrap()] {
            let quality = auc(&scores[..240], &scores[240..]);
            assert!(quality > 0.95, "{name}: {quality}");
        }
    }
}

#[test]
fn a_saved_pair_goes_on_bit_for_bit() {
    goes_on_bit_for_bit(pair);
}

#[test]
fn a_saved_pair_with_batch_norm_and_dropout_goes_on_bit_for_bit() {
    goes_on_bit_for_bit(with_norm_and_dropout);
}

fn goes_on_bit_for_bit(pair: fn(CooperativeConfig, u64, &Device) -> CooperativePair) {
    for (name, device) in devices() {
        let x = matrix(&blob(64, D, 6, 2), D, &device);
        let mut straight = pair(fast(), 3, &device);
        let mut report = None;
        for i in 0..6 {
            if i == 3 {
                let bytes = straight.save().unwrap().to_bytes().unwrap();
                let mut resumed = pair(fast(), 99, &device);
                resumed.load(&gcl_core::State::from_bytes(&bytes).unwrap()).unwrap();
                straight = resumed;
            }
            report = Some(straight.step(x.clone(), None, &mut rng::stream(3, "t", i)).unwrap());
        }
        let mut whole = pair(fast(), 3, &device);
        let mut expected = None;
        for i in 0..6 {
            expected = Some(whole.step(x.clone(), None, &mut rng::stream(3, "t", i)).unwrap());
        }
        assert_eq!(report, expected, "{name}");
        assert_eq!(straight.errors(x.clone()).unwrap(), whole.errors(x.clone()).unwrap());
        assert_eq!(straight.logits(x.clone()).unwrap(), whole.logits(x).unwrap());
    }
}

#[test]
fn every_target_trains_and_known_normal_samples_are_never_labelled() {
    let targets = [
        NegativeTarget::Ones { value: 1.0 },
        NegativeTarget::Replace,
        NegativeTarget::Gaussian { sigma: 1.5 },
        NegativeTarget::Exclude { divisor: ExcludeDivisor::Kept },
    ];
    for (name, device) in devices() {
        let x = matrix(&blob(64, D, 6, 2), D, &device);
        let label = |i| if i % 2 == 0 { VideoLabel::Normal } else { VideoLabel::Unknown };
        let known: Vec<VideoLabel> = (0..64).map(label).collect();
        for target in targets {
            let mut pair = pair(CooperativeConfig { target, ..fast() }, 3, &device);
            let before = pair.errors(x.clone()).unwrap();
            let report = pair.step(x.clone(), Some(&known), &mut rng::stream(3, "t", 0)).unwrap();
            assert!(report.loss_generator.is_finite(), "{name} {target:?}");
            assert_ne!(pair.errors(x.clone()).unwrap(), before, "{name} {target:?}: G unmoved");
            for i in (0..64).step_by(2) {
                assert!(!report.discriminator_labels[i] && report.generator_labels[i] == 0.0);
            }
            assert!(report.discriminator_labels.contains(&true), "{name} {target:?}");
        }
    }
}

#[test]
fn a_nan_stops_the_step_and_changes_nothing() {
    for (_, device) in devices() {
        let mut rows = blob(8, D, 1, 1);
        let mut pair = pair(fast(), 3, &device);
        let before = pair.save().unwrap();
        rows[5] = f32::NAN;
        let error = pair.step(matrix(&rows, D, &device), None, &mut rng::stream(3, "t", 0));
        assert!(matches!(error, Err(CoreError::NotFinite { .. })));
        assert!(pair.save().unwrap() == before);
    }
}

#[test]
fn stored_weights_give_the_same_answers() {
    for ((_, device), with_norm) in
        devices().into_iter().flat_map(|d| [(d.clone(), false), (d, true)])
    {
        let x = matrix(&blob(32, D, 3, 2), D, &device);
        let make = if with_norm { with_norm_and_dropout } else { pair };
        let mut a = make(fast(), 1, &device);
        // Running statistics are part of what is stored.
        a.step(x.clone(), None, &mut rng::stream(3, "t", 0)).unwrap();
        let mut b = make(fast(), 2, &device);
        assert_ne!(a.errors(x.clone()).unwrap(), b.errors(x.clone()).unwrap());
        let g = gcl_core::weights::to_safetensors(a.generator()).unwrap();
        let d = gcl_core::weights::to_safetensors(a.discriminator()).unwrap();
        let g = gcl_core::weights::from_safetensors(b.generator().clone(), g).unwrap();
        let d = gcl_core::weights::from_safetensors(b.discriminator().clone(), d).unwrap();
        b = CooperativePair::from_networks(g, d, b.config().clone(), b.device()).unwrap();
        assert_eq!(a.errors(x.clone()).unwrap(), b.errors(x.clone()).unwrap());
        assert_eq!(a.logits(x.clone()).unwrap(), b.logits(x).unwrap());
    }
}

#[test]
fn what_is_answered_together_is_what_is_answered_alone() {
    for (name, device) in devices() {
        let x = matrix(&blob(64, D, 6, 2), D, &device);
        let mut pair = with_norm_and_dropout(fast(), 3, &device);
        pair.step(x.clone(), None, &mut rng::stream(3, "t", 0)).unwrap();
        let (probabilities, logits) = pair.judge(x.clone()).unwrap();
        assert_eq!(probabilities, pair.probabilities(x.clone()).unwrap(), "{name}");
        assert_eq!(logits, pair.logits(x.clone()).unwrap(), "{name}");
        let (reconstruction, errors) = pair.reconstruct_with_errors(x.clone()).unwrap();
        assert_eq!(errors, pair.errors(x.clone()).unwrap(), "{name}");
        assert_eq!(reconstruction.into_data(), pair.reconstruct(x).into_data(), "{name}");
        let narrow = matrix(&blob(8, D - 1, 1, 1), D - 1, &device);
        assert!(matches!(pair.judge(narrow), Err(CoreError::Shape { .. })), "{name}");
    }
}

#[test]
fn dropout_and_batch_norm_act_while_training_and_never_while_scoring() {
    for (name, device) in devices() {
        let x = matrix(&blob(64, D, 6, 2), D, &device);
        let (mut g, d) = (AutoencoderConfig::new(D), DiscriminatorConfig::new(D));
        let loss = |g: &AutoencoderConfig, draw: u64| {
            let mut pair = CooperativePair::new(g, &d, fast(), 3, &device).unwrap();
            let (a, b) = (pair.errors(x.clone()).unwrap(), pair.errors(x.clone()).unwrap());
            assert_eq!(a, b, "{name}: scoring is not a function");
            pair.reconstruction_step(x.clone(), &mut rng::stream(draw, "t", 0)).unwrap()
        };
        let plain = loss(&g, 0);
        assert_eq!(loss(&g, 1), plain, "{name}: nothing is drawn without dropout");
        g.dropout = 0.4;
        assert_ne!(loss(&g, 0), plain, "{name}");
        assert_ne!(loss(&g, 0), loss(&g, 1), "{name}: the mask follows the generator handed in");
        (g.dropout, g.batch_norm) = (0.0, true);
        assert_ne!(loss(&g, 0), plain, "{name}");
        // A row's score does not depend on the batch that it is in.
        let mut pair = CooperativePair::new(&g, &d, fast(), 3, &device).unwrap();
        pair.step(x.clone(), None, &mut rng::stream(0, "t", 0)).unwrap();
        let together = pair.errors(x.clone()).unwrap();
        let alone = pair.errors(x.clone().slice([7..8, 0..D])).unwrap();
        approx::assert_relative_eq!(alone[0], together[7], max_relative = 1e-5);
    }
}

#[test]
fn a_batch_of_another_dimension_is_refused() {
    for (_, device) in devices() {
        let mut pair = pair(fast(), 3, &device);
        let x = matrix(&blob(8, D + 1, 1, 1), D + 1, &device);
        let mut rng = rng::stream(3, "t", 0);
        assert!(matches!(pair.step(x.clone(), None, &mut rng), Err(CoreError::Shape { .. })));
        assert!(matches!(pair.errors(x.clone()), Err(CoreError::Shape { .. })));
        assert!(matches!(pair.logits(x), Err(CoreError::Shape { .. })));
        let x = matrix(&blob(8, D, 1, 1), D, &device);
        let few = [VideoLabel::Normal; 3];
        assert!(matches!(pair.step(x, Some(&few), &mut rng), Err(CoreError::Shape { .. })));
    }
}
