//! The `gcl` command; see `gcl --help`.

mod cli;
mod process;

fn main() -> std::process::ExitCode {
    process::prepare();
    cli::main()
}
