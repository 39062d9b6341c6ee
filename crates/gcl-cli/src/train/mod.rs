//! `gcl train`, in two forms: GCL and plain detectors on features alone ([`features`]), and pairs of
//! models on objects and snippets (`super::interleave`). The method says which; with `--resume`, the run.

mod args;
mod features;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args, ValueEnum};
use gcl_train::Method;
use gcl_train::interleave::InterleaveRun;

use super::error::{Failure, Outcome};
use super::forms::refuse;
use super::interleave::train::{self as pairs, PairMethodName, PairOnlyArgs};
use super::test_set::TestArgs;
pub use args::{ClipArgs, LearningArgs, MethodArgs};
pub use features::{check_settings, configuration, train};

/// Train on a folder of features, without labels, or train a pair of models on objects and snippets.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl train features --out runs/first
  gcl train features --out runs/knn --method knn
  gcl train features --out runs/slow --set training.budget.epochs=30 --set training.batch=512
  gcl train features --out runs/judged --test test-features --truth truth.csv
  gcl train features --out runs/first --resume

Pairs of models, and each of them alone:
  gcl train --method interleave --occ stg-nf --ws rtfm --poses poses --features i3d --out runs/pair
  gcl train --method interleave --occ ae --ws sultani --features c3d --clip-length 16 --out runs/ae
  gcl train --method interleave --occ jigsaw --cubes cubes.npy --features features --out runs/puzzles
  gcl train --method interleave --occ stg-nf --ws rtfm --tracks tracks --features boxes --out runs/t \\
      --manifest videos.csv --split train --test-split test --truth masks
  gcl train --method stg-nf --poses poses --features i3d --manifest videos.csv --out runs/flow
  gcl train --resume --out runs/pair --poses poses --features i3d")]
pub struct TrainArgs {
    /// Folder of features: one .npy per video, [T, d] or [T, crops, d].
    #[arg(required_unless_present = "named_features")]
    features: Option<PathBuf>,
    /// The same, as a named option. For a pair, these are the snippets and determine the set of videos.
    #[arg(
        long = "features",
        id = "named_features",
        value_name = "FEATURES",
        conflicts_with = "features"
    )]
    named_features: Option<PathBuf>,
    /// Folder for the run.
    #[arg(long, short)]
    out: PathBuf,
    /// Method to train [default: gcl-pt with preset `paper`, gcl-b with `any`]
    #[arg(long, value_parser = methods())]
    method: Option<Trained>,
    /// Hyperparameters. On features alone: `paper` is tuned for ResNeXt-101 features, `any` is for all
    /// others, `auto` selects one based on the features. For a pair: `paper` follows the paper's text,
    /// `joint-vad-code` (also `auto`) the authors' code.
    #[arg(long, default_value = "auto", value_parser = ["auto", "any", "paper", "joint-vad-code"])]
    preset: String,
    #[command(flatten)]
    learning: LearningArgs,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    test: TestArgs,
    /// Configuration file, such as config.toml of a previous run; replaces --method and --preset.
    #[arg(long, conflicts_with_all = ["method", "preset"])]
    config: Option<PathBuf>,
    /// Resume an interrupted run with the same data.
    #[arg(long, conflicts_with_all = ["method", "preset", "seed", "set", "config", "budget", "occ", "ws"])]
    resume: bool,
    #[command(flatten)]
    pair: PairOnlyArgs,
}

/// What can be trained.
#[derive(Clone, Copy, Debug)]
enum Trained {
    /// On features alone.
    Features(Method),
    /// A pair of models, or one of the two.
    Pair(PairMethodName),
}

/// The methods by name, each with its line in the help.
fn methods() -> impl TypedValueParser<Value = Trained> {
    let alone = Method::ALL.map(|method| PossibleValue::new(method.name()).help(method.about()));
    let pairs = PairMethodName::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<PossibleValue> = alone.into_iter().chain(pairs).collect();
    PossibleValuesParser::new(names).try_map(|name| match PairMethodName::from_str(&name, false) {
        Ok(method) => Ok(Trained::Pair(method)),
        Err(_) => name.parse().map(Trained::Features),
    })
}

/// Options that mean something on features alone.
const FEATURES_ONLY: [&str; 7] =
    ["labels", "budget", "save_every", "memory_limit", "config", "clip_stride", "clip_tail"];

/// Runs the command; `matches` are what was parsed into `args`.
pub fn run(args: TrainArgs, matches: &ArgMatches) -> Outcome {
    let features = args.features.or(args.named_features).unwrap_or_default();
    let pair = match args.method {
        Some(Trained::Pair(method)) => Some(method),
        None if args.resume && InterleaveRun::is_at(&args.out) => Some(PairMethodName::default()),
        _ => None,
    };
    match pair {
        Some(method) => {
            let why = "it is for training on features alone, not for pairs of models";
            refuse(matches, &FEATURES_ONLY, why)?;
            let common = pairs::Common {
                method,
                features,
                out: args.out,
                preset: args.preset,
                clip_length: args.clips.clip_length,
                seed: args.learning.seed.unwrap_or(0),
                set: args.learning.set,
                resume: args.resume,
                device: args.learning.device,
            };
            pairs::run(common, args.pair, args.test)
        }
        None => {
            let why = "it is for pairs of models; give --method interleave, or one of the pair's";
            refuse(matches, &PairOnlyArgs::IDS, why)?;
            if args.preset == "joint-vad-code" {
                let text = "--preset joint-vad-code is for pairs of models; on features alone there \
                            are auto, any and paper";
                return Err(Failure::Usage(text.to_owned()));
            }
            let method = match args.method {
                Some(Trained::Features(method)) => Some(method),
                _ => None,
            };
            let choice = MethodArgs { method, preset: args.preset, learning: args.learning };
            let (config, resume) = (args.config, args.resume);
            features::run(
                features::FeatureRun {
                    features,
                    out: args.out,
                    choice,
                    clips: args.clips,
                    config,
                    resume,
                },
                args.test,
            )
        }
    }
}
