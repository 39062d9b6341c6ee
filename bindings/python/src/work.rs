//! Long work beside Python's own thread, which goes on to see signals.

use std::sync::Once;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// How long Python's thread waits before it looks for a signal again.
const PAUSE: Duration = Duration::from_millis(50);

/// Does `work` in a thread of its own, without the lock of the interpreter. Until it ends, `hear` gets what comes from
/// `said`, whose senders the work has to own; and signals are looked at. If one raises an exception, as Ctrl-C does, or
/// `hear` fails, `stop` is called once, the work's end awaited, and the exception raised.
pub fn beside<T: Send, S: Send>(
    py: Python<'_>,
    mut said: Receiver<S>,
    mut hear: impl FnMut(S) -> PyResult<()>,
    stop: impl Fn(),
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    static KEEP: Once = Once::new();
    KEEP.call_once(gcl::process::keep_memory);
    thread::scope(|scope| {
        let worker = scope.spawn(work);
        let mut raised = None;
        loop {
            // The receiver is lent to the wait, since it cannot be shared.
            let next = py.detach(|| {
                let next = said.recv_timeout(PAUSE);
                (next, said)
            });
            said = next.1;
            let heard = match next.0 {
                Ok(next) => hear(next),
                Err(RecvTimeoutError::Timeout) => Ok(()),
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if let Err(error) = heard.and_then(|()| py.check_signals())
                && raised.is_none()
            {
                stop();
                raised = Some(error);
            }
        }
        match (raised, worker.join()) {
            (Some(error), _) => Err(error),
            (None, Ok(done)) => Ok(done),
            (None, Err(_)) => Err(PyRuntimeError::new_err(
                "the work ended in a fault of gcl's; its text is on standard error",
            )),
        }
    })
}
