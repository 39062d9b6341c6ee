//! What each method means, and that each option does what it says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::common::{devices, features};
use gcl_data::{FeatureSet, VideoId};
use gcl_train::config::{DataFacts, apply_overrides, from_toml};
use gcl_train::events::EpochReport;
use gcl_train::{Event, Method, Preset, RunConfig, RunDir, Silent, TrainOptions, train};

/// `a.b.c = value` for every value of a configuration.
fn lines(config: &RunConfig) -> Vec<String> {
    fn walk(prefix: &str, value: &toml::Value, lines: &mut Vec<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    let dot = if prefix.is_empty() { "" } else { "." };
                    walk(&format!("{prefix}{dot}{key}"), value, lines);
                }
            }
            value => lines.push(format!("{prefix} = {value}")),
        }
    }
    let mut found = Vec::new();
    walk("", &toml::Value::try_from(config).unwrap(), &mut found);
    found
}

#[test]
fn every_methods_configuration_is_the_recorded_one() {
    let data = DataFacts { dim: 2048, segments: 779_951 };
    let mut text = String::new();
    for preset in [Preset::Paper, Preset::Any] {
        let base = lines(&RunConfig::new(Method::GclB, preset, 0, data));
        writeln!(text, "[{preset:?}, 2048 dimensions, 779951 segments: gcl-b]").unwrap();
        base.iter().for_each(|line| writeln!(text, "{line}").unwrap());
        for method in Method::ALL.into_iter().filter(|&m| m != Method::GclB) {
            let config = RunConfig::new(method, preset, 0, data);
            config.validate().unwrap();
            let toml = toml::to_string(&config).unwrap();
            assert_eq!(from_toml::<RunConfig>(&toml).unwrap(), config, "{method}");
            let own = lines(&config);
            writeln!(text, "\n[{preset:?}: {method}, where it differs from gcl-b]").unwrap();
            for line in own.iter().filter(|line| !base.contains(line)) {
                writeln!(text, "{line}").unwrap();
            }
            let keys = |lines: &[String]| -> Vec<String> {
                lines.iter().map(|l| l.split(" = ").next().unwrap().to_owned()).collect()
            };
            for key in keys(&base).into_iter().filter(|key| !keys(&own).contains(key)) {
                writeln!(text, "without {key}").unwrap();
            }
        }
        writeln!(text).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/methods.txt");
    if std::env::var_os("GCL_WRITE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let recorded = std::fs::read_to_string(&path).unwrap();
    for (found, expected) in text.lines().zip(recorded.lines()) {
        assert_eq!(found, expected, "if meant: GCL_WRITE_SNAPSHOTS=1 records it");
    }
    assert_eq!(text.lines().count(), recorded.lines().count(), "GCL_WRITE_SNAPSHOTS=1 records it");
}

/// Every option that `docs/method.md` names, as a user sets it.
const OPTIONS: [&str; 47] = [
    "center_videos=500",
    "cooperative.error=squared",
    "cooperative.error=mean-squared",
    "cooperative.generator_labels={labels=\"hard\", threshold={rule=\"top\", share=0.2}}",
    "cooperative.generator_labels={labels=\"hard\", threshold={rule=\"valley\", bins=100}}",
    "cooperative.generator_labels={labels=\"hard\", threshold={rule=\"otsu\"}}",
    "cooperative.generator_labels.threshold.std=population",
    "cooperative.generator_labels.threshold.k=2.0",
    "cooperative.generator_labels={labels=\"soft\", squeeze=\"min-max\"}",
    "cooperative.generator_labels={labels=\"soft\", squeeze=\"logistic\"}",
    "cooperative.generator_labels={labels=\"soft\", squeeze=\"rank\"}",
    "cooperative.discriminator_labels={rule=\"top\", share=0.1}",
    "cooperative.discriminator_labels={rule=\"otsu\"}",
    "cooperative.discriminator_labels.std=population",
    "cooperative.labelled_by=previous-discriminator",
    "cooperative.target.value=0.5",
    "cooperative.target={kind=\"replace\"}",
    "cooperative.target={kind=\"gaussian\", sigma=6.0}",
    "cooperative.target={kind=\"exclude\", divisor=\"kept\"}",
    "cooperative.target={kind=\"exclude\", divisor=\"batch\"}",
    "cooperative.weak.anomalous={rule=\"top\", share=0.1}",
    "cooperative.weak.anomalous={rule=\"all\"}",
    "cooperative.weak.thresholds=unforced",
    "cooperative.optimizer={learning_rate=2e-5, momentum=0.0, alpha=0.6, epsilon=1e-8}",
    "labelled_share=0.33",
    "pretraining.on={segments=\"calm\", rule={rule=\"raw\", limit=0.7}}",
    "pretraining.on={segments=\"calm\", rule={rule=\"root-mean-square\", limit=0.7}}",
    "pretraining.on={segments=\"calm\", rule={rule=\"video-min-max\", limit=0.7}}",
    "pretraining.on={segments=\"calm\", rule={rule=\"calmest\", share=0.7}}",
    "pretraining.on={segments=\"calm\", rule={rule=\"video-mean-std\", k=0.1}}",
    "pretraining.on={segments=\"normal-videos\"}",
    "pretraining.discriminator_on={segments=\"calm\", rule={rule=\"unit-norm\", limit=0.7}}",
    "training.on={segments=\"normal-videos\"}",
    "training.turns=every-epoch",
    "training.last_batch=keep",
    "training.last_batch=drop",
    "training.fresh_optimizers=false",
    "training.budget.min_steps=0",
    "generator.activation=leaky-relu",
    "generator.output=relu",
    "generator.batch_norm=true",
    "generator.dropout=0.1",
    "generator.init=xavier-uniform",
    "discriminator.activation=leaky-relu",
    "discriminator.batch_norm=true",
    "discriminator.dropout=0.6",
    "discriminator.init=xavier-normal",
];

/// The same, of the methods whose classifier trains on labels made before, and of MLE-UVAD.
const OPTIONS_OF: [(Method, &str); 27] = [
    (Method::C2fpl, "pseudo_labels.spread=variance"),
    (Method::C2fpl, "pseudo_labels.divide=percentile"),
    (Method::C2fpl, "pseudo_labels.ratio=0.2"),
    (Method::C2fpl, "pseudo_labels.window=0.1"),
    (Method::C2fpl, "pseudo_labels.longest=100"),
    (Method::C2fpl, "training.decay.factor=0.5"),
    (Method::C2fpl, "training.decay.after=1.0"),
    (Method::C2fpl, "cooperative.discriminator_optimizer.nesterov=false"),
    (Method::C2fpl, "cooperative.discriminator_optimizer.kind=adam"),
    (Method::Clap, "pseudo_labels.entropy=diagonal"),
    (Method::Clap, "pseudo_labels.window=0.1"),
    (Method::Clap, "pseudo_labels.refine.from=0"),
    (Method::Clap, "pseudo_labels.refine.window=0.2"),
    (Method::Clap, "pseudo_labels.refine.disjoint=0.1"),
    (Method::Lanp, "pseudo_labels.similarity.kind=rbf"),
    (Method::Lanp, "pseudo_labels.distance=root-mean-square"),
    (Method::Lanp, "pseudo_labels.videos=0.27"),
    (Method::Lanp, "pseudo_labels.segments=0.2"),
    (Method::Lanp, "pseudo_labels.alpha=0.9"),
    (Method::Lanp, "pseudo_labels.rounds=100"),
    (Method::Lanp, "pseudo_labels.neighbours=10"),
    (Method::Lanp, "pseudo_labels.sampled=64"),
    (Method::Lanp, "pseudo_labels.memory=0.2"),
    (Method::Lanp, "training.last_batch=even"),
    (Method::Mle, "cooperative.latent_entropy.weight=0.5"),
    (Method::Mle, "cooperative.latent_entropy.bandwidth=0.5"),
    (Method::Mle, "training.batch=64"),
];

#[test]
fn every_option_can_be_set_and_survives_its_file() {
    let data = DataFacts { dim: 64, segments: 100 };
    let config = RunConfig::new(Method::GclPt, Preset::Paper, 0, data);
    for option in OPTIONS {
        let changed = apply_overrides(&config, &[option]).unwrap();
        assert_ne!(changed, config, "{option} changes nothing");
        assert_eq!(
            from_toml::<RunConfig>(&toml::to_string(&changed).unwrap()).unwrap(),
            changed,
            "{option}"
        );
    }
    for (wrong, named) in [
        ("training.last_batch=most", "even"),
        ("training.turns=never", "every-epoch"),
        ("cooperative.target={kind=\"gaussian\", sigma=-1.0}", "sigma"),
        ("cooperative.target={kind=\"gaussian\", sigma=1.0, more=2}", "more"),
        ("cooperative.weak.anomalous={rule=\"top\", share=0.0}", "share"),
        ("generator.dropout=1.0", "generator.dropout"),
        ("discriminator.dropout=-0.1", "discriminator.dropout"),
        ("pretraining.on={segments=\"calm\", rule={rule=\"calmest\", share=2.0}}", "share"),
    ] {
        let text = apply_overrides(&config, &[wrong]).unwrap_err().to_string();
        assert!(text.contains(named), "{wrong}: {text}");
    }
    for (method, option) in OPTIONS_OF {
        let config = RunConfig::new(method, Preset::Paper, 0, data);
        let changed = apply_overrides(&config, &[option]).unwrap();
        assert_ne!(changed, config, "{option} changes nothing");
        let text = toml::to_string(&changed).unwrap();
        assert_eq!(from_toml::<RunConfig>(&text).unwrap(), changed, "{option}");
    }
    for (method, wrong, named) in [
        (Method::C2fpl, "pseudo_labels.window=0.0", "window"),
        (Method::C2fpl, "pseudo_labels.refine.from=1", "refine"),
        (Method::C2fpl, "training.kind=cooperate", "pseudo_labels"),
        (Method::GclB, "training.kind=classify", "pseudo_labels"),
        (Method::C2fpl, "training.on={segments=\"normal-videos\"}", "training.on"),
        (Method::C2fpl, "training.decay.factor=0.0", "training.decay"),
        (Method::C2fpl, "cooperative.discriminator_optimizer.momentum=1.0", "momentum"),
        (Method::C2fpl, "score=generator", "one of discriminator"),
        (Method::Clap, "pseudo_labels.refine.window=2.0", "refine.window"),
        (Method::Lanp, "pseudo_labels.videos=1.0", "videos"),
        (Method::Mle, "cooperative.latent_entropy.bandwidth=0.0", "bandwidth"),
        (Method::Mle, "training.kind=self-label", "cooperative.latent_entropy"),
        (Method::Mle, "generator.hidden=[]", "generator.hidden"),
    ] {
        let config = RunConfig::new(method, Preset::Any, 0, data);
        let text = apply_overrides(&config, &[wrong]).unwrap_err().to_string();
        assert!(text.contains(named), "{wrong}: {text}");
    }
    let detectors = [
        (Method::Knn, "detector.sample=4", "sample"),
        (Method::Pca, "detector.components=64", "64"),
        (Method::IsolationForest, "detector.trees=0", "trees"),
        (Method::Kim, "detector.k=65", "64"),
        (Method::Mahalanobis, "detector.shrinkage=0.0", "shrinkage"),
    ];
    for (method, wrong, named) in detectors {
        let config = RunConfig::new(method, Preset::Any, 0, data);
        let text = apply_overrides(&config, &[wrong]).unwrap_err().to_string();
        assert!(text.contains(named), "{wrong}: {text}");
    }
}

/// What a run was told to do, what it did, and how it scores the first video.
struct Outcome {
    phases: Vec<(String, usize)>,
    epochs: Vec<EpochReport>,
    scores: Vec<f32>,
}

/// Trains on six videos of 20 segments, two of them labelled anomalous.
fn run(method: Method, set: &FeatureSet, options: &[&str]) -> Outcome {
    let data = DataFacts { dim: set.dim(), segments: set.total() };
    let mut pairs =
        vec!["training.batch=50", "training.budget={epochs=4, min_steps=0, max_steps=99}"];
    pairs.push("cooperative.optimizer.learning_rate=0.001");
    pairs.extend(options);
    let config = RunConfig::new(method, Preset::Paper, 7, data);
    let config = apply_overrides(&config, &pairs).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = RunDir::new(folder.path().join("run"));
    run.create(&config).unwrap();
    // Names as a manifest may have them.
    let label = |(v, video): (usize, &gcl_data::FeatureVideo)| {
        (VideoId::new(format!("videos/{}.mp4", video.id)).unwrap(), v % 3 != 0)
    };
    let normal: BTreeMap<VideoId, bool> = set.videos().iter().enumerate().map(label).collect();
    let cancel = AtomicBool::new(false);
    let device = devices().remove(0).1;
    let options = TrainOptions { normal: Some(&normal), ..TrainOptions::new(device, &cancel) };
    let model = train(set, &run, &options, &mut Silent).unwrap();
    let mut rows = Vec::new();
    set.read(0, &mut rows).unwrap();
    let scores = model.score(&rows).unwrap().get(config.score).unwrap();
    let (mut phases, mut epochs) = (Vec::new(), Vec::new());
    for event in run.events().unwrap() {
        match event {
            Event::Started { phases: outline, .. } => {
                phases = outline.into_iter().map(|p| (p.name, p.segments)).collect();
            }
            Event::Epoch(report) => epochs.push(report),
            _ => {}
        }
    }
    Outcome { phases, epochs, scores }
}

fn segments(outcome: &Outcome) -> Vec<usize> {
    outcome.phases.iter().map(|(_, segments)| *segments).collect()
}

#[test]
fn methods_train_on_the_segments_that_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let calm = segments(&run(Method::AeTd, &set, &[]))[0];
    assert!(0 < calm && calm < 120, "{calm}");
    assert_eq!(segments(&run(Method::GclPt, &set, &[])), [calm, 120, 120]);
    assert_eq!(segments(&run(Method::GclWs, &set, &[])), [calm, 120, 120]);
    assert_eq!(segments(&run(Method::GclOcc, &set, &[])), [80, 120, 120]);
    assert_eq!(segments(&run(Method::AeOcc, &set, &[])), [80]);
    for method in [Method::Ae, Method::GclB, Method::GclNoNl, Method::SelfLabel, Method::SoftLabel]
    {
        assert_eq!(segments(&run(method, &set, &[])), [120], "{method}");
    }
    let normal_loop = ["training.on={segments=\"normal-videos\"}"];
    assert_eq!(segments(&run(Method::GclOcc, &set, &normal_loop)), [80, 120, 80]);
    let cleaned =
        ["pretraining.discriminator_on={segments=\"calm\", rule={rule=\"unit-norm\", limit=0.7}}"];
    assert_eq!(segments(&run(Method::GclPt, &set, &cleaned)), [calm, calm, 120]);
}

#[test]
fn options_of_the_loop_do_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let plain = run(Method::GclB, &set, &[]);
    let steps = |outcome: &Outcome| outcome.epochs.last().unwrap().step;
    // 120 segments in batches of at most 50: 3 of 40, or 50, 50 and 20, or 50 and 50.
    assert_eq!(steps(&plain), 12);
    let keep = run(Method::GclB, &set, &["training.last_batch=keep"]);
    let drop = run(Method::GclB, &set, &["training.last_batch=drop"]);
    assert_eq!((steps(&keep), steps(&drop)), (12, 8));
    assert!(keep.scores != plain.scores && drop.scores != plain.scores);

    let turns = run(Method::GclB, &set, &["training.turns=every-epoch"]);
    let trained = |e: &EpochReport| (e.loss_discriminator.is_some(), e.loss_generator.is_some());
    let turns: Vec<_> = turns.epochs.iter().map(trained).collect();
    assert_eq!(turns, [(true, false), (false, true), (true, false), (false, true)]);

    let keeps = ["training.fresh_optimizers=false"];
    assert_eq!(run(Method::GclB, &set, &keeps).scores, plain.scores, "one phase");
    assert_ne!(run(Method::GclPt, &set, &keeps).scores, run(Method::GclPt, &set, &[]).scores);
}

#[test]
fn video_labels_reach_the_pseudo_labels_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let set = features(folder.path(), 6, 1);
    let labelled = |options: &[&str]| {
        let outcome = run(Method::GclWs, &set, options);
        let last = outcome.epochs.last().unwrap().clone();
        (
            last.labelled_by_generator.unwrap(),
            last.labelled_by_discriminator.unwrap(),
            outcome.scores,
        )
    };
    let (g, d, left) = labelled(&[]);
    assert!(g <= 1.0 / 3.0 && d <= 1.0 / 3.0, "normal videos are never labelled: {g}, {d}");
    let (g, d, all) = labelled(&["cooperative.weak.anomalous={rule=\"all\"}"]);
    approx::assert_relative_eq!(g, 1.0 / 3.0, epsilon = 1e-9);
    approx::assert_relative_eq!(d, 1.0 / 3.0, epsilon = 1e-9);
    let (_, _, top) = labelled(&["cooperative.weak.anomalous={rule=\"top\", share=0.5}"]);
    let (_, _, over) = labelled(&["cooperative.weak.thresholds=unforced"]);
    let (_, _, third) = labelled(&["labelled_share=0.34"]);
    let (_, _, none) = labelled(&["labelled_share=0.0"]);
    for (name, other) in
        [("all", &all), ("top", &top), ("unforced", &over), ("third", &third), ("none", &none)]
    {
        assert_ne!(&left, other, "{name}");
    }
    assert_eq!(none, run(Method::GclPt, &set, &[]).scores, "without labels it is GCL_PT");
}
