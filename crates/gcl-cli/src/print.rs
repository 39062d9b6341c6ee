//! Printing that survives a full disk: the standard macros panic where their stream cannot be written.
//! The names shadow the standard ones in the whole command. Within another program, what is printed goes there.

use std::fmt::Arguments;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A piece of what the command prints; lines end with `\n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Of the results: standard output.
    Result(String),
    /// A message, or how far the work is: standard error.
    Message(String),
}

type Listener = Box<dyn Fn(Said) + Send>;

/// Who gets what is printed, instead of the process's streams.
static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

fn listener() -> MutexGuard<'static, Option<Listener>> {
    LISTENER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends what is printed to a listener until the value is dropped.
#[must_use]
pub fn redirect(to: Listener) -> Redirected {
    *listener() = Some(to);
    Redirected
}

/// What is printed goes to a listener.
pub struct Redirected;

impl Drop for Redirected {
    fn drop(&mut self) {
        *listener() = None;
    }
}

/// Whether what is printed goes to a listener.
pub fn redirected() -> bool {
    listener().is_some()
}

/// Writes results to standard output. They are lost where it cannot be written, so the command ends.
pub fn out(text: Arguments<'_>) {
    if let Some(listener) = &*listener() {
        return listener(Said::Result(text.to_string()));
    }
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        err(format_args!("error: standard output: {error}\n"));
        std::process::exit(3);
    }
}

/// Writes a message to standard error. Where that fails, the work goes on without it.
pub fn err(text: Arguments<'_>) {
    if let Some(listener) = &*listener() {
        return listener(Said::Message(text.to_string()));
    }
    let _ = std::io::stderr().write_fmt(text);
}

macro_rules! print {
    ($($text:tt)*) => { $crate::print::out(format_args!($($text)*)) };
}

macro_rules! println {
    ($($text:tt)*) => { $crate::print::out(format_args!("{}\n", format_args!($($text)*))) };
}

macro_rules! eprintln {
    ($($text:tt)*) => { $crate::print::err(format_args!("{}\n", format_args!($($text)*))) };
}
