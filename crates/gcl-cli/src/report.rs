//! `gcl report`: a run to one HTML file.

use std::path::PathBuf;

use clap::Args;
use gcl::report::{Contents, write};
use gcl_data::{Truth, TruthFormat};
use gcl_train::RunDir;

use super::device;
use super::error::{Done, Outcome};
use super::pick_args::PickArgs;
use super::values::truth_formats;

/// Write a run's report as a self-contained HTML file.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl report runs/first
  gcl report runs/first --truth truth.csv

Runs of pairs of models: gcl pair report --help")]
pub struct ReportArgs {
    /// A run that contains scores.
    run: PathBuf,
    /// Ground truth, if available; the report then includes curves and metrics.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", value_parser = truth_formats())]
    truth_format: TruthFormat,
    /// Test features; with the ground truth, adds the distributions of all of the model's scores.
    #[arg(long, value_name = "FEATURES", requires = "truth")]
    test: Option<PathBuf>,
    /// Compute device for what is scored for the report; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Output file [default: `report.html` in the run's folder]
    #[arg(long, short)]
    out: Option<PathBuf>,
    #[command(flatten)]
    moments: PickArgs,
}

/// Runs the command.
pub fn run(args: ReportArgs) -> Outcome {
    let run = RunDir::new(&args.run);
    let device = device::find(&args.device)?;
    let truth = args.truth.map(|path| Truth::read(path, args.truth_format)).transpose()?;
    let contents = Contents {
        truth: truth.as_ref(),
        pick: args.moments.pick()?,
        device: Some(&device),
        test: args.test.as_deref().map(|test| (test, &device)),
        ..Contents::default()
    };
    let out = args.out.unwrap_or_else(|| run.report());
    let report = write(&run, &contents, &out)?;
    for (id, damage) in &report.damaged {
        eprintln!("note {id}: {damage}");
    }
    for (id, why) in &report.skipped {
        eprintln!("skipped {id}: {why}");
    }
    println!("{}", out.display());
    Ok(Done::all(report.skipped.is_empty()))
}
