//! Training in memory gives what training from files gives, bit for bit, and refuses what makes no
//! run.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{D, devices, is_odd};
use gcl_core::{Device, rng};
use gcl_data::{FeatureSet, VideoId, write_f32};
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::{
    FittedGcl, Gcl, Method, Model, Preset, Rows, RunConfig, RunDir, Silent, TrainError,
    TrainOptions, train,
};
use rand::RngExt;

const SETTINGS: [&str; 4] = [
    // The command centres long videos, rows in memory are left as they are unless told.
    "center_videos=20",
    "training.batch=32",
    "training.budget={epochs=1, min_steps=12, max_steps=12}",
    "cooperative.optimizer.learning_rate=0.002",
];

/// Videos of 20 segments and one of 7; in every third one, segments 8 to 10 lie apart.
fn videos() -> Vec<(VideoId, Vec<f32>)> {
    let video = |v: usize| {
        let mut rng = rng::stream(5, "rows", v as u64);
        let segments = if v == 4 { 7 } else { 20 };
        let rows = (0..segments * D).map(|i| {
            let scale = if v.is_multiple_of(3) && is_odd(i / D) { 5.0 } else { 1.0 };
            3.0 + scale * rng.sample::<f32, _>(rand_distr::StandardNormal)
        });
        (VideoId::new(format!("cam/{v:02}")).unwrap(), rows.collect())
    };
    (0..8).map(video).collect()
}

fn rows(videos: &[(VideoId, Vec<f32>)]) -> Vec<(VideoId, Rows<'_>)> {
    videos.iter().map(|(id, values)| (id.clone(), Rows::new(values, D).unwrap())).collect()
}

fn gcl(method: Method, device: &Device) -> Gcl {
    let gcl = Gcl::new(method).seed(3).device(device.clone());
    SETTINGS.iter().fold(gcl, |gcl, pair| gcl.set(*pair))
}

/// The run of a folder of plain `.npy` files.
fn from_files(folder: &Path, config: &RunConfig, device: &Device) -> Model {
    let set = FeatureSet::open(folder.join("features")).unwrap();
    let run = RunDir::new(folder.join(format!("run-{}-{:?}", config.method, config.preset)));
    run.create(config).unwrap();
    let never = AtomicBool::new(false);
    let options = TrainOptions::new(device.clone(), &never);
    train(&set, &run, &options, &mut Silent).unwrap();
    Model::load(run.path(), device).unwrap()
}

#[test]
fn every_method_without_labels_trains_as_from_files() {
    let videos = videos();
    // Given in another order than the files'.
    let mut given = rows(&videos);
    given.reverse();
    let segments = videos.iter().map(|(_, values)| values.len() / D).sum();
    let mut compared = 0;
    for (_, device) in devices() {
        let folder = tempfile::tempdir().unwrap();
        for (id, values) in &videos {
            let path = id.file(&folder.path().join("features"), "npy");
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            write_f32(&path, &[values.len() / D, D], values).unwrap();
        }
        for (method, preset) in Method::ALL
            .iter()
            .flat_map(|&m| [Preset::Any, Preset::Paper].into_iter().map(move |preset| (m, preset)))
        {
            let facts = DataFacts { dim: D, segments };
            let config = RunConfig::new(method, preset, 3, facts);
            let config = apply_overrides(&config, &SETTINGS).unwrap();
            let fitted = gcl(method, &device).preset(preset).fit_videos(&given);
            if config.uses_labels() {
                let error = fitted.err().unwrap();
                let expected = format!(
                    "method {method} uses video labels as configured; from memory it cannot have any"
                );
                assert!(matches!(error, TrainError::Config(text) if text == expected));
                continue;
            }
            let fitted = fitted.unwrap();
            let model = from_files(folder.path(), &config, &device);
            assert_eq!(fitted.model.id().unwrap(), model.id().unwrap(), "{method}");
            for (_, rows) in &given {
                let scores = fitted.score(*rows).unwrap();
                let all = model.score(rows.values()).unwrap();
                assert_eq!(fitted.model.score(rows.values()).unwrap(), all, "{method}");
                assert_eq!(scores, all.get(config.score).unwrap(), "{method}");
                assert_eq!(scores.len(), rows.len());
            }
            let whole = Gcl::from_config(config).device(device.clone());
            let whole = whole.fit_videos(&given).unwrap();
            assert_eq!(whole.model.id().unwrap(), model.id().unwrap(), "{method}");
            compared += 1;
        }
    }
    assert_eq!(compared, devices().len() * 2 * 16);
}

#[test]
fn the_contamination_s_share_of_the_training_rows_is_called_anomalous() {
    let (videos, device) = (videos(), devices().remove(0).1);
    let given = rows(&videos);
    let called = |fitted: &FittedGcl| -> usize {
        let called = given.iter().flat_map(|(_, rows)| fitted.predict(*rows).unwrap());
        called.filter(|&odd| odd).count()
    };
    for (share, expected) in [(0.0, 0), (0.05, 7), (0.1, 15)] {
        let fitted = gcl(Method::Mahalanobis, &device).contamination(share);
        let fitted = fitted.fit_videos(&given).unwrap();
        assert_eq!(called(&fitted), expected);
        let scores = given.iter().flat_map(|(_, rows)| fitted.score(*rows).unwrap());
        assert!(scores.into_iter().any(|score| score == fitted.threshold));
    }
    let fitted = gcl(Method::Knn, &device).contamination(9.0 / 147.0).fit_videos(&given).unwrap();
    for (v, (_, rows)) in given.iter().enumerate() {
        let odd = (0..rows.len()).map(|i| v.is_multiple_of(3) && is_odd(i)).collect::<Vec<_>>();
        assert_eq!(fitted.predict(*rows).unwrap(), odd, "video {v}");
    }
}

#[test]
fn rows_are_scored_alike_alone_and_among_others() {
    let values: Vec<f32> = (0..1500 * D).map(|i| (i as f32 * 1.7).sin()).collect();
    let rows = Rows::new(&values, D).unwrap();
    let fitted = Gcl::new(Method::Mahalanobis).fit(rows).unwrap();
    assert_eq!(fitted.model.card().scaler.center_videos, 0);
    let far: Vec<f32> = values.iter().map(|x| x + 2.0).collect();
    let all = fitted.score(Rows::new(&far, D).unwrap()).unwrap();
    let few = fitted.score(Rows::new(&far[..9 * D], D).unwrap()).unwrap();
    assert_eq!(all[..9], few);
    assert!(all.iter().all(|&score| score > fitted.threshold));
}

#[test]
fn one_video_is_a_set_of_one() {
    let (videos, device) = (videos(), devices().remove(0).1);
    let rows = Rows::new(&videos[0].1, D).unwrap();
    let one = gcl(Method::AeTd, &device).fit(rows).unwrap();
    let other = [(VideoId::new("other").unwrap(), rows)];
    let set = gcl(Method::AeTd, &device).fit_videos(&other).unwrap();
    assert_eq!(one.score(rows).unwrap(), set.score(rows).unwrap());
    let seed = gcl(Method::AeTd, &device).seed(4).fit(rows).unwrap();
    assert!(one.score(rows).unwrap() != seed.score(rows).unwrap());
}

#[test]
fn what_makes_no_run_is_refused_before_it_starts() {
    let (videos, device) = (videos(), devices().remove(0).1);
    let given = rows(&videos);
    let refused = |gcl: Gcl, videos: &[(VideoId, Rows<'_>)]| match gcl.fit_videos(videos).err() {
        Some(TrainError::Config(text) | TrainError::Mismatch(text)) => text,
        other => panic!("{other:?}"),
    };
    let knn = || gcl(Method::Knn, &device);
    let id = given[0].0.clone();
    let narrow = Rows::new(&videos[0].1, D / 2).unwrap();
    assert_eq!(refused(knn(), &[]), "no video to train on");
    let twice = [given[0].clone(), given[1].clone(), given[0].clone()];
    assert_eq!(refused(knn(), &twice), format!("video `{id}` is there twice"));
    let mixed = [given[1].clone(), (id, narrow)];
    let dimension =
        |expected, found| format!("expected rows of {expected} dimensions, found {found}");
    assert_eq!(refused(knn(), &mixed), dimension(D / 2, D));
    for found in [-0.1, 1.0, f64::INFINITY] {
        let expected = format!("the contamination is {found}, expected from 0 to below 1");
        assert_eq!(refused(knn().contamination(found), &given), expected);
    }
    assert!(knn().contamination(f64::NAN).fit_videos(&given).is_err());

    let fitted = knn().fit_videos(&given).unwrap();
    let dimension = dimension(D, D / 2);
    assert!(matches!(fitted.score(narrow), Err(TrainError::Mismatch(e)) if e == dimension));

    // A whole configuration has a dimension and a preset of its own.
    for method in [Method::Knn, Method::GclB] {
        let facts = DataFacts { dim: D, segments: 147 };
        let config = RunConfig::new(method, Preset::Any, 1, facts);
        let whole = || Gcl::from_config(config.clone()).device(device.clone());
        assert!(matches!(whole().fit(narrow), Err(TrainError::Mismatch(_))));
        let refused = refused(whole().preset(Preset::Any), &given);
        assert_eq!(refused, "a whole configuration takes no preset");
    }
    assert!(matches!(knn().set("detector.k=0").fit(narrow), Err(TrainError::Config(_))));
}

#[test]
fn values_that_are_no_rows_name_what_is_wrong() {
    let refused = |values: &[f32], dim| Rows::new(values, dim).unwrap_err().to_string();
    let empty = "expected at least one row of at least one value";
    assert_eq!(refused(&[], 3), format!("0 values in rows of 3: {empty}"));
    assert_eq!(refused(&[1.0], 0), format!("1 values in rows of 0: {empty}"));
    assert_eq!(refused(&[1.0; 4], 3), "4 values are no whole number of rows of 3");
    let expected = "row 1, column 1 is inf, expected a finite number";
    assert_eq!(refused(&[1.0, 2.0, 3.0, f32::INFINITY], 2), expected);
}

#[test]
fn a_fit_stops_when_it_is_told_to_and_keeps_the_training_scores() {
    let videos = videos();
    let rows = rows(&videos);
    let gcl = gcl(Method::GclB, &Device::flex());
    let told = gcl.fit_until(&rows, &AtomicBool::new(true));
    assert!(matches!(told, Err(TrainError::Interrupted)), "{told:?}");
    // A detector has no steps; the scoring that follows its fit asks before each video.
    let knn = Gcl::new(Method::Knn).fit_until(&rows, &AtomicBool::new(true));
    assert!(matches!(knn, Err(TrainError::Interrupted)), "{knn:?}");

    let mut turned = rows.clone();
    turned.reverse();
    let fitted = gcl.fit_until(&turned, &AtomicBool::new(false)).unwrap();
    let scores = rows.iter().flat_map(|(_, rows)| fitted.score(*rows).unwrap());
    assert_eq!(fitted.scores, scores.collect::<Vec<f32>>(), "in the order of the ids");
}
