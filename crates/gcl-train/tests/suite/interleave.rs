//! All pairs of models interleave, repeat, resume and leave models that score the same again.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::{D, devices};
use crate::interleave_data::{Data, odd, pair_config};
use gcl_core::{Device, Jigsaw, Scaler, ScalerKind, State, WeaklySupervised};
use gcl_train::events::Progress;
use gcl_train::interleave::threshold::Stop;
use gcl_train::interleave::{
    Interleaver, OneClassAlone, OneClassConfig, OneClassKind, OneClassOn, OneClassSide, Pair,
    PairAuc, PairConfig, PairModel, Rounds, SnippetObjects, Snippets, WeakAlone, WeakKind,
    train_rounds,
};
use gcl_train::{Event, Listener, RunDir, Silent, TrainError};

/// The one-class model of a configuration with its objects.
fn side(config: &PairConfig, data: &Data, device: &Device) -> Box<dyn OneClassSide> {
    match &config.one_class {
        OneClassConfig::Ae(settings) => {
            let model = settings.model(0, device).unwrap();
            Box::new(OneClassOn::new(model, data.snippet_objects(), device))
        }
        OneClassConfig::StgNf(settings) => {
            let model = settings.model(0, device).unwrap();
            let side = OneClassOn::new(model, data.windows(4), device);
            Box::new(side.scoring(Some(data.windows(2))))
        }
        OneClassConfig::Jigsaw(settings) => {
            let model = Jigsaw::new(settings.clone(), 0, device).unwrap();
            Box::new(OneClassOn::new(model, data.cubes(), device))
        }
    }
}

fn start(config: &PairConfig, data: &Data, device: &Device) -> Interleaver {
    labelled(config, data, None, device).unwrap()
}

fn labelled(
    config: &PairConfig,
    data: &Data,
    labels: Option<&[bool]>,
    device: &Device,
) -> Result<Interleaver, TrainError> {
    let (settings, weak) = (config.interleave.clone(), config.weak_model(device).unwrap());
    let one_class = side(config, data, device);
    Interleaver::new(settings, one_class, weak, data.snippets.clone(), labels, device)
}

fn finish(this: &mut Interleaver) -> usize {
    let mut loops = 0;
    while this.advance(&mut |_| true).unwrap().is_some() {
        loops += 1;
    }
    loops
}

fn object_scores(side: &dyn OneClassSide) -> Vec<f32> {
    side.scores(64, &mut |_, _| Ok(())).unwrap()
}

/// Everything that a training ends with, bit for bit: both models' scores, weights, thresholds.
/// (Saved states also hold the identities of parameters, which no two models share.)
fn answers(this: &Interleaver, device: &Device) -> (Vec<f32>, Vec<f32>, Vec<f32>, Vec<usize>) {
    let weak = this.snippets().score(this.weak(), device).unwrap();
    (object_scores(this.one_class()), weak, this.weights().to_vec(), this.thresholds().to_vec())
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
fn all_pairs_train_and_their_models_score_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let mut dull = Vec::new();
    for (name, device) in devices() {
        let pairs =
            OneClassKind::ALL.iter().flat_map(|&o| WeakKind::ALL.iter().map(move |&w| (o, w)));
        for (occ, ws) in pairs {
            if name == "ndarray" && occ == OneClassKind::Jigsaw {
                continue; // its three-dimensional convolutions take minutes
            }
            let config = pair_config(occ, ws, &[]);
            let mut this = start(&config, &data, &device);
            let run = RunDir::new(folder.path().join(format!("{name}{occ}{ws}")));
            run.create(&config).unwrap();
            let cancel = AtomicBool::new(false);
            train_rounds(&mut this, Some(&run), &cancel, &mut Silent).unwrap();
            let (modules, loops) = this.done();
            assert!((1..=3).contains(&modules) && loops == 2 * modules, "{modules} {loops}");
            let thresholds = this.thresholds();
            assert!(thresholds.array_windows::<2>().all(|[a, b]| a >= b), "{thresholds:?}");
            assert_eq!(thresholds[0], 6);
            assert!(this.weights().iter().all(|w| (0.0..=1.0).contains(w)));

            let scores = data.snippets.score(this.weak(), &device).unwrap();
            let gap = gap(&scores, &data);
            eprintln!("{name} {occ} {ws}: odd snippets stand out by {gap:.3}");
            // Cubes of 16 x 16 pixels teach a puzzle solver nothing in so few steps.
            if gap < 0.1 && occ != OneClassKind::Jigsaw {
                dull.push((name, occ, ws, gap));
            }
            let events = run.events().unwrap();
            assert!(matches!(events[0], Event::PairStarted { threshold: 6, .. }));
            assert!(matches!(events.last(), Some(Event::PairFinished { .. })));

            // In memory, the same; stored and read again, too.
            let pair = Pair::new(config.clone()).device(&device);
            let fitted =
                pair.fit(Some(side(&config, &data, &device)), data.snippets.clone()).unwrap();
            assert!(fitted.score(&data.snippets).unwrap() == scores);
            assert_eq!(fitted.thresholds(), this.thresholds());
            let scaler = Scaler::fit(ScalerKind::Raw, &[0.0; D], D).unwrap();
            fitted.save(&run.model(), &config, scaler.clone(), None).unwrap();
            let card = PairModel::open(&run.model()).unwrap();
            assert_eq!(
                card,
                PairModel { config: config.clone(), scaler: Some(scaler), extractor: None }
            );
            let mut weak = config.weak_model(&device).unwrap();
            weak.load(&PairModel::weak(&run.model()).unwrap().unwrap()).unwrap();
            assert_eq!(data.snippets.score(weak.as_ref(), &device).unwrap(), scores);
            let mut again = side(&config, &data, &device);
            again.load(&PairModel::one_class(&run.model()).unwrap().unwrap()).unwrap();
            assert!(again.frames().unwrap() == this.one_class().frames().unwrap());
        }
    }
    assert!(dull.is_empty(), "odd snippets do not stand out: {dull:?}");
}

#[test]
fn resumed_after_any_loop_a_run_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let count = OneClassKind::ALL.len().max(WeakKind::ALL.len());
    for i in 0..count {
        let occ = OneClassKind::ALL[i % OneClassKind::ALL.len()];
        let ws = WeakKind::ALL[i % WeakKind::ALL.len()];
        let config = pair_config(occ, ws, &[]);
        let mut whole = start(&config, &data, &device);
        let loops = finish(&mut whole);
        let end = answers(&whole, &device);
        for stop in 1..loops {
            let mut first = start(&config, &data, &device);
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
            let mut second = start(&config, &data, &device);
            second.load(&State::from_bytes(&bytes).unwrap()).unwrap();
            finish(&mut second);
            let found = answers(&second, &device);
            assert!(found == end, "{occ} {ws}, stopped after loop {stop} of {loops}");
        }
    }
}

/// Claims perfect AUCs, and counts.
struct Flatterer(usize);

impl Listener for Flatterer {
    fn judge(
        &mut self,
        _: &dyn OneClassSide,
        _: &dyn WeaklySupervised,
    ) -> Result<Option<PairAuc>, TrainError> {
        self.0 += 1;
        Ok(Some(PairAuc { one_class: Some(1.0), weak: None }))
    }
}

/// Sets a flag after a number of steps.
struct Killer<'a>(usize, &'a AtomicBool);

impl Listener for Killer<'_> {
    fn step(&mut self, _: &Progress) {
        self.0 -= 1;
        self.1.store(self.0 == 0, Ordering::Relaxed);
    }
}

#[test]
fn a_killed_run_resumes_from_its_folder_and_no_listener_changes_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let config = pair_config(OneClassKind::StgNf, WeakKind::Rtfm, &[]);
    let mut whole = start(&config, &data, &device);
    let run = |name: &str| {
        let run = RunDir::new(folder.path().join(name));
        run.create(&config).unwrap();
        run
    };
    let (never, run_a) = (AtomicBool::new(false), run("a"));
    let mut judge = Flatterer(0);
    train_rounds(&mut whole, Some(&run_a), &never, &mut judge).unwrap();
    let (_, loops) = whole.done();
    assert_eq!(judge.0, loops);
    assert!(run_a.create(&config).is_err(), "a run is never overwritten");
    let other = run_a.config::<gcl_train::RunConfig>().unwrap_err();
    assert!(matches!(other, TrainError::Kind { expected: "features", .. }), "{other}");

    let run_b = run("b");
    let (mut kills, mut last) = (0, None);
    for steps in [3, 40, 61, usize::MAX] {
        let cancel = AtomicBool::new(false);
        let mut this = start(&config, &data, &device);
        match train_rounds(&mut this, Some(&run_b), &cancel, &mut Killer(steps, &cancel)) {
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
        .filter(|event| !matches!(event, Event::Judged(_)))
        .collect();
    assert_eq!(events, run_b.events().unwrap());

    // A state is not continued with another configuration than its own.
    let path = run_b.path().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("seed = 4", "seed = 5", 1)).unwrap();
    let error = run_b.state().expect_err("the seed was changed").to_string();
    assert!(error.contains("config.toml: changed since the saved state"), "{error}");
}

#[test]
fn the_rows_of_the_ablation_and_weak_labels() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let train = |set: &[&str], labels: Option<&[bool]>| {
        let config = pair_config(OneClassKind::Ae, WeakKind::Sultani, set);
        labelled(&config, &data, labels, &device).unwrap()
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
    let config = pair_config(OneClassKind::Ae, WeakKind::Rtfm, &[]);
    let none = labelled(&config, &data, Some(&[false; 6]), &device);
    assert!(matches!(none, Err(TrainError::Config(_))), "no snippet may be anomalous");
}

#[test]
fn each_model_trains_alone_and_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::new(folder.path());
    let (_, device) = devices().remove(0);
    let set = ["alone.epochs=3", "alone.batch=64", "alone.iterations=600", "alone.segments=8"];
    let labels: Vec<bool> = (0..6).map(|v| v % 3 == 0).collect();
    for &occ in OneClassKind::ALL {
        let config = pair_config(occ, WeakKind::Rtfm, &set);
        let make =
            || OneClassAlone::new(side(&config, &data, &device), config.alone.clone(), 3).unwrap();
        check_alone(make, |alone| object_scores(alone.side()));
    }
    for &ws in WeakKind::ALL {
        let config = pair_config(OneClassKind::Ae, ws, &set);
        let make = || {
            let model = config.weak_model(&device).unwrap();
            WeakAlone::new(model, &data.snippets, &labels, config.alone.clone(), 3, &device)
                .unwrap()
        };
        let score = |alone: &WeakAlone| data.snippets.score(alone.model(), &device).unwrap();
        let scores = score(&check_alone(make, score));
        assert!(gap(&scores, &data) > 0.05, "{ws}: {}", gap(&scores, &data));
    }
    let config = pair_config(OneClassKind::Ae, WeakKind::Rtfm, &set);

    // Other values at the same places, or other labels of the same videos, are other data.
    let of_values = |snippets: &Snippets| {
        let OneClassConfig::Ae(ae) = &config.one_class else { panic!() };
        let objects = SnippetObjects::new(snippets, &data.videos).unwrap();
        let side = OneClassOn::new(ae.model(0, &device).unwrap(), objects, &device);
        OneClassAlone::new(Box::new(side), config.alone.clone(), 3).unwrap()
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
fn check_alone<A: Rounds>(make: impl Fn() -> A, answers: impl Fn(&A) -> Vec<f32>) -> A {
    let never = AtomicBool::new(false);
    let round = |alone: &mut A| alone.advance(&never, &mut Silent).unwrap();
    let run = |mut alone: A| {
        while let Some(events) = round(&mut alone) {
            assert!(matches!(events[..], [Event::Round { loss, .. }] if loss.is_finite()));
        }
        alone
    };
    let mut first = make();
    round(&mut first);
    let state = State::from_bytes(&first.save().unwrap().to_bytes().unwrap()).unwrap();
    let mut second = make();
    second.load(&state).unwrap();
    let (whole, resumed) = (run(make()), run(second));
    assert!(answers(&whole) == answers(&resumed));
    assert!(answers(&whole) != answers(&first), "training goes on after the first round");
    whole
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
