//! Printing that survives a full disk: the standard macros panic where their stream cannot be written.
//! The names shadow the standard ones in the whole command.

use std::fmt::Arguments;
use std::io::Write;

/// Writes results to standard output. They are lost where it cannot be written, so the command ends.
pub fn out(text: Arguments<'_>) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = stdout.write_fmt(text).and_then(|()| stdout.flush()) {
        err(format_args!("error: standard output: {error}\n"));
        std::process::exit(3);
    }
}

/// Writes a message to standard error. Where that fails, the work goes on without it.
pub fn err(text: Arguments<'_>) {
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
