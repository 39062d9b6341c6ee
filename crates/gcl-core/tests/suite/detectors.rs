//! One suite that every plain detector passes, on every device.

use crate::common::{auc, blob, devices, golden};
use gcl_core::detector::{
    Detector, IsolationForest, Mahalanobis, NearestNeighbours, Pca, SemiOrthogonal,
};
use gcl_core::{CoreError, Device, State};

const D: usize = 5;

fn detectors(device: &Device) -> Vec<Box<dyn Detector>> {
    vec![
        Box::new(NearestNeighbours::new(1, device).unwrap()),
        Box::new(NearestNeighbours::new(3, device).unwrap()),
        Box::new(NearestNeighbours::new(2, device).unwrap().with_sample(40, 1).unwrap()),
        Box::new(Mahalanobis::new(0.1).unwrap()),
        Box::new(Pca::new(2, 1)),
        Box::new(IsolationForest::new(100, 64, 1).unwrap()),
        Box::new(SemiOrthogonal::new(3, 0.1, 1).unwrap()),
    ]
}

fn each(check: impl Fn(&mut dyn Detector)) {
    for (_, device) in devices() {
        for mut detector in detectors(&device) {
            check(detector.as_mut());
        }
    }
}

#[test]
fn higher_is_more_anomalous() {
    each(|detector| {
        detector.fit(&blob(200, D, 0, 1), D).unwrap();
        let test = blob(60, D, 10, 2);
        let scores = detector.score(&test).unwrap();
        assert!(auc(&scores[..50], &scores[50..]) > 0.99, "{}", detector.name());
    });
}

#[test]
fn a_score_does_not_depend_on_the_other_rows() {
    each(|detector| {
        detector.fit(&blob(50, D, 0, 1), D).unwrap();
        let test = blob(8, D, 2, 2);
        let together = detector.score(&test).unwrap();
        for (i, row) in test.chunks(D).enumerate() {
            let alone = detector.score(row).unwrap()[0];
            approx::assert_relative_eq!(alone, together[i], max_relative = 1e-5);
        }
    });
}

#[test]
fn saved_and_loaded_equals() {
    for (_, device) in devices() {
        for (mut fitted, mut loaded) in detectors(&device).into_iter().zip(detectors(&device)) {
            fitted.fit(&blob(50, D, 0, 1), D).unwrap();
            assert!(fitted.load(&State::default()).is_err(), "{}", fitted.name());
            let state = fitted.save().unwrap().to_bytes().unwrap();
            loaded.load(&State::from_bytes(&state).unwrap()).unwrap();
            let test = blob(8, D, 2, 2);
            assert_eq!(fitted.score(&test).unwrap(), loaded.score(&test).unwrap());
        }
    }
}

#[test]
fn bad_input_is_refused_and_constant_input_survives() {
    each(|detector| {
        let name = detector.name();
        let unfitted = detector.score(&[0.0; D]);
        assert!(matches!(unfitted, Err(CoreError::NotFitted(_))), "{name}");
        assert!(detector.fit(&[], D).is_err(), "{name}");
        assert!(detector.fit(&[1.0; 7], D).is_err(), "{name}");
        let mut bad = vec![1.0; 4 * D];
        bad[7] = f32::INFINITY;
        let error = detector.fit(&bad, D);
        assert!(matches!(error, Err(CoreError::NotFinite { position: 7, .. })), "{name}");
        detector.fit(&[2.0; 6 * D], D).unwrap();
        assert!(detector.score(&[f32::NAN; D]).is_err(), "{name}");
        assert!(detector.score(&[2.0; D - 1]).is_err(), "{name}");
        let scores = detector.score(&[[2.0; D], [3.0; D]].concat()).unwrap();
        match name {
            // Nothing can be cut, so nothing is told apart.
            "isolation-forest" => assert_eq!(scores[0], scores[1]),
            _ => assert!(scores[1] > scores[0] && scores[0].abs() < 1e-2, "{name}: {scores:?}"),
        }
    });
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
    let device = devices().remove(0).1;
    let (train, test) = (blob(90, D, 5, 1), blob(8, D, 2, 2));
    type Make = fn(u64, &Device) -> Box<dyn Detector>;
    let make: [(&str, Make); 4] = [
        ("knn", |seed, device| {
            Box::new(NearestNeighbours::new(2, device).unwrap().with_sample(40, seed).unwrap())
        }),
        ("isolation-forest", |seed, _| Box::new(IsolationForest::new(20, 32, seed).unwrap())),
        ("kim", |seed, _| Box::new(SemiOrthogonal::new(3, 0.1, seed).unwrap())),
        ("pca", |seed, _| Box::new(Pca::new(2, seed))),
    ];
    for (name, make) in make {
        let scores = |seed| {
            let mut detector = make(seed, &device);
            detector.fit(&train, D).unwrap();
            detector.score(&test).unwrap()
        };
        assert_eq!(scores(1), scores(1), "{name}");
        if name != "pca" {
            assert_ne!(scores(1), scores(2), "{name}");
        }
    }
}

#[test]
fn one_row_gives_a_score_or_says_what_is_missing() {
    each(|detector| match detector.fit(&[1.0, 2.0, 3.0, 4.0, 5.0], D) {
        Ok(()) => {
            let scores = detector.score(&[0.0; D]).unwrap();
            assert!(scores[0].is_finite(), "{}", detector.name());
        }
        Err(error) => assert!(error.to_string().contains("at least k"), "{error}"),
    });
}

#[test]
fn settings_out_of_range_are_refused() {
    let device = devices().remove(0).1;
    assert!(NearestNeighbours::new(0, &device).is_err());
    assert!(NearestNeighbours::new(3, &device).unwrap().with_sample(2, 0).is_err());
    assert!(IsolationForest::new(0, 64, 0).is_err() && IsolationForest::new(9, 1, 0).is_err());
    assert!(SemiOrthogonal::new(0, 0.1, 0).is_err() && SemiOrthogonal::new(1, 0.0, 0).is_err());
    assert!(Pca::new(D, 0).fit(&blob(9, D, 0, 0), D).is_err());
    assert!(SemiOrthogonal::new(D + 1, 0.1, 0).unwrap().fit(&blob(9, D, 0, 0), D).is_err());
}

#[test]
fn distances_are_the_textbook_ones() {
    each(|detector| {
        if detector.name() == "knn" {
            let mut one = NearestNeighbours::new(1, &devices()[0].1).unwrap();
            one.fit(&[0.0, 0.0, 3.0, 4.0], 2).unwrap();
            approx::assert_relative_eq!(one.score(&[0.0, 2.0]).unwrap()[0], 2.0, epsilon = 1e-5);
        }
    });
    let mut detector = Mahalanobis::new(1e-6).unwrap();
    detector.fit(&[2.0, 0.0, -2.0, 0.0, 0.0, 1.0, 0.0, -1.0], 2).unwrap();
    let scores = detector.score(&[2.0, 0.0, 0.0, 1.0]).unwrap();
    approx::assert_relative_eq!(scores[0], 2f32.sqrt(), max_relative = 1e-4);
    approx::assert_relative_eq!(scores[1], 2f32.sqrt(), max_relative = 1e-4);
}

#[test]
fn scores_are_scikit_learns() {
    let json = golden("detectors/case.json");
    let case: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let floats = |key: &str| -> Vec<f32> { serde_json::from_value(case[key].clone()).unwrap() };
    let (train, test) = (floats("train"), floats("test"));
    let d = serde_json::from_value(case["d"].clone()).unwrap();
    let check = |key: &str, detector: &mut dyn Detector, tolerance: f32| {
        detector.fit(&train, d).unwrap();
        let ours = detector.score(&test).unwrap();
        for (o, t) in ours.iter().zip(floats(key)) {
            assert!((o - t).abs() <= tolerance * t, "{key}: {o}, expected {t}");
        }
    };
    check("pca", &mut Pca::new(4, 1), 1e-4);
    check("mahalanobis", &mut Mahalanobis::new(0.1).unwrap(), 1e-4);
    // Other random numbers: the mean over many trees is what agrees.
    check("isolation_forest", &mut IsolationForest::new(1000, 64, 3).unwrap(), 0.03);
}

#[test]
fn a_projection_that_loses_nothing_is_plain_mahalanobis() {
    let (train, test) = (blob(90, D, 5, 1), blob(8, D, 2, 2));
    let mut kim = SemiOrthogonal::new(D, 0.1, 7).unwrap();
    let mut plain = Mahalanobis::new(0.1).unwrap();
    kim.fit(&train, D).unwrap();
    plain.fit(&train, D).unwrap();
    for (k, p) in kim.score(&test).unwrap().iter().zip(plain.score(&test).unwrap()) {
        approx::assert_relative_eq!(*k, p, max_relative = 1e-4);
    }
}

#[test]
fn a_part_that_ends_within_a_number_is_refused() {
    each(|detector| {
        detector.fit(&blob(50, D, 0, 1), D).unwrap();
        let good = detector.save().unwrap();
        let (mut cut, name) = (0, detector.name());
        for part in good.names() {
            let bytes = good.get(part).unwrap();
            let mut state = good.clone();
            state.put(part, [bytes, &[0]].concat());
            assert!(matches!(detector.load(&state), Err(CoreError::State(_))), "{name}: {part}");
            cut += 1;
        }
        assert!(cut > 0, "{name}");
        detector.load(&good).unwrap();
    });
}

#[test]
fn a_damaged_forest_is_refused_and_never_walked_in_circles() {
    let mut forest = IsolationForest::new(2, 8, 1).unwrap();
    forest.fit(&blob(20, D, 0, 1), D).unwrap();
    let good = forest.save().unwrap();
    let nodes = good.get("nodes").unwrap().to_vec();
    // The first node is a cut: its feature, and its children.
    for (at, value) in [(0, D as u32), (8, u32::MAX), (8, u32::MAX - 1)] {
        let mut state = good.clone();
        let mut bad = nodes.clone();
        bad[at..at + 4].copy_from_slice(&value.to_le_bytes());
        state.put("nodes", bad);
        assert!(matches!(forest.load(&state), Err(CoreError::State(_))), "{at} {value}");
    }
    let mut short = good.clone();
    short.put("nodes", nodes[..nodes.len() - 12].to_vec());
    assert!(forest.load(&short).is_err());
    forest.load(&good).unwrap();
}
