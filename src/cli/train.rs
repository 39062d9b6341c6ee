//! `gcl train`: features to a run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gcl::benchmark::{normal_videos, preset_of};
use gcl_data::{Clips, FeatureSet, Tail};
use gcl_train::config::{DataFacts, apply_overrides, from_toml};
use gcl_train::{Method, Model, NamedBudget, Preset, RunConfig, RunDir, TrainOptions};

use super::error::{Done, Failure, Outcome};
use super::progress::Progress;
use super::terminal::Terminal;
use super::test_set::{TestArgs, TestSet};
use super::values::{parse_bytes, parse_seconds};
use super::{device, interrupt, results};

/// Train on a folder of features, without labels.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl train features --out runs/first
  gcl train features --out runs/knn --method knn
  gcl train features --out runs/slow --set training.budget.epochs=30 --set training.batch=512
  gcl train features --out runs/judged --test test-features --truth truth.csv
  gcl train features --out runs/first --resume

Pairs of models on objects and snippets: gcl train --method interleave --help")]
pub struct TrainArgs {
    /// A folder of features: one .npy a video, [T, d] or [T, crops, d].
    features: PathBuf,
    /// The run's folder.
    #[arg(long, short)]
    out: PathBuf,
    #[command(flatten)]
    choice: MethodArgs,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    test: TestArgs,
    /// A configuration file, as config.toml in a run's folder; replaces --method and --preset.
    #[arg(long, conflicts_with_all = ["method", "preset"])]
    config: Option<PathBuf>,
    /// Go on with a run that was interrupted.
    #[arg(long, conflicts_with_all = ["method", "preset", "seed", "set", "config", "budget", "test"])]
    resume: bool,
}

/// What to train, and where: shared by all commands that train.
#[derive(Args, Debug, Clone)]
pub struct MethodArgs {
    /// What to train; gcl-pt under preset `paper` and gcl-b under `any` unless given.
    #[arg(long, value_parser = methods())]
    pub method: Option<Method>,
    /// Where the settings come from: `paper` fits ResNeXt-101 features, `any` all others; `auto`
    /// chooses by the features.
    #[arg(long, default_value = "auto", value_parser = ["auto", "any", "paper"])]
    pub preset: String,
    /// Every random decision follows from this number; 0 unless given.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How long to train: `printed`, the paper's 15 epochs whatever the number of segments, or
    /// `equalised`, at least 1,400 steps, as many as 15 epochs of UCF-Crime are; the preset's own
    /// unless given (`paper`: equalised).
    #[arg(long)]
    pub budget: Option<NamedBudget>,
    /// Change one value of the configuration: key=value, with dots into the tables.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A manifest whose column `label` says which videos are normal: for ae-occ, gcl-occ, gcl-ws,
    /// and what `--set` makes use video labels. All others never see it.
    #[arg(long, value_name = "MANIFEST")]
    pub labels: Option<PathBuf>,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Seconds between two saves of the training state.
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true,
          value_parser = parse_seconds)]
    pub save_every: Duration,
    /// Features that take more memory than this are read from their files as they are needed:
    /// bytes, or with a unit, such as 512MiB or 2GB. What is computed does not depend on it.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", hide_short_help = true,
          value_parser = parse_bytes)]
    pub memory_limit: u64,
}

/// The methods by name, each with its line in the help.
fn methods() -> impl TypedValueParser<Value = Method> {
    let named = |method: Method| PossibleValue::new(method.name()).help(method.about());
    PossibleValuesParser::new(Method::ALL.map(named)).try_map(|name| name.parse::<Method>())
}

/// How plain .npy features were cut; features that gcl extracted know it themselves.
#[derive(Args, Debug, Clone)]
pub struct ClipArgs {
    /// Frames in a clip of plain .npy features.
    #[arg(long, value_name = "FRAMES")]
    pub clip_length: Option<usize>,
    /// Frames from one clip's start to the next one's; the clip length unless given.
    #[arg(long, value_name = "FRAMES", requires = "clip_length")]
    pub clip_stride: Option<usize>,
    /// What became of the last frames.
    #[arg(long, value_name = "RULE", requires = "clip_length", default_value = "drop",
          value_parser = tails())]
    pub clip_tail: Tail,
}

impl ClipArgs {
    /// The rule, if one was given.
    pub fn clips(&self) -> Option<Clips> {
        let length = self.clip_length?;
        Some(Clips { length, stride: self.clip_stride.unwrap_or(length), tail: self.clip_tail })
    }
}

/// The rules for the last frames by name.
fn tails() -> impl TypedValueParser<Value = Tail> {
    PossibleValuesParser::new(Tail::NAMES).try_map(|name| name.parse::<Tail>())
}

/// Runs the command.
pub fn run(args: TrainArgs) -> Outcome {
    // Nothing is written before everything is known to be right.
    device::find(&args.choice.device)?;
    let set = FeatureSet::open_with(&args.features, args.clips.clips())?;
    let run = RunDir::new(&args.out);
    let test = match args.resume {
        true => TestArgs::of_run(&run)?,
        false => args.test,
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
    train(&set, &run, &args.choice, judge.as_ref()).map_err(|failure| match failure {
        Failure::Interrupted(text) => {
            Failure::Interrupted(format!("{text}: the same command with --resume goes on"))
        }
        other => other,
    })?;
    if let Some(judge) = &judge {
        results::write(judge, &run, &device::find(&args.choice.device)?)?;
    }
    println!("{}", run.path().display());
    Ok(Done::Fully)
}

/// Refuses settings that are wrong for any features, before long work starts.
pub fn check_settings(choice: &MethodArgs) -> Result<(), Failure> {
    let data = DataFacts { dim: 2048, segments: 10_000 };
    let preset = Preset::Any;
    let config = RunConfig::new(choice.method.unwrap_or(preset.method()), preset, 0, data);
    check_labels(&apply_overrides(&config, &choice.set)?, choice)
}

/// Refuses a configuration that uses video labels where none are given, before a run starts.
fn check_labels(config: &RunConfig, choice: &MethodArgs) -> Result<(), Failure> {
    match config.uses_labels() && choice.labels.is_none() {
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
    config.seed = choice.seed.unwrap_or(config.seed);
    if let Some(budget) = choice.budget {
        config.training.budget = budget.budget();
    }
    let config = apply_overrides(&config, &choice.set)?;
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
    let normal = choice.labels.as_deref().map(normal_videos).transpose()?;
    let options = TrainOptions {
        normal: normal.as_ref(),
        device: device::find(&choice.device)?,
        cancel: &interrupt::INTERRUPTED,
        save_every: choice.save_every,
        memory_limit: choice.memory_limit,
    };
    let score = run.config()?.score;
    let judge = test.map(|test| (test, score));
    let mut listener = Terminal { progress: Progress::new("training", "steps", 0), judge };
    let result = gcl_train::train(set, run, &options, &mut listener);
    listener.progress.finish();
    Ok(result?)
}
