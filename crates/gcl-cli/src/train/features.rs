//! Training on features alone: features to a run.

use std::path::{Path, PathBuf};

use gcl_bench::{normal_videos, preset_of};
use gcl_data::FeatureSet;
use gcl_train::config::{DataFacts, apply_overrides, from_toml};
use gcl_train::{Model, Preset, RunConfig, RunDir, TrainOptions};

use super::args::{ClipArgs, MethodArgs};
use crate::error::{Done, Failure, Outcome};
use crate::progress::Progress;
use crate::terminal::Terminal;
use crate::test_set::{TestArgs, TestSet};
use crate::{device, interrupt, results};

/// What to train on, and where to.
pub struct FeatureRun {
    pub features: PathBuf,
    pub out: PathBuf,
    pub choice: MethodArgs,
    pub clips: ClipArgs,
    pub config: Option<PathBuf>,
    pub resume: bool,
}

/// Runs the command.
pub fn run(args: FeatureRun, test: TestArgs) -> Outcome {
    // Nothing is written before everything is known to be right.
    device::find(&args.choice.learning.device)?;
    test.both_or_none()?;
    let set = FeatureSet::open_with(&args.features, args.clips.clips())?;
    let run = RunDir::new(&args.out);
    let test = match (args.resume, &test.test) {
        (true, Some(_)) => {
            let text = "--test: a resumed run goes on with the test set that it was started with";
            return Err(Failure::Usage(text.to_owned()));
        }
        (true, None) => TestArgs::of_run(&run)?,
        (false, _) => test,
    };
    let judge = test.open(&set, args.clips.clips())?;
    match (args.resume, run.exists()) {
        (true, true) => eprintln!("going on with {}", args.out.display()),
        (true, false) => {
            return Err(Failure::Usage(format!(
                "{}: no run to resume here; leave --resume out to start one",
                args.out.display()
            )));
        }
        (false, _) => {
            let config = configuration(&args.choice, args.config.as_deref(), &set)?;
            // Before the run itself, which from then on is one that can be resumed.
            if !run.exists() {
                test.remember(&run)?;
            }
            run.create(&config)?;
        }
    }
    train(&set, &run, &args.choice, judge.as_ref()).map_err(Failure::resumable)?;
    if let Some(judge) = &judge {
        results::write(judge, &run, &device::find(&args.choice.learning.device)?)?;
    }
    println!("{}", run.path().display());
    Ok(Done::Fully)
}

/// Refuses settings that are wrong for any features, before long work starts.
pub fn check_settings(choice: &MethodArgs) -> Result<(), Failure> {
    let data = DataFacts { dim: 2048, segments: 10_000 };
    let preset = Preset::Any;
    let config = RunConfig::new(choice.method.unwrap_or(preset.method()), preset, 0, data);
    check_labels(&apply_overrides(&config, &choice.learning.set)?, choice)
}

/// Refuses a configuration that uses video labels where none are given, before a run starts.
fn check_labels(config: &RunConfig, choice: &MethodArgs) -> Result<(), Failure> {
    match config.uses_labels() && choice.learning.labels.is_none() {
        false => Ok(()),
        true => Err(Failure::Usage(format!(
            "{} uses video labels as configured: give a manifest with the column `label` by --labels",
            config.method
        ))),
    }
}

/// The configuration that the arguments mean for these features.
pub fn configuration(
    choice: &MethodArgs,
    file: Option<&Path>,
    set: &FeatureSet,
) -> Result<RunConfig, Failure> {
    let mut config = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(Failure::io(path))?;
            let located = |e| Failure::Usage(format!("{}: {e}", path.display()));
            from_toml(&text).map_err(located)?
        }
        None => {
            let preset = match choice.preset.as_str() {
                "paper" => Preset::Paper,
                "any" => Preset::Any,
                _ => preset_of(set),
            };
            let data = DataFacts { dim: set.dim(), segments: set.total() };
            RunConfig::new(choice.method.unwrap_or(preset.method()), preset, 0, data)
        }
    };
    config.seed = choice.learning.seed.unwrap_or(config.seed);
    if let Some(budget) = choice.learning.budget {
        config.training.budget = budget.budget();
    }
    let config = apply_overrides(&config, &choice.learning.set)?;
    check_labels(&config, choice)?;
    Ok(config)
}

/// Trains a run that exists, from wherever it stands.
///
/// A test set judges it as it goes, and nothing more.
pub fn train(
    set: &FeatureSet,
    run: &RunDir,
    choice: &MethodArgs,
    test: Option<&TestSet>,
) -> Result<Model, Failure> {
    let normal = choice.learning.labels.as_deref().map(normal_videos).transpose()?;
    let options = TrainOptions {
        normal: normal.as_ref(),
        device: device::find(&choice.learning.device)?,
        cancel: &interrupt::INTERRUPTED,
        save_every: choice.learning.save_every,
        memory_limit: choice.learning.memory_limit,
    };
    let score = run.config()?.score;
    let judge = test.map(|test| (test, score));
    let mut listener = Terminal { progress: Progress::new("training", "steps", 0), judge };
    let result = gcl_train::train(set, run, &options, &mut listener);
    listener.progress.finish();
    Ok(result?)
}
