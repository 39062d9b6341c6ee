//! The interleaving of one-class and weakly-supervised models on the command line: further forms of
//! the verbs `train`, `score` and `report`, told by their arguments.
//!
//! | form | told by |
//! |---|---|
//! | `gcl train --method interleave`, `one-class`, `stg-nf`, `jigsaw`, `rtfm`, `sultani` | the method; or, with `--resume`, the run |
//! | `gcl score RUN`, `gcl report RUN` | the run |
//! | `gcl score --weights CHECKPOINT --poses` | the option `--poses` |

mod data;
mod judge;
mod progress;
mod report;
mod score;
mod train;
mod weights;

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;
use gcl_train::interleave::InterleaveRun;

use super::error::Outcome;

/// The methods that [`train`] knows.
const METHODS: [&str; 6] = ["interleave", "one-class", "stg-nf", "jigsaw", "rtfm", "sultani"];

/// Runs the command if its arguments mean one of these forms.
pub fn dispatch(args: &[OsString]) -> Option<Outcome> {
    let verb = args.get(1)?.to_str()?;
    let rest: Vec<&str> = args.iter().skip(2).filter_map(|arg| arg.to_str()).collect();
    let own =
        std::iter::once(OsString::from(format!("gcl {verb}"))).chain(args.iter().skip(2).cloned());
    match verb {
        "train" if trains(&rest) => Some(train::run(train::PairArgs::parse_from(own))),
        "score" if value(&rest, "--poses").is_some() => {
            Some(weights::run(weights::WeightsArgs::parse_from(own)))
        }
        "score" if names_run(&rest) => Some(score::run(score::PairScoreArgs::parse_from(own))),
        "report" if names_run(&rest) => Some(report::run(report::PairReportArgs::parse_from(own))),
        _ => None,
    }
}

/// The value of an option, given as `--name VALUE` or `--name=VALUE`.
fn value<'a>(args: &[&'a str], name: &str) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(i, arg)| match arg.strip_prefix(name)? {
        "" => args.get(i + 1).copied(),
        rest => rest.strip_prefix('='),
    })
}

fn trains(args: &[&str]) -> bool {
    let resumes = args.contains(&"--resume");
    let out = value(args, "--out").or_else(|| value(args, "-o"));
    value(args, "--method").is_some_and(|method| METHODS.contains(&method))
        || resumes && out.is_some_and(|out| InterleaveRun::is_at(Path::new(out)))
}

/// Whether the first argument that is no option is a run of this kind.
fn names_run(args: &[&str]) -> bool {
    let mut plain = args.iter().filter(|arg| !arg.starts_with('-'));
    plain.any(|arg| InterleaveRun::is_at(Path::new(arg)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_found_in_both_forms() {
        let args = ["a", "--method=rtfm", "--out", "b"];
        assert_eq!(value(&args, "--method"), Some("rtfm"));
        assert_eq!(value(&args, "--out"), Some("b"));
        assert_eq!(value(&args, "--meth"), None);
        assert!(trains(&args) && !trains(&["--method", "gcl-pt"]));
    }
}
