//! Ctrl-C, and the signals by which a scheduler or a terminal that closes ends a process: the first asks for a clean
//! stop, the second does not wait.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set once someone asked to stop.
pub static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Starts listening.
pub fn listen() {
    let outlives_terminal = outlives_terminal();
    let result = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after the current step; Ctrl-C again stops at once");
    });
    if let Err(error) = result {
        eprintln!("warning: Ctrl-C will stop at once: {error}");
    }
    if outlives_terminal {
        ignore_closing();
    }
}

/// Whether the process was started to go on when its terminal closes, as by `nohup`.
#[cfg(unix)]
fn outlives_terminal() -> bool {
    // SAFETY: sets a signal's default action, and gives the one before; no handler of ours is there yet.
    #[allow(unsafe_code)]
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_DFL) == libc::SIG_IGN
    }
}

/// Goes on when the terminal closes.
#[cfg(unix)]
fn ignore_closing() {
    // SAFETY: sets a signal's action to none at all.
    #[allow(unsafe_code)]
    unsafe {
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
    }
}

#[cfg(not(unix))]
fn outlives_terminal() -> bool {
    false
}

#[cfg(not(unix))]
fn ignore_closing() {}

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
