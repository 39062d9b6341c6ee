//! The command `gcl` within the process.

use std::ffi::OsString;
use std::sync::mpsc::channel;

use gcl_cli::{Done, Said};
use pyo3::prelude::*;

use crate::errors::of_failure;
use crate::work::beside;

/// Runs the command as the program does, with the process's own streams, and returns its exit code.
#[pyfunction]
pub fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| gcl_cli::main(args))
}

/// Runs the command with arguments, the first of which is a verb; each message, such as how far the work is, goes to `say`.
/// Returns what it prints as its result, and whether it was done for all items: `False` if some were skipped.
#[pyfunction]
pub fn call(
    py: Python<'_>,
    args: Vec<OsString>,
    say: &Bound<'_, PyAny>,
) -> PyResult<(String, bool)> {
    let args = std::iter::once(OsString::from("gcl")).chain(args);
    let (send, said) = channel();
    let mut result = String::new();
    let hear = |said| match said {
        Said::Result(text) => {
            result.push_str(&text);
            Ok(())
        }
        Said::Message(text) => say.call1((text,)).map(drop),
    };
    let args: Vec<OsString> = args.collect();
    let work = move || gcl_cli::call(args, move |piece| drop(send.send(piece)));
    match beside(py, said, hear, gcl_cli::interrupt, work)? {
        Ok(done) => Ok((result, done == Done::Fully)),
        Err(failure) => Err(of_failure(&failure)),
    }
}
