//! Programs that stay alive and measure when they are told to: `python/side_by_side.py` lets them take
//! turns with other libraries.
#![allow(dead_code)] // not every program serves

use std::error::Error;
use std::io::{BufRead, Write};

/// The arguments, without those that Cargo adds.
pub fn arguments() -> Vec<String> {
    std::env::args().skip(1).filter(|a| a != "--bench").collect()
}

/// Answers every line of standard input with a line: what `run` makes of it.
///
/// # Errors
/// Those of `run`, and of the two streams.
pub fn serve(
    mut run: impl FnMut(&str) -> Result<String, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lock().lines() {
        println!("{}", run(&line?)?);
        std::io::stdout().flush()?;
    }
    Ok(())
}
