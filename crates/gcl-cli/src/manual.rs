//! `gcl manual`: man pages of the command and its verbs.

use std::path::PathBuf;

use clap::Args;
use gcl_data::At;

use super::definition;
use super::error::{Done, Outcome};

/// Write the manual pages of this command and its verbs into a folder.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl manual ~/.local/share/man/man1
  man gcl-find")]
pub struct ManualArgs {
    /// The folder; it is created if there is none.
    folder: PathBuf,
}

/// Runs the command.
pub fn run(args: ManualArgs) -> Outcome {
    let folder = &args.folder;
    std::fs::create_dir_all(folder).at(folder)?;
    clap_mangen::generate_to(definition(), folder).at(folder)?;
    println!("{}", folder.display());
    Ok(Done::Fully)
}
