//! Classifiers on labels that are made before training: what trains, what is saved, and what is refused.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{D, devices, features, meta, write_video};
use gcl_core::{State, rng};
use gcl_data::FeatureSet;
use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::events::EpochReport;
use gcl_train::{
    Event, Method, Preset, RunConfig, RunDir, Samples, Silent, TrainError, TrainOptions, Trainer,
    train,
};
use rand::RngExt;

const CLASSIFIERS: [Method; 3] = [Method::C2fpl, Method::Clap, Method::Lanp];

fn config(method: Method, set: &FeatureSet, options: &[&str]) -> RunConfig {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let short = "training.budget={epochs=8, min_steps=0, max_steps=999}";
    let options = [&["training.batch=50", short], options].concat();
    apply_overrides(&RunConfig::new(method, Preset::Any, 7, data), &options).unwrap()
}

/// What a run reports of its epochs, and how it scores the first video.
fn run(
    method: Method,
    set: &FeatureSet,
    options: &[&str],
) -> Result<(Vec<EpochReport>, Vec<f32>), TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config(method, set, options))?;
    let cancel = AtomicBool::new(false);
    let options = TrainOptions::new(devices().remove(0).1, &cancel);
    let model = train(set, &run, &options, &mut Silent)?;
    let mut rows = Vec::new();
    set.read(0, &mut rows)?;
    let scores = model.score(&rows)?;
    assert!(
        scores.generator.is_none() && scores.mean_rank.is_none(),
        "only the classifier trained"
    );
    assert!(!run.model().join("generator.safetensors").exists());
    let events = run.events()?.into_iter();
    let epochs = events.filter_map(|event| match event {
        Event::Epoch(report) => Some(report),
        _ => None,
    });
    Ok((epochs.collect(), scores.discriminator.unwrap()))
}

/// A video of so many segments, a tenth of them apart.
fn write(folder: &Path, number: usize, segments: usize) {
    let mut rng = rng::stream(3, "long", number as u64);
    let event = segments / 2..segments / 2 + segments / 10;
    let rows: Vec<f32> = (0..segments * D)
        .map(|i| {
            let scale = if event.contains(&(i / D)) { 5.0 } else { 1.0 };
            3.0 + scale * rng.sample::<f32, _>(rand_distr::StandardNormal)
        })
        .collect();
    write_video(folder, number, &rows, &meta(segments));
}

/// Segments of an event, in a video of 40.
fn is_event(segment: usize) -> bool {
    (20..24).contains(&segment)
}

/// Sixteen videos of 40 segments that hardly change, with an event in every second one.
fn with_events(folder: &Path) -> FeatureSet {
    for video in 0..16 {
        let mut rng = rng::stream(9, "events", video as u64);
        let place: f32 = rng.sample(rand_distr::StandardNormal);
        let rows: Vec<f32> = (0..40 * D)
            .map(|i| {
                let event = video % 2 == 0 && is_event(i / D);
                let (place, spread) = match (event, i % 2) {
                    (false, _) => (3.0 + 0.1 * place, 0.1),
                    (true, 0) => (6.0, 1.0),
                    (true, _) => (-2.0, 1.0),
                };
                place + spread * rng.sample::<f32, _>(rand_distr::StandardNormal)
            })
            .collect();
        write_video(folder, video, &rows, &meta(40));
    }
    FeatureSet::open(folder).unwrap()
}

#[test]
fn events_in_videos_that_hardly_change_score_above_all_else() {
    let folder = tempfile::tempdir().unwrap();
    let set = with_events(&folder.path().join("features"));
    for (name, device) in devices() {
        for method in CLASSIFIERS {
            for preset in [Preset::Paper, Preset::Any] {
                let what = format!("{name}, {method}, {preset:?}");
                let data = DataFacts { dim: D, segments: set.total() };
                let run = RunDir::new(folder.path().join(&what));
                let budget = "training.budget={epochs=1, min_steps=500, max_steps=500}";
                let config = RunConfig::new(method, preset, 1, data);
                run.create(&apply_overrides(&config, &[budget]).unwrap()).unwrap();
                let cancel = AtomicBool::new(false);
                let options = TrainOptions::new(device.clone(), &cancel);
                let model = train(&set, &run, &options, &mut Silent).unwrap();
                let mut rows = Vec::new();
                set.read(0, &mut rows).unwrap();
                let scores = model.score(&rows).unwrap().discriminator.unwrap();
                let of = |event| (0..40).filter(move |&i| is_event(i) == event).map(|i| scores[i]);
                let least = of(true).fold(f32::INFINITY, f32::min);
                let most = of(false).fold(f32::NEG_INFINITY, f32::max);
                assert!(least > most, "{what}: {scores:?}");
            }
        }
    }
}

#[test]
fn resumed_anywhere_a_classifier_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let device = devices().remove(0).1;
    for method in [Method::C2fpl, Method::Clap, Method::Lanp, Method::Mle] {
        let trainer = || {
            let config = config(method, &set, &["training.last_batch=even"]);
            Trainer::new(config, Samples::read(&set).unwrap(), &device).unwrap()
        };
        let mut whole = trainer();
        let steps = whole.progress().steps;
        let mut reports = Vec::new();
        while !whole.is_finished() {
            reports.extend(whole.advance().unwrap());
        }
        // Within an epoch, at ends of epochs before and after labels are revised, and after the rate fell.
        let epoch = steps / 8;
        for stop in [1, epoch, 4 * epoch, 5 * epoch, 6 * epoch + 1, steps - 1] {
            let mut first = trainer();
            let mut seen = Vec::new();
            for _ in 0..stop {
                seen.extend(first.advance().unwrap());
            }
            let bytes = first.save().unwrap().to_bytes().unwrap();
            let mut second = trainer();
            second.load(&State::from_bytes(&bytes).unwrap()).unwrap();
            while !second.is_finished() {
                seen.extend(second.advance().unwrap());
            }
            let what = format!("{method}, stopped after step {stop} of {steps}");
            assert_eq!(seen, reports, "{what}");
            let x = whole.samples().batch(&[0, 3, 9], &device).unwrap();
            let answers = |t: &Trainer| {
                (t.pair().errors(x.clone()).unwrap(), t.pair().logits(x.clone()).unwrap())
            };
            assert_eq!(answers(&second), answers(&whole), "{what}");
        }
    }
}

#[test]
fn a_state_without_its_labels_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let device = devices().remove(0).1;
    let samples = || Samples::read(&set).unwrap();
    let mut trainer = Trainer::new(config(Method::Clap, &set, &[]), samples(), &device).unwrap();
    let mut state = trainer.save().unwrap();
    state.put_f32s("labels", &[0.0; 119]);
    let error = trainer.load(&state).unwrap_err().to_string();
    assert!(error.contains("119") && error.contains("120"), "{error}");
    let other = Trainer::new(config(Method::Mle, &set, &[]), samples(), &device).unwrap();
    assert!(trainer.load(&other.save().unwrap()).is_err());
}

#[test]
fn labels_are_made_of_the_features_as_supplied() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    for method in CLASSIFIERS {
        let share = |scaler: &str| {
            let (epochs, _) = run(method, &set, &[scaler, "training.last_batch=even"]).unwrap();
            epochs[0].labelled_by_generator.unwrap()
        };
        let raw = share("scaler=raw");
        assert_eq!(share("scaler=half-whiten"), raw, "{method}");
        assert!(raw > 0.0 && raw < 0.5, "{method}: {raw}");
    }
}

#[test]
fn each_classifier_trains_on_its_segments() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    // Batches of at most 50: three of 40 of the 120 segments; of LANP's 6 times 32, three whole ones.
    for (method, steps) in [(Method::C2fpl, 3), (Method::Clap, 3), (Method::Lanp, 3)] {
        let (epochs, _) = run(method, &set, &[]).unwrap();
        assert_eq!((epochs.len(), epochs[0].step), (8, steps), "{method}");
        assert!(epochs.iter().all(|e| e.loss_discriminator.is_some()), "{method}");
        assert!(epochs.iter().all(|e| e.loss_generator.is_none()), "{method}");
        let signals = epochs.last().unwrap().signals.as_ref().unwrap();
        assert!(signals.generator.is_none() && signals.generator_r2.is_none(), "{method}");
        assert_eq!(signals.score, signals.discriminator, "{method}");
    }
    let (epochs, _) = run(Method::Lanp, &set, &["pseudo_labels.sampled=17"]).unwrap();
    assert_eq!(epochs[0].step, 2, "6 times 17 segments");
}

#[test]
fn clap_revises_its_labels_from_the_epoch_that_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let shares = |from: &str| -> Vec<f64> {
        let (epochs, _) = run(Method::Clap, &set, &[from]).unwrap();
        epochs.iter().map(|epoch| epoch.labelled_by_generator.unwrap()).collect()
    };
    let never = shares("pseudo_labels.refine.from=0");
    assert!(never.iter().all(|share| *share == never[0]), "{never:?}");
    let from = shares("pseudo_labels.refine.from=5");
    assert_eq!(from[..4], never[..4]);
    assert!(from[4] != never[4], "{from:?}");
}

#[test]
fn the_options_of_labels_change_what_is_learned() {
    let folder = tempfile::tempdir().unwrap();
    for video in 0..9 {
        write(folder.path(), video, 30 + 3 * video);
    }
    let set = FeatureSet::open(folder.path()).unwrap();
    for (method, options) in [
        (
            Method::C2fpl,
            &["pseudo_labels.ratio=0.1", "pseudo_labels.window=0.5", "training.decay.after=0.1"][..],
        ),
        (Method::Clap, &["pseudo_labels.window=0.5", "pseudo_labels.refine.from=2"]),
        (
            Method::Lanp,
            &[
                "pseudo_labels.videos=0.2",
                "pseudo_labels.segments=0.1",
                "pseudo_labels.similarity={kind=\"rbf\", width=1.0}",
                "pseudo_labels.distance=root-mean-square",
                "pseudo_labels.memory=1.0",
            ],
        ),
    ] {
        let plain = run(method, &set, &[]).unwrap().1;
        for option in options {
            assert_ne!(run(method, &set, &[option]).unwrap().1, plain, "{method}: {option}");
        }
    }
}

#[test]
fn few_videos_are_refused_unless_they_are_long_enough_to_be_cut() {
    let (one, long) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(one.path(), 0, 320);
    write(long.path(), 0, 321);
    let one = FeatureSet::open(one.path()).unwrap();
    let long = FeatureSet::open(long.path()).unwrap();
    for method in CLASSIFIERS {
        let error = run(method, &one, &[]).unwrap_err();
        assert!(matches!(
            error,
            TrainError::TooFewVideos { needed: 2, found: 1, longest: 320, .. }
        ));
        let text = error.to_string();
        for part in [method.name(), "at least 2", "found 1", "320"] {
            assert!(text.contains(part), "{text}");
        }
        // Pieces of 160 and 161 segments; their labels go back to their places.
        assert_eq!(run(method, &long, &[]).unwrap().1.len(), 321, "{method}");
        assert!(run(method, &one, &["pseudo_labels.longest=100"]).is_ok(), "{method}");
    }
}

#[test]
fn videos_that_are_all_alike_have_no_anomalous_segment() {
    let folder = tempfile::tempdir().unwrap();
    for video in 0..4 {
        write_video(folder.path(), video, &[3.0; 20 * D], &meta(20));
    }
    let set = FeatureSet::open(folder.path()).unwrap();
    for method in [Method::C2fpl, Method::Clap] {
        let (epochs, scores) = run(method, &set, &[]).unwrap();
        assert!(epochs.iter().all(|epoch| epoch.labelled_by_generator == Some(0.0)), "{method}");
        assert!(scores.iter().all(|score| *score < 0.5), "{method}: {scores:?}");
    }
}
