//! All pairs of models interleave, repeat, resume and leave models that score the same again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod interleave_data;

use std::sync::atomic::{AtomicBool, Ordering};

use common::{D, devices};
use gcl_core::{Device, OneClass, Scaler, ScalerKind, State, WeaklySupervised};
use gcl_train::interleave::threshold::Stop;
use gcl_train::interleave::{
    Alone, InterleaveConfig, InterleaveEvent, InterleaveListener, InterleavePreset, InterleaveRun,
    Interleaver, Objects, OneClassAlone, OneClassKind, PairConfig, PairModel, SnippetObjects,
    Snippets, WeakAlone, WeakKind, interleave, object_scores,
};
use gcl_train::{Silent, TrainError};
use interleave_data::{Data, odd, pair_config};

const OCC: [OneClassKind; 3] = [OneClassKind::Ae, OneClassKind::StgNf, OneClassKind::Jigsaw];
const WS: [WeakKind; 2] = [WeakKind::Rtfm, WeakKind::Sultani];

/// Runs generic code on the pair that a configuration names.
macro_rules! with_pair {
    ($config:expr, $data:expr, $device:expr, |$model:ident, $objects:ident, $scored:ident| $body:expr) => {
        match $config.one_class.clone() {
            gcl_train::interleave::OneClassConfig::Ae(s) => {
                let ($model, $objects) = (s.model(0, $device).unwrap(), $data.snippet_objects());
                let $scored: Option<gcl_train::interleave::SnippetObjects> = None;
                $body
            }
            gcl_train::interleave::OneClassConfig::StgNf(s) => {
                let ($model, $objects) = (s.model(0, $device).unwrap(), $data.windows(4));
                let $scored = Some($data.windows(2));
                $body
            }
            gcl_train::interleave::OneClassConfig::Jigsaw(s) => {
                let $model = gcl_train::interleave::jigsaw_model(&s, 0, $device).unwrap();
                let $objects = $data.cubes();
                let $scored: Option<gcl_train::interleave::CubeObjects> = None;
                $body
            }
        }
    };
}

fn start<M: OneClass, X: Objects<Batch = M::Batch>>(
    config: &PairConfig,
    data: &Data,
    (model, objects, scored): (M, X, Option<X>),
    device: &Device,
) -> Interleaver<M, X> {
    let weak = (config.weak_model(device).unwrap(), data.snippets.clone());
    let one_class = (model, objects, scored);
    Interleaver::new(config.interleave.clone(), one_class, weak, None, device).unwrap()
}

fn finish<M: OneClass, X: Objects<Batch = M::Batch>>(this: &mut Interleaver<M, X>) -> usize {
    let mut loops = 0;
    while this.advance(&mut |_| true).unwrap().is_some() {
        loops += 1;
    }
    loops
}

/// Everything that a training ends with, bit for bit: both models' scores, weights, thresholds.
/// (Saved states also hold the identities of parameters, which no two models share.)
fn answers<M: OneClass, X: Objects<Batch = M::Batch>>(
    this: &Interleaver<M, X>,
    device: &Device,
) -> (Vec<f32>, Vec<f32>, Vec<f32>, Vec<usize>) {
    let objects = this.objects().0;
    let own = object_scores(this.one_class(), objects, 64, device, &mut || Ok(())).unwrap();
    let weak = this.snippets().score(this.weak(), device).unwrap();
    (own, weak, this.weights().to_vec(), this.thresholds().to_vec())
}

/// Mean of the scores of odd snippets less that of the others.
fn gap(scores: &[f32], data: &Data) -> f32 {
    let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
    for (v, (_, range)) in data.snippets.videos().iter().enumerate() {
        for i in range.clone() {
            let kind = usize::from(odd(v, i - range.start));
            sums[kind] += scores[i];
            counts[kind] += 1.0;
        }
    }
    sums[1] / counts[1] - sums[0] / counts[0]
}

#[test]
fn all_six_pairs_train_and_their_models_score_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let mut dull = Vec::new();
    for (name, device) in devices() {
        for (occ, ws) in OCC.into_iter().flat_map(|o| WS.into_iter().map(move |w| (o, w))) {
            if name == "ndarray" && occ == OneClassKind::Jigsaw {
                continue; // its three-dimensional convolutions take minutes
            }
            let config = pair_config(occ, ws, &[]);
            with_pair!(config, data, &device, |model, objects, scored| {
                let mut this = start(&config, &data, (model, objects, scored), &device);
                let run = InterleaveRun::new(&folder.path().join(format!("{name}{occ:?}{ws:?}")));
                run.create(&config).unwrap();
                let cancel = AtomicBool::new(false);
                interleave(&run, &mut this, &cancel, &mut Silent).unwrap();
                let (modules, loops) = this.done();
                assert!((1..=3).contains(&modules) && loops == 2 * modules, "{modules} {loops}");
                let thresholds = this.thresholds();
                assert!(thresholds.array_windows::<2>().all(|[a, b]| a >= b), "{thresholds:?}");
                assert_eq!(thresholds[0], 6);
                assert!(this.weights().iter().all(|w| (0.0..=1.0).contains(w)));

                let scores = data.snippets.score(this.weak(), &device).unwrap();
                let gap = gap(&scores, &data);
                eprintln!("{name} {occ:?} {ws:?}: odd snippets stand out by {gap:.3}");
                // Cubes of 16 x 16 pixels teach a puzzle solver nothing in so few steps.
                if gap < 0.1 && occ != OneClassKind::Jigsaw {
                    dull.push((name, occ, ws, gap));
                }
                let events = run.events().unwrap();
                assert!(matches!(events[0], InterleaveEvent::Started { threshold: 6, .. }));
                assert!(matches!(events.last(), Some(InterleaveEvent::Finished { .. })));

                let card = PairModel { config: config.clone(), scaler: None, extractor: None };
                let (own, weak) = (this.one_class().save().unwrap(), this.weak().save().unwrap());
                card.save(&run.dir().model(), Some(own), Some(weak)).unwrap();
                assert_eq!(PairModel::open(&run.dir().model()).unwrap(), card);
                let mut weak = config.weak_model(&device).unwrap();
                weak.load(&PairModel::weak(&run.dir().model()).unwrap().unwrap()).unwrap();
                assert_eq!(data.snippets.score(weak.as_ref(), &device).unwrap(), scores);
            });
        }
    }
    assert!(dull.is_empty(), "odd snippets do not stand out: {dull:?}");
}

#[test]
fn resumed_after_any_loop_a_run_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    for (occ, ws) in OCC.into_iter().zip([WeakKind::Rtfm, WeakKind::Rtfm, WeakKind::Sultani]) {
        let config = pair_config(occ, ws, &[]);
        with_pair!(config, data, &device, |model, objects, scored| {
            let mut whole = start(&config, &data, (model, objects, scored), &device);
            let loops = finish(&mut whole);
            let end = answers(&whole, &device);
            for stop in 1..loops {
                let make = || with_same(&config, &data, &whole, &device);
                let mut first = make();
                for _ in 0..stop {
                    first.advance(&mut |_| true).unwrap();
                }
                let bytes = first.save().unwrap().to_bytes().unwrap();
                // Killed within a loop, nothing is saved of it.
                let mut seen = 0;
                let stopped = first.advance(&mut |_| {
                    seen += 1;
                    seen < 5
                });
                assert!(matches!(stopped, Err(TrainError::Interrupted)));
                let mut second = make();
                second.load(&State::from_bytes(&bytes).unwrap()).unwrap();
                finish(&mut second);
                let found = answers(&second, &device);
                assert!(found == end, "{occ:?} {ws:?}, stopped after loop {stop} of {loops}");
            }
        });
    }
}

/// A fresh training of the same pair; `_like` says which types.
fn with_same<M: OneClass + 'static, X: Objects<Batch = M::Batch> + 'static>(
    config: &PairConfig,
    data: &Data,
    _like: &Interleaver<M, X>,
    device: &Device,
) -> Interleaver<M, X> {
    with_pair!(config, data, device, |model, objects, scored| {
        let parts: Box<dyn std::any::Any> =
            Box::new(start(config, data, (model, objects, scored), device));
        *parts.downcast().expect("the configuration says the same pair")
    })
}

/// Claims perfect AUCs, and counts.
struct Flatterer(usize);

impl<M> InterleaveListener<M> for Flatterer {
    fn judge(
        &mut self,
        _: &M,
        _: &dyn WeaklySupervised,
    ) -> Result<Option<[Option<f64>; 2]>, TrainError> {
        self.0 += 1;
        Ok(Some([Some(1.0), None]))
    }
}

#[test]
fn a_killed_run_resumes_from_its_folder_and_no_listener_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let config = pair_config(OneClassKind::StgNf, WeakKind::Rtfm, &[]);
    with_pair!(config, data, &device, |model, objects, scored| {
        let mut whole = start(&config, &data, (model, objects, scored), &device);
        let run = |name: &str| {
            let run = InterleaveRun::new(&folder.path().join(name));
            run.create(&config).unwrap();
            run
        };
        let (never, run_a) = (AtomicBool::new(false), run("a"));
        let mut judge = Flatterer(0);
        interleave(&run_a, &mut whole, &never, &mut judge).unwrap();
        let (_, loops) = whole.done();
        assert_eq!(judge.0, loops);
        assert!(run_a.create(&config).is_err(), "a run is never overwritten");

        /// Sets a flag after a number of steps.
        struct Killer<'a>(usize, &'a AtomicBool);
        impl<M> InterleaveListener<M> for Killer<'_> {
            fn pulse(&mut self, _: &gcl_train::interleave::events::Pulse) {
                self.0 -= 1;
                self.1.store(self.0 == 0, Ordering::Relaxed);
            }
        }
        let run_b = run("b");
        let (mut kills, mut last) = (0, None);
        for steps in [3, 40, 61, usize::MAX] {
            let cancel = AtomicBool::new(false);
            let mut this = with_same(&config, &data, &whole, &device);
            match interleave(&run_b, &mut this, &cancel, &mut Killer(steps, &cancel)) {
                Err(TrainError::Interrupted) => kills += 1,
                other => other.unwrap(),
            }
            last = Some(this);
        }
        assert_eq!(kills, 3);
        let same = answers(&last.unwrap(), &device) == answers(&whole, &device);
        assert!(same, "judged or not, killed or not: the same bits");
        let events: Vec<_> = run_a
            .events()
            .unwrap()
            .into_iter()
            .filter(|e| !matches!(e, InterleaveEvent::Judged(_)))
            .collect();
        assert_eq!(events, run_b.events().unwrap());
    });
}

#[test]
fn the_rows_of_the_ablation_and_weak_labels() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let train = |set: &[&str], labels: Option<&[bool]>| {
        let config = pair_config(OneClassKind::Ae, WeakKind::Sultani, set);
        let gcl_train::interleave::OneClassConfig::Ae(ae) = &config.one_class else { panic!() };
        let one_class = (ae.model(0, &device).unwrap(), data.snippet_objects(), None);
        let weak = (config.weak_model(&device).unwrap(), data.snippets.clone());
        Interleaver::new(config.interleave.clone(), one_class, weak, labels, &device).unwrap()
    };
    let mut plain = train(&["interleave.one_class.weighted=false"], None);
    finish(&mut plain);
    assert!(plain.weights().iter().all(|&w| w == 1.0));

    let mut fixed = train(&["interleave.threshold.adaptive=false"], None);
    finish(&mut fixed);
    assert_eq!((fixed.thresholds(), fixed.stop()), (&[6; 4][..], Some(Stop::MaxModules)));

    let smoothing = ["interleave.labels.smoothing=off"];
    let mut one = train(&smoothing, None);
    let (report, _) = one.advance(&mut |_| true).unwrap().unwrap();
    assert_eq!((report.anomalous, report.normal, report.moved), (6, 114, 1.0));

    // One video of 20 snippets is labelled anomalous: 5 % of all 120 are 6 of them.
    let labels: Vec<bool> = (0..6).map(|v| v == 3).collect();
    let mut weak = train(&smoothing, Some(&labels));
    let (report, _) = weak.advance(&mut |_| true).unwrap().unwrap();
    assert_eq!((report.anomalous, report.normal), (6, 114));
    finish(&mut weak);
    assert!(weak.thresholds()[1] <= 6);
    assert!(
        Interleaver::new(
            weak_config(),
            (ae(&device), data.snippet_objects(), None),
            (
                pair_config(OneClassKind::Ae, WeakKind::Rtfm, &[]).weak_model(&device).unwrap(),
                data.snippets.clone()
            ),
            Some(&[false; 6]),
            &device,
        )
        .is_err()
    );
}

fn weak_config() -> InterleaveConfig {
    InterleaveConfig::new(InterleavePreset::Paper, 1)
}

fn ae(device: &Device) -> gcl_core::AutoencoderOneClass {
    let config = pair_config(OneClassKind::Ae, WeakKind::Rtfm, &[]);
    let gcl_train::interleave::OneClassConfig::Ae(ae) = &config.one_class else { panic!() };
    ae.model(0, device).unwrap()
}

#[test]
fn each_model_trains_alone_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let set = ["alone.epochs=3", "alone.batch=64", "alone.iterations=600", "alone.segments=8"];
    let labels: Vec<bool> = (0..6).map(|v| v % 3 == 0).collect();
    for occ in OCC {
        let config = pair_config(occ, WeakKind::Rtfm, &set);
        with_pair!(config, data, &device, |model, objects, scored| {
            drop(scored);
            let make = || {
                let (model, objects) =
                    (clone_of(&model, &config, &device), data_of(&objects, &data));
                OneClassAlone::new(model, objects, config.alone.clone(), 3, &device).unwrap()
            };
            check_alone(make, |alone| {
                object_scores(alone.model(), &objects, 64, &device, &mut || Ok(())).unwrap()
            });
        });
    }
    for ws in WS {
        let config = pair_config(OneClassKind::Ae, ws, &set);
        let make = || {
            let model = config.weak_model(&device).unwrap();
            WeakAlone::new(model, &data.snippets, &labels, config.alone.clone(), 3, &device)
                .unwrap()
        };
        let score = |alone: &WeakAlone| data.snippets.score(alone.model(), &device).unwrap();
        let scores = score(&check_alone(make, score));
        assert!(gap(&scores, &data) > 0.05, "{ws:?}: {}", gap(&scores, &data));
    }
    let config = pair_config(OneClassKind::Ae, WeakKind::Rtfm, &set);

    // Other values at the same places, or other labels of the same videos, are other data.
    let of_values = |snippets: &Snippets| {
        let objects = SnippetObjects::new(snippets, &data.videos).unwrap();
        OneClassAlone::new(ae(&device), objects, config.alone.clone(), 3, &device).unwrap()
    };
    let mut others = data.snippets.clone();
    others.scale(&Scaler::fit(ScalerKind::ZScore, &[2.0; 2 * D], D).unwrap()).unwrap();
    let saved = of_values(&data.snippets).save().unwrap();
    assert!(of_values(&data.snippets).load(&saved).is_ok());
    assert!(matches!(of_values(&others).load(&saved), Err(TrainError::Mismatch(_))));
    let weak = |labels: &[bool]| {
        let model = config.weak_model(&device).unwrap();
        WeakAlone::new(model, &data.snippets, labels, config.alone.clone(), 3, &device).unwrap()
    };
    let saved = weak(&labels).save().unwrap();
    assert!(weak(&labels).load(&saved).is_ok());
    let turned: Vec<bool> = labels.iter().map(|label| !label).collect();
    assert!(matches!(weak(&turned).load(&saved), Err(TrainError::Mismatch(_))));

    let model = config.weak_model(&device).unwrap();
    let one_kind = WeakAlone::new(model, &data.snippets, &[true; 6], config.alone, 3, &device);
    assert!(matches!(one_kind.err(), Some(TrainError::Config(_))));
}

/// Trains to the end twice, once through saved bytes after the first round; both must answer the
/// same. Gives the one that was never stopped.
fn check_alone<A: Alone>(make: impl Fn() -> A, answers: impl Fn(&A) -> Vec<f32>) -> A {
    let run = |mut alone: A| {
        while alone.progress().0 < alone.progress().1 {
            assert!(alone.advance(&mut |_, _| true).unwrap().is_finite());
        }
        alone
    };
    let mut first = make();
    first.advance(&mut |_, _| true).unwrap();
    let state = State::from_bytes(&first.save().unwrap().to_bytes().unwrap()).unwrap();
    let mut second = make();
    second.load(&state).unwrap();
    let (whole, resumed) = (run(make()), run(second));
    assert!(answers(&whole) == answers(&resumed));
    assert!(answers(&whole) != answers(&first), "training goes on after the first round");
    whole
}

fn clone_of<M: 'static>(_: &M, config: &PairConfig, device: &Device) -> M {
    let made: Box<dyn std::any::Any> = match &config.one_class {
        gcl_train::interleave::OneClassConfig::Ae(s) => Box::new(s.model(0, device).unwrap()),
        gcl_train::interleave::OneClassConfig::StgNf(s) => Box::new(s.model(0, device).unwrap()),
        gcl_train::interleave::OneClassConfig::Jigsaw(s) => {
            Box::new(gcl_train::interleave::jigsaw_model(s, 0, device).unwrap())
        }
    };
    *made.downcast().unwrap()
}

fn data_of<X: 'static>(_: &X, data: &Data) -> X {
    let all: [Box<dyn std::any::Any>; 3] =
        [Box::new(data.snippet_objects()), Box::new(data.windows(4)), Box::new(data.cubes())];
    *all.into_iter().find_map(|one| one.downcast().ok()).unwrap()
}

#[test]
fn settings_that_make_no_training_are_refused() {
    let config = pair_config(OneClassKind::Ae, WeakKind::Rtfm, &[]);
    for pair in [
        "interleave.threshold.share=0",
        "interleave.threshold.share=1.0",
        "interleave.threshold.stop=-0.1",
        "interleave.weak.bag=0",
        "interleave.loops.most=0",
        "interleave.one_class.batch=100000000",
        "interleave.one_class.reduce=max",
        "interleave.nothing=3",
        "method=weak",
        "alone.segments=0",
        "weak.dropout=2.0",
        "weak.input=10000000000",
        "weak.optimizer.epsilon=0",
        "one_class.optimizer.epsilon=0",
        "one_class.network.hidden=[10000000000]",
    ] {
        let error = config.with(&[pair]).unwrap_err();
        assert!(matches!(error, TrainError::Config(_)), "{pair}: {error}");
    }
    config.check_features(D).unwrap();
    for other in ["weak.input=16", "one_class.network.input=16"] {
        let error = config.with(&[other]).unwrap().check_features(D).unwrap_err();
        assert!(error.to_string().contains(&other[..other.len() - 3]), "{error}");
    }
    let text = toml::to_string(&config).unwrap();
    assert_eq!(toml::from_str::<PairConfig>(&text).unwrap(), config);
}
