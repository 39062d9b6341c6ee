//! Verbs with several forms: what to say of an option that belongs to another form.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::error::Failure;

/// Refuses the first of these options that was given, and says why.
pub fn refuse(matches: &ArgMatches, ids: &[&str], why: &str) -> Result<(), Failure> {
    match ids.iter().find(|id| matches.value_source(id) == Some(ValueSource::CommandLine)) {
        None => Ok(()),
        Some(id) => Err(Failure::Usage(format!("--{}: {why}", id.replace('_', "-")))),
    }
}
