//! Pseudo-labels equal those of an independent computation with scikit-learn, SciPy and NumPy
//! (`tests/golden/pseudo_labels/export.py` wrote the case).

use gcl_core::pseudo_label::gmm::{Covariance, Point, TwoGaussians};
use gcl_core::pseudo_label::{
    Distance, Divide, Entropy, LanpSettings, PseudoLabels, Similarity, Spread, coarse, descriptor,
    fine, normality, propagation,
};
use gcl_core::rng;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

struct Case(Value);

impl Case {
    fn read() -> Case {
        let path = "/../../tests/golden/pseudo_labels/case.json";
        let path = format!("{}{path}", env!("CARGO_MANIFEST_DIR"));
        Case(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
    }

    /// The value at a path of keys.
    fn get<T: DeserializeOwned>(&self, path: &[&str]) -> T {
        let value = path.iter().fold(&self.0, |value, key| &value[key]);
        serde_json::from_value(value.clone()).unwrap()
    }

    fn d(&self) -> usize {
        self.get(&["d"])
    }

    fn videos(&self) -> Vec<Vec<f32>> {
        self.get(&["videos"])
    }

    fn sizes(&self) -> Vec<Vec<f64>> {
        self.videos().iter().map(|rows| descriptor::sizes(rows, self.d())).collect()
    }
}

fn close(what: &str, ours: &[f64], theirs: &[f64], relative: f64) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (i, (o, t)) in ours.iter().zip(theirs).enumerate() {
        assert!((o - t).abs() <= relative * t.abs().max(1e-3), "{what}[{i}]: {o}, expected {t}");
    }
}

#[test]
fn descriptors_are_numpys() {
    let (case, d) = (Case::read(), Case::read().d());
    let points = |name: &str| case.get::<Vec<Point>>(&["points", name]).concat();
    for (name, spread) in [("std", Spread::Std), ("variance", Spread::Variance)] {
        let of = |sizes: &Vec<f64>| descriptor::mean_and_spread(sizes, spread);
        let ours: Vec<Point> = case.sizes().iter().map(of).collect();
        close(name, &ours.concat(), &points(name), 1e-6);
    }
    for (name, entropy) in [("von-neumann", Entropy::VonNeumann), ("diagonal", Entropy::Diagonal)] {
        let of = |rows: &Vec<f32>| {
            let rise = descriptor::largest_rise(&descriptor::sizes(rows, d));
            [rise, descriptor::entropy(rows, d, entropy).unwrap()]
        };
        let ours: Vec<Point> = case.videos().iter().map(of).collect();
        close(name, &ours.concat(), &points(name), 1e-6);
    }
}

#[test]
fn mixtures_are_scikit_learns_whatever_the_seed() {
    let case = Case::read();
    for (name, points, covariance) in
        [("spherical", "std", Covariance::Spherical), ("full", "von-neumann", Covariance::Full)]
    {
        let points: Vec<Point> = case.get(&["points", points]);
        for seed in 0..5 {
            let mixture = TwoGaussians::fit(&points, covariance, &mut rng::stream(seed, "gmm", 0));
            // In the order of their weights.
            let first = usize::from(mixture.weights[0] > mixture.weights[1]);
            let order = [first, 1 - first];
            let weights = order.map(|k| mixture.weights[k]);
            close("weights", &weights, &case.get::<Vec<f64>>(&[name, "weights"]), 1e-3);
            let means = order.map(|k| mixture.means[k]).concat();
            close("means", &means, &case.get::<Vec<Point>>(&[name, "means"]).concat(), 1e-3);
            let ours = order.map(|k| mixture.covariances[k]).concat();
            let theirs = case.get::<Vec<[f64; 3]>>(&[name, "covariances"]).concat();
            close("covariances", &ours, &theirs, 1e-3);
            let ours: Vec<f64> = points.iter().map(|point| mixture.log_likelihood(point)).collect();
            close("likelihood", &ours, &case.get::<Vec<f64>>(&[name, "log_likelihood"]), 1e-3);
        }
    }
}

#[test]
fn videos_are_split_as_by_scikit_learn() {
    let case = Case::read();
    let points = |name: &str| case.get::<Vec<Point>>(&["points", name]);
    // Rounds on what is left without clusters follow the last digits of a mixture: two are compared.
    for (name, of, divide, ratio) in [
        ("cluster", "std", Divide::Cluster, 1.0),
        ("percentile", "std", Divide::Percentile, 0.4),
        ("percentile-variance", "variance", Divide::Percentile, 0.4),
    ] {
        let ours = coarse::divided(&points(of), ratio, divide, 0);
        assert_eq!(ours, case.get::<Vec<bool>>(&["divided", name]), "{name}");
    }
    assert_eq!(coarse::split(&points("von-neumann"), 0), case.get::<Vec<bool>>(&["split"]));
}

#[test]
fn windows_are_those_of_a_search_one_by_one() {
    let case = Case::read();
    for (name, anomalous) in [("c2fpl", &["divided", "cluster"][..]), ("clap", &["split"])] {
        let ours = fine::labels(&case.sizes(), &case.get::<Vec<bool>>(anomalous), 0.2);
        let theirs: Vec<Vec<f32>> = case.get(&[name]);
        assert_eq!(ours, theirs, "{name}");
        assert!(theirs.concat().contains(&1.0));
    }
}

#[test]
fn normality_labels_and_weights_are_scipys() {
    let (case, d) = (Case::read(), Case::read().d());
    let common =
        LanpSettings { neighbours: 8, videos: 0.27, memory: 0.3, ..LanpSettings::default() };
    let rbf = Similarity::Rbf { width: 0.5 };
    for (name, similarity, distance) in
        [("cosine", Similarity::Cosine, Distance::Cosine), ("rbf", rbf, Distance::RootMeanSquare)]
    {
        let settings = LanpSettings { similarity, distance, ..common };
        let videos = case.videos();
        let normal: Vec<Vec<f64>> =
            videos.iter().map(|rows| propagation::normality(rows, d, &settings)).collect();
        let theirs: Vec<Vec<f64>> = case.get(&["lanp", name, "normality"]);
        for (ours, theirs) in normal.iter().zip(&theirs) {
            close(name, ours, theirs, 1e-5);
        }
        let chosen = normality::choose(&normal, &settings);
        let marked =
            |flags: &[bool]| -> Vec<usize> { (0..flags.len()).filter(|&i| flags[i]).collect() };
        assert_eq!(marked(&chosen.anomalous), case.get::<Vec<usize>>(&["lanp", name, "anomalous"]));
        let mean = |video: usize| -> Vec<f32> {
            let rows = &videos[video];
            let mut mean = vec![0.0; d];
            for i in normality::sampled(rows.len() / d, &settings) {
                (0..d).for_each(|j| mean[j] += rows[i * d + j] / settings.sampled as f32);
            }
            mean
        };
        let memory: Vec<f32> = marked(&chosen.memory).into_iter().flat_map(mean).collect();
        let labels: Vec<Vec<f32>> = case.get(&["lanp", name, "labels"]);
        let weights: Vec<Vec<f64>> = case.get(&["lanp", name, "weights"]);
        for (i, rows) in videos.iter().enumerate() {
            if chosen.anomalous[i] {
                assert_eq!(
                    normality::labels(&normal[i], &settings),
                    labels[i],
                    "{name}, video {i}"
                );
            }
            let weight = |(row, &label): (&[f32], &f32)| {
                f64::from(normality::weight(row, label, &memory, &settings))
            };
            let ours: Vec<f64> = rows.chunks(d).zip(&labels[i]).map(weight).collect();
            close("weights", &ours, &weights[i], 1e-4);
        }
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    for (kind, setting, wrong) in [
        ("c2fpl", "window", json!(0.0)),
        ("c2fpl", "ratio", json!(-1.0)),
        ("c2fpl", "longest", json!(1)),
        ("clap", "window", json!(1.1)),
        ("clap", "refine", json!({ "disjoint": 1.0 })),
        ("lanp", "similarity", json!({ "kind": "rbf", "width": 0.0 })),
        ("lanp", "videos", json!(1.0)),
        ("lanp", "videos", json!(0.0)),
        ("lanp", "alpha", json!(1.0)),
        ("lanp", "segments", json!(0.0)),
        ("lanp", "neighbours", json!(0)),
        ("lanp", "rounds", json!(0)),
        ("lanp", "sampled", json!(0)),
        ("lanp", "memory", json!(2.0)),
    ] {
        let labels = json!({ "kind": kind, setting: wrong });
        let labels: PseudoLabels = serde_json::from_value(labels).unwrap();
        let text = labels.validate().unwrap_err().to_string();
        assert!(text.contains(setting), "{text}");
    }
}
