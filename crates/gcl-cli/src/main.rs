//! The `gcl` command. Everything it does is in the library, which other front ends call too.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(gcl_cli::main(std::env::args_os()))
}
