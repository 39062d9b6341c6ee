//! `gcl completions`: the arguments for a shell that completes them.

use clap::Args;
use clap_complete::{Shell, generate};

use super::definition;
use super::error::{Done, Outcome};

/// Print the script by which a shell completes this command's arguments.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl completions bash > ~/.local/share/bash-completion/completions/gcl
  gcl completions zsh > ~/.zfunc/_gcl
  gcl completions fish > ~/.config/fish/completions/gcl.fish
  gcl completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

/// Runs the command.
pub fn run(args: CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    generate(args.shell, &mut definition(), "gcl", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
    Ok(Done::Fully)
}
