//! The `gcl` command as a library: arguments, one file per verb, and exit codes. See `gcl --help`.
//!
//! [`main`] is the program. [`call`] does the same for a program that has its own terminal, such as the Python package: it
//! takes the same arguments and hands out what would be printed.

#[macro_use]
mod print;

mod bench;
mod call;
mod check;
mod completions;
mod demo;
mod device;
mod devices;
mod error;
mod eval;
mod extract;
mod find;
mod interrupt;
mod manual;
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

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

pub use call::call;
pub use error::{Done, Failure, Outcome};
pub use interrupt::interrupt;
pub use print::Said;

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
    Completions(completions::CompletionsArgs),
    Manual(manual::ManualArgs),
}

/// The program: parses the command line, whose first item is the program's name, runs the verb, and returns the exit
/// code. It listens for Ctrl-C and prepares the process, so call it once, before there are other threads that use this
/// project's crates.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    gcl::process::prepare();
    end_quietly_with_the_reader();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(answer) => {
            // Help, the version, or what is wrong with the arguments; nobody is left to tell if it cannot be printed.
            let _ = answer.print();
            return if answer.use_stderr() { 2 } else { 0 };
        }
    };
    interrupt::listen();
    match run(cli) {
        Ok(Done::Fully) => 0,
        Ok(Done::WithSkips) => 1,
        Err(failure) => {
            eprintln!("error: {}", failure.message());
            failure.code()
        }
    }
}

/// The definition of all arguments, of which help, completions and manual pages are made, and to which the pages of the
/// documentation are held.
#[must_use]
pub fn definition() -> clap::Command {
    Cli::command()
}

/// Runs a verb.
fn run(cli: Cli) -> Outcome {
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
        Verb::Completions(args) => completions::run(args),
        Verb::Manual(args) => manual::run(args),
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
