//! `gcl pair score`: a trained pair's frame scores.

use std::path::PathBuf;

use clap::Args;
use gcl::pair::Scored;
use gcl_train::RunDir;

use super::args::DataArgs;
use crate::device;
use crate::error::{Done, Outcome};

/// Score every frame of videos with a trained pair: into `one-class` and `weak` in the output folder,
/// whichever models there are.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl pair score runs/pair i3d --poses poses --out scores
  gcl pair score runs/flow --poses poses --out scores
  gcl pair score runs/flow --poses poses/test --frames masks --out scores")]
pub struct ScoreArgs {
    /// A run of `gcl pair train`.
    run: PathBuf,
    #[command(flatten)]
    data: DataArgs,
    /// Output folder for the scores [default: `scores` in the run's folder]
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
}

/// Runs the command.
pub fn run(args: ScoreArgs) -> Outcome {
    let device = device::find(&args.device)?;
    let run = RunDir::new(&args.run);
    let out = args.out.unwrap_or_else(|| run.scores());
    let Scored { left, notes } = gcl::pair::score(&run, &args.data.data(), &out, &device)?;
    notes.iter().chain(&left.lines()).for_each(|line| eprintln!("{line}"));
    println!("{}", out.display());
    Ok(Done::all(left.bad.is_empty()))
}
