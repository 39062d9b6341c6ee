//! Ctrl-C: the first asks for a clean stop, the second does not wait.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set once someone asked to stop.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Starts listening.
pub fn listen() {
    let result = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after the current step; Ctrl-C again stops at once");
    });
    if let Err(error) = result {
        eprintln!("warning: Ctrl-C will stop at once: {error}");
    }
}

/// Whether someone asked to stop.
pub fn requested() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Asks the [`call`](crate::call()) that runs to stop after its current step, as Ctrl-C does; it then ends with
/// [`Failure::Interrupted`](crate::Failure::Interrupted).
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::Relaxed);
}

/// Forgets that someone asked, before the next piece of work.
pub fn clear() {
    INTERRUPTED.store(false, Ordering::Relaxed);
}
