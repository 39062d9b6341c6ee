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
/// `said`, and signals are looked at; if one raises an exception, as Ctrl-C does, or `hear` fails, `stop` is called once, the
/// work's end awaited, and the exception raised.
pub fn beside<T: Send, S: Send>(
    py: Python<'_>,
    said: Receiver<S>,
    mut hear: impl FnMut(S) -> PyResult<()>,
    stop: impl Fn(),
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    static KEEP: Once = Once::new();
    KEEP.call_once(gcl::process::keep_memory);
    thread::scope(|scope| {
        let worker = scope.spawn(work);
        let mut raised = None;
        let mut said = Some(said);
        while said.is_some() || !worker.is_finished() {
            // The receiver is lent to the wait, since it cannot be shared.
            let (next, back) = py.detach(|| wait(said.take()));
            said = back;
            let heard = next.map_or(Ok(()), &mut hear);
            if let Err(error) = heard.and_then(|()| py.check_signals())
                && raised.is_none()
            {
                stop();
                raised = Some(error);
            }
        }
        let done = worker.join();
        match (raised, done) {
            (Some(error), _) => Err(error),
            (None, Ok(done)) => Ok(done),
            (None, Err(_)) => Err(PyRuntimeError::new_err(
                "the work ended in a fault of gcl's; its text is on standard error",
            )),
        }
    })
}

/// What comes next, if anything comes before the pause is over, and the receiver unless nothing will come any more.
fn wait<S>(said: Option<Receiver<S>>) -> (Option<S>, Option<Receiver<S>>) {
    let Some(said) = said else {
        thread::sleep(PAUSE);
        return (None, None);
    };
    match said.recv_timeout(PAUSE) {
        Ok(next) => (Some(next), Some(said)),
        Err(RecvTimeoutError::Timeout) => (None, Some(said)),
        Err(RecvTimeoutError::Disconnected) => (None, None),
    }
}
