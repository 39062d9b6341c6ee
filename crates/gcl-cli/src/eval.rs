//! `gcl eval`: scores and truth to numbers.

use std::path::{Path, PathBuf};

use clap::Args;
use gcl_data::{ScoreSet, Truth, TruthFormat};
use gcl_eval::evaluate_stored;

use super::error::{Done, Failure, Outcome};
use super::test_set::list_unjudged;
use super::values::truth_formats;

/// Evaluate frame scores against ground truth.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl eval runs/first/scores truth.csv
  gcl eval runs/first Temporal_Anomaly_Annotation.txt --json")]
pub struct EvalArgs {
    /// Folder of scores, or a run that contains scores.
    scores: PathBuf,
    #[command(flatten)]
    truth: TruthArgs,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// The ground truth.
#[derive(Args, Debug, Clone)]
pub struct TruthArgs {
    /// Ground truth: UCF-Crime's annotation text, a folder of .npy masks, a CSV of ranges, or a CSV or
    /// text file with one 0/1 per frame (or a folder of such files).
    pub truth: PathBuf,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", value_parser = truth_formats())]
    pub truth_format: TruthFormat,
}

/// Runs the command.
pub fn run(args: EvalArgs) -> Outcome {
    let scores = ScoreSet::open(scores_folder(&args.scores))?;
    let truth = Truth::read(&args.truth.truth, args.truth.truth_format)?;
    let judged = evaluate_stored(&scores, &truth)?;
    list_unjudged("", &judged.without_truth, "the truth has no such video");
    list_unjudged("", &judged.without_scores, "the truth has it, the scores do not");
    if args.json {
        let json = serde_json::to_string_pretty(&judged.evaluation).map_err(Failure::data)?;
        println!("{json}");
    } else {
        println!("{}", judged.evaluation);
    }
    Ok(Done::all(judged.without_truth.is_empty() && judged.without_scores.is_empty()))
}

/// The folder of scores that a path means: itself, or a run's.
pub fn scores_folder(path: &Path) -> PathBuf {
    let inside = path.join("scores");
    match inside.is_dir() {
        true => inside,
        false => path.to_owned(),
    }
}
