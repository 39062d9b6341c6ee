//! The `gcl` command; see `gcl --help`.

mod cli;
mod memory;

fn main() -> std::process::ExitCode {
    memory::keep();
    cli::main()
}
