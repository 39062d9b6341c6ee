//! `gcl pair report`: one run, or several side by side.

use std::path::PathBuf;

use clap::Args;
use gcl_train::RunDir;

use crate::error::{Done, Failure, Outcome};

/// Write the report of a pair's run as a self-contained HTML file; several runs are compared.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl pair report runs/pair
  gcl pair report runs/weighted runs/unweighted --out comparison.html

If ground truth was given to `gcl pair train`, the runs already contain it.")]
pub struct ReportArgs {
    /// Runs of `gcl pair train`.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Output file [default: `report.html` in the run's folder]; required for several runs.
    #[arg(long, short)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: ReportArgs) -> Outcome {
    let out = match (args.runs.as_slice(), args.out) {
        ([run], out) => {
            let run = RunDir::new(run);
            let out = out.unwrap_or_else(|| run.report());
            gcl::pair::report(&run, &out)?;
            out
        }
        (runs, Some(out)) => {
            gcl::pair::compare(runs, &out)?;
            out
        }
        (_, None) => {
            let text = "several runs are compared in a file of their own: give --out";
            return Err(Failure::Usage(text.to_owned()));
        }
    };
    println!("{}", out.display());
    Ok(Done::Fully)
}
