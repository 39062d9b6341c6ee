//! `gcl pair`: a one-class model on objects and a weakly-supervised model on snippets, which generate
//! labels for each other, and each of them alone.

mod args;
mod checkpoint;
mod report;
mod score;
mod train;

use clap::{Args, Subcommand};

use super::error::Outcome;

/// Train, score and report pairs of models: a one-class model on objects and a weakly-supervised model
/// on snippets generate labels for each other (Joint-VAD).
#[derive(Args, Debug)]
pub struct PairArgs {
    #[command(subcommand)]
    verb: PairVerb,
}

#[derive(Subcommand, Debug)]
enum PairVerb {
    Train(Box<train::TrainArgs>),
    Score(score::ScoreArgs),
    Report(report::ReportArgs),
    Checkpoint(checkpoint::CheckpointArgs),
}

/// Runs the command.
pub fn run(args: PairArgs) -> Outcome {
    match args.verb {
        PairVerb::Train(args) => train::run(*args),
        PairVerb::Score(args) => score::run(args),
        PairVerb::Report(args) => report::run(args),
        PairVerb::Checkpoint(args) => checkpoint::run(args),
    }
}
