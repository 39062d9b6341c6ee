//! What every weakly-supervised model promises, checked on all of them and on every device.

use crate::common::{auc, devices};
use burn::tensor::TensorData;
use gcl_core::rtfm::{FeatureTerm, RtfmLoss};
use gcl_core::sultani::{Pairing, SultaniLoss};
use gcl_core::{
    AdagradConfig, AdamConfig, CoreError, Device, Rtfm, RtfmConfig, State, Sultani, SultaniConfig,
    Tensor, WeaklySupervised, rng,
};
use rand::RngExt;

const D: usize = 64;
const CROPS: usize = 2;
const T: usize = 8;

type Build = fn(u64, &Device) -> Box<dyn WeaklySupervised>;

fn rtfm(config: RtfmConfig, seed: u64, device: &Device) -> Box<dyn WeaklySupervised> {
    let optimizer = AdamConfig { learning_rate: 3e-3, weight_decay: 5e-3, ..Default::default() };
    Box::new(Rtfm::new(RtfmConfig { optimizer, ..config }, seed, device).unwrap())
}

fn sultani(pairing: Pairing, seed: u64, device: &Device) -> Box<dyn WeaklySupervised> {
    let loss = SultaniLoss { pairing, ..Default::default() };
    let optimizer = AdagradConfig { learning_rate: 0.05, ..Default::default() };
    let config = SultaniConfig { loss, optimizer, hidden: [32, 8], ..SultaniConfig::new(D) };
    Box::new(Sultani::new(config, seed, device).unwrap())
}

const MODELS: [(&str, Build); 5] = [
    ("rtfm", |seed, device| rtfm(RtfmConfig::new(D), seed, device)),
    ("rtfm of Joint-VAD", |seed, device| rtfm(RtfmConfig::joint_vad(D), seed, device)),
    ("rtfm, hinge, per bag", |seed, device| {
        let loss =
            RtfmLoss { feature_term: FeatureTerm::Hinge, per_bag: true, ..Default::default() };
        rtfm(RtfmConfig { loss, ..RtfmConfig::new(D) }, seed, device)
    }),
    ("sultani", |seed, device| sultani(Pairing::All, seed, device)),
    ("sultani, one to one", |seed, device| sultani(Pairing::OneToOne, seed, device)),
];

/// Bags of calm snippets; where `odd`, the middle three of each bag are of another kind.
fn bags(count: usize, odd: bool, seed: u64, device: &Device) -> Tensor<4> {
    let mut random = rng::stream(seed, "bags", u64::from(odd));
    let mut value = |i: usize| {
        let (dimension, t) = (i % D, (i / D) % T);
        let special = odd && (3..6).contains(&t);
        let centre = if special == (dimension < D / 2) { 2.0 } else { 0.2 };
        centre + random.random_range(-0.2f32..0.2)
    };
    let values = (0..count * CROPS * T * D).map(&mut value).collect();
    Tensor::from_data(TensorData::new(values, vec![count, CROPS, T, D]), device)
}

fn video(bag: Tensor<4>) -> Tensor<3> {
    bag.narrow(0, 0, 1).reshape([CROPS, T, D])
}

fn train(model: &mut dyn WeaklySupervised, steps: std::ops::Range<u64>, device: &Device) {
    for step in steps {
        let (odd, calm) = (bags(6, true, step % 4, device), bags(6, false, step % 4, device));
        let loss = model.train_step(odd, calm, &mut rng::stream(9, "train", step)).unwrap();
        assert!(loss.is_finite());
    }
}

#[test]
fn models_repeat_and_resume() {
    for (_, device) in devices() {
        let sample = || video(bags(1, true, 50, &device));
        for (name, build) in MODELS {
            let mut one = build(5, &device);
            train(one.as_mut(), 0..4, &device);
            let expected = one.score(sample()).unwrap();
            let mut other = build(6, &device);
            assert_ne!(other.score(sample()).unwrap(), expected, "{name}: another seed");
            other.reset(5).unwrap();
            train(other.as_mut(), 0..2, &device);
            let bytes = other.save().unwrap().to_bytes().unwrap();
            let mut resumed = build(7, &device);
            resumed.load(&State::from_bytes(&bytes).unwrap()).unwrap();
            train(resumed.as_mut(), 2..4, &device);
            assert_eq!(resumed.score(sample()).unwrap(), expected, "{name}");
            assert!(matches!(resumed.load(&State::default()), Err(CoreError::State(_))));
            assert_eq!(resumed.score(sample()).unwrap(), expected, "{name}");
        }
    }
}

#[test]
fn models_find_the_odd_snippets() {
    for (_, device) in devices() {
        for (name, build) in MODELS {
            let mut model = build(5, &device);
            train(model.as_mut(), 0..80, &device);
            let scores = model.score(video(bags(1, true, 50, &device))).unwrap();
            assert_eq!(scores.len(), T);
            assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)), "{name}");
            let calm = model.score(video(bags(1, false, 51, &device))).unwrap();
            // RTFM's convolutions see four snippets to each side: compare with another video.
            let quality = auc(&calm, &scores[3..6]);
            assert!(quality > 0.9, "{name}: {quality} {scores:?} {calm:?}");
        }
    }
}

#[test]
fn models_refuse_what_does_not_fit_and_stay_as_they_are() {
    for (_, device) in devices() {
        for (name, build) in MODELS {
            let mut model = build(5, &device);
            train(model.as_mut(), 0..1, &device);
            let before = model.save().unwrap();
            let good = || bags(2, true, 1, &device);
            let random = || rng::stream(9, "train", 0);
            for value in [f32::NAN, f32::NEG_INFINITY] {
                let bad = || good().slice_fill([0..1, 1..2, 2..3, 3..4], value);
                for (odd, calm) in [(bad(), good()), (good(), bad())] {
                    let error = model.train_step(odd, calm, &mut random());
                    assert!(matches!(error, Err(CoreError::NotFinite { .. })), "{name} {value}");
                }
                let error = model.score(video(bad()));
                assert!(matches!(error, Err(CoreError::NotFinite { .. })), "{name} {value}");
            }
            let shapes =
                [[2, CROPS, T, D + 1], [2, CROPS, T + 1, D], [2, 1, T, D], [0, CROPS, T, D]];
            for shape in shapes {
                let error = model.train_step(good(), Tensor::zeros(shape, &device), &mut random());
                assert!(matches!(error, Err(CoreError::Shape { .. })), "{name} {shape:?}");
            }
            for shape in [[CROPS, T, D - 1], [CROPS, 0, D]] {
                let error = model.score(Tensor::zeros(shape, &device));
                assert!(matches!(error, Err(CoreError::Shape { .. })), "{name} {shape:?}");
            }
            assert!(model.save().unwrap() == before, "{name}: a refused step left a trace");
        }
    }
}

#[test]
fn models_cope_with_little() {
    for (_, device) in devices() {
        for (name, build) in MODELS {
            // One bag of one snippet; unequal numbers of bags; nothing but zeros.
            let cases: [(Tensor<4>, Tensor<4>); 3] = [
                (Tensor::ones([1, 1, 1, D], &device), Tensor::ones([1, 1, 1, D], &device)),
                (bags(3, true, 1, &device), bags(1, false, 1, &device)),
                (Tensor::zeros([2, 1, 4, D], &device), Tensor::zeros([2, 1, 4, D], &device)),
            ];
            for (odd, calm) in cases {
                let mut model = build(5, &device);
                for step in 0..3 {
                    let mut random = rng::stream(9, "train", step);
                    let loss = model.train_step(odd.clone(), calm.clone(), &mut random).unwrap();
                    assert!(loss.is_finite(), "{name}");
                }
                let [_, crops, t, _] = odd.dims();
                let video = odd.narrow(0, 0, 1).reshape([crops, t, D]);
                let scores = model.score(video).unwrap();
                assert!(scores.len() == t && scores.iter().all(|s| s.is_finite()), "{name}");
            }
        }
    }
}

#[test]
fn settings_that_make_no_model_are_errors() {
    for (_, device) in devices() {
        let bad = [
            RtfmConfig::new(0),
            RtfmConfig::new((1 << 20) + 1),
            RtfmConfig::new(usize::MAX),
            RtfmConfig { top_k: 0, ..RtfmConfig::new(D) },
            RtfmConfig { dropout: 1.0, ..RtfmConfig::new(D) },
        ];
        for config in bad {
            assert!(matches!(config.validate(), Err(CoreError::Setting { .. })));
            assert!(matches!(Rtfm::new(config, 0, &device), Err(CoreError::Setting { .. })));
        }
        let bad = [
            SultaniConfig { hidden: [0, 3], ..SultaniConfig::new(D) },
            SultaniConfig { hidden: [3, usize::MAX], ..SultaniConfig::new(D) },
            SultaniConfig { hidden: [(1 << 20) + 1, 3], ..SultaniConfig::new(D) },
            SultaniConfig::new(usize::MAX),
        ];
        for config in bad {
            assert!(matches!(config.validate(), Err(CoreError::Setting { .. })));
            assert!(matches!(Sultani::new(config, 0, &device), Err(CoreError::Setting { .. })));
        }
        RtfmConfig::new(1 << 20).validate().unwrap();
        SultaniConfig::new(1 << 20).validate().unwrap();
    }
}
