//! The `gcl` command: arguments, one file per verb, and exit codes. See `gcl --help`.

#[macro_use]
mod print;

mod bench;
mod check;
mod demo;
mod device;
mod devices;
mod error;
mod eval;
mod extract;
mod find;
mod interrupt;
mod pair;
mod pick_args;
mod progress;
mod report;
mod reproduce;
mod run_args;
mod score;
mod sweep;
mod terminal;
mod test_set;
mod train;
mod values;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use error::Done;

/// Unsupervised video anomaly detection: learns what is normal from unlabelled footage and shows
/// what is not.
#[derive(Parser, Debug)]
#[command(name = "gcl", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Start with `gcl demo`, or with your own footage: `gcl find FOOTAGE`.

Results go to standard output, progress and messages to standard error. Exit codes: 0 success; 1
success, with some items skipped and listed; 2 usage or configuration error; 3 data error; 4
numerical failure; 130 interrupted, can be resumed.")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Demo(demo::DemoArgs),
    Find(find::FindArgs),
    Extract(extract::ExtractArgs),
    Train(Box<train::TrainArgs>),
    Score(score::ScoreArgs),
    Eval(eval::EvalArgs),
    Report(report::ReportArgs),
    Pair(pair::PairArgs),
    Sweep(sweep::SweepArgs),
    Reproduce(reproduce::ReproduceArgs),
    Check(check::CheckArgs),
    Weights(weights::WeightsArgs),
    Devices(devices::DevicesArgs),
    Bench(bench::BenchArgs),
}

/// Parses the command line, runs the verb, and returns the exit code.
fn main() -> ExitCode {
    gcl::process::prepare();
    end_quietly_with_the_reader();
    let cli = Cli::parse();
    interrupt::listen();
    match run(cli) {
        Ok(Done::Fully) => ExitCode::SUCCESS,
        Ok(Done::WithSkips) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("error: {}", failure.message());
            ExitCode::from(failure.code())
        }
    }
}

/// Runs a verb.
fn run(cli: Cli) -> error::Outcome {
    match cli.verb {
        Verb::Demo(args) => demo::run(args),
        Verb::Find(args) => find::run(args),
        Verb::Extract(args) => extract::run(args),
        Verb::Train(args) => train::run(*args),
        Verb::Score(args) => score::run(args),
        Verb::Eval(args) => eval::run(args),
        Verb::Report(args) => report::run(args),
        Verb::Pair(args) => pair::run(args),
        Verb::Sweep(args) => sweep::run(args),
        Verb::Reproduce(args) => reproduce::run(args),
        Verb::Weights(args) => weights::run(args),
        Verb::Check(args) => check::run(args),
        Verb::Devices(args) => devices::run(args),
        Verb::Bench(args) => bench::run(args),
    }
}

/// Ends the process when the reader of its output is gone, as other tools do, instead of panicking
/// in the next `println!`.
#[cfg(unix)]
fn end_quietly_with_the_reader() {
    // SAFETY: restores a signal's default action; no handler of ours is involved.
    #[allow(unsafe_code)]
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
    }
}

#[cfg(not(unix))]
fn end_quietly_with_the_reader() {}
