//! `gcl train`: features to a run.

mod args;
mod configuration;

use std::path::PathBuf;

use clap::Args;
use gcl::judge::judge_states;
use gcl::score::score_own;
use gcl::views::Views;
use gcl_data::Claim;
use gcl_train::{RunDir, TrainError};

use super::error::{Done, Failure, Outcome};
use super::test_set::TestArgs;
use super::{device, terminal};
use crate::terminal::{Terminal, say_resumed};
pub use args::{ClipArgs, LearningArgs, MethodArgs, say_of};
pub use configuration::{
    cameras, check_settings, configuration, normal_videos, train, training_options,
};

/// Train on a folder of features, without labels.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl train features --out runs/first
  gcl train features --out runs/knn --method knn
  gcl train features --out runs/slow --set training.budget.epochs=30 --set training.batch=512
  gcl train features --out runs/own --cross-fit 5
  gcl train features --out runs/judged --test test-features --truth truth.csv
  gcl train features --out runs/first --resume

Pairs of models on objects and snippets: gcl pair train --help")]
pub struct TrainArgs {
    /// Folder of features: one .npy per video, [T, d] or [T, crops, d].
    features: PathBuf,
    /// Folder for the run.
    #[arg(long, short)]
    out: PathBuf,
    #[command(flatten)]
    choice: MethodArgs,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    test: TestArgs,
    /// Then score the training videos into the run's folder, in this many parts, each by a model that was
    /// trained on the others.
    #[arg(long, value_name = "FOLDS")]
    cross_fit: Option<usize>,
    /// Configuration file, such as config.toml of a previous run; replaces --method and --preset.
    #[arg(long, conflicts_with_all = ["method", "preset"])]
    config: Option<PathBuf>,
    /// Resume an interrupted run with the same data.
    #[arg(long, conflicts_with_all = ["method", "preset", "seed", "set", "config", "budget", "test"])]
    resume: bool,
}

/// Runs the command.
pub fn run(args: TrainArgs) -> Outcome {
    // Nothing is written before everything is known to be right.
    let device = device::find(&args.choice.learning.how.device)?;
    args.test.both_or_none()?;
    let set = args.clips.open(&args.features)?;
    let run = RunDir::new(&args.out);
    let test = match args.resume {
        true => TestArgs::of_run(&run)?,
        false => args.test,
    };
    let judge = test.open(&set, args.clips.clips())?;
    let normal = normal_videos(&args.choice.learning)?;
    let _claim = Claim::alone(&args.out)?;
    let config = match (args.resume, run.exists()) {
        (true, true) => {
            say_resumed(&run);
            None
        }
        (true, false) => return Err(gcl::Error::NoRun { path: args.out }.into()),
        (false, true) => return Err(TrainError::RunExists { path: args.out }.into()),
        (false, false) => {
            let config = configuration(&args.choice, args.config.as_deref(), &set)?;
            // Before the run itself, which from then on is one that can be resumed.
            test.remember(&run)?;
            Some(config)
        }
    };
    let trained = train(&set, &run, config.as_ref(), &args.choice, judge.as_ref());
    if trained.is_err() && !run.exists() {
        TestArgs::forget(&run)?;
    }
    let model = trained.map_err(Failure::resumable)?;
    if let Some(folds) = args.cross_fit {
        let options = training_options(&args.choice.learning, &normal)?;
        let mut terminal = Terminal::new(None);
        let views = Views::new(&set, &cameras(&args.choice.learning)?)?;
        let (said, done) = (&mut terminal, &mut |_| ());
        let scored = score_own(&run, &model, &set, folds, &views, &options, said, done);
        terminal.finish();
        scored.map_err(|error| Failure::from(error).resumable())?;
    }
    if let Some(judge) = &judge {
        terminal::print(&judge_states(judge, &run, &device)?);
    }
    println!("{}", run.path().display());
    let tested = judge.iter().all(|judge| judge.features.left_out().is_empty());
    Ok(Done::all(tested && set.left_out().is_empty()))
}
