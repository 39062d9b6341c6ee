//! The command within another program.

use std::ffi::OsString;
use std::sync::{Mutex, TryLockError};

use clap::Parser;

use super::error::{Done, Failure, Outcome};
use super::print::{self, Said};
use super::{Cli, interrupt, run};

/// Held by the one call that runs: what is printed and the wish to stop are the process's.
static CALL: Mutex<()> = Mutex::new(());

/// Runs the command with arguments, whose first is the program's name, and hands what it prints to `said`, piece by piece
/// and from several threads, instead of writing it. Neither a signal is listened for nor a progress bar drawn.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use gcl_cli::{Done, Said};
///
/// let results = Arc::new(Mutex::new(String::new()));
/// let kept = Arc::clone(&results);
/// let said = move |said| {
///     if let (Said::Result(text), Ok(mut kept)) = (said, kept.lock()) {
///         kept.push_str(&text);
///     }
/// };
/// let outcome = gcl_cli::call(["gcl", "devices"].map(Into::into), said);
/// assert!(matches!(outcome, Ok(Done::Fully)));
/// assert!(results.lock().is_ok_and(|text| text.contains("flex")));
/// ```
///
/// # Errors
/// [`Failure`], as the command's exit codes tell them apart; [`Failure::Usage`] also while another call runs in this process.
pub fn call(
    args: impl IntoIterator<Item = OsString>,
    said: impl Fn(Said) + Send + 'static,
) -> Outcome {
    let _alone = match CALL.try_lock() {
        Ok(alone) => alone,
        // A call that panicked has left nothing half done here.
        Err(TryLockError::Poisoned(left)) => left.into_inner(),
        Err(TryLockError::WouldBlock) => {
            let text = "another call of the command runs in this process; wait until it has ended";
            return Err(Failure::Usage(text.to_owned()));
        }
    };
    interrupt::clear();
    let _redirected = print::redirect(Box::new(said));
    match Cli::try_parse_from(args) {
        Ok(cli) => run(cli),
        Err(answer) if answer.use_stderr() => {
            // The text as it is printed, less what every message begins with.
            let text = answer.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
            Err(Failure::Usage(text.to_owned()))
        }
        Err(help) => {
            print!("{}", help.render());
            Ok(Done::Fully)
        }
    }
}
