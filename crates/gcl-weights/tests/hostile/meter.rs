//! What reading a file costs: the memory and processor time of the reading thread.

use std::path::Path;
use std::time::{Duration, Instant};

use gcl_weights::{Fault, WeightError, read};

#[path = "../../../../tests/fuzz/meter.rs"]
mod memory;
pub use memory::weighed;

/// Processor time of this thread, where the system tells; else the time of day.
fn clock(start: Instant) -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|n| n.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// What `work` answers with, and its time and peak of memory.
pub fn metered<T>(work: impl FnOnce() -> T) -> (T, Duration, usize) {
    let start = Instant::now();
    let before = clock(start);
    let (result, peak) = weighed(work);
    (result, clock(start) - before, peak)
}

/// Reads a file with all its tensors.
pub fn read_all(path: &Path) -> Result<usize, WeightError> {
    let file = read(path)?;
    for tensor in &file.tensors {
        // Integers may be too large for an f32; that is no fault of the file.
        match file.f32(tensor.name()) {
            Err(WeightError::Inexact { .. }) => drop(file.i64(tensor.name())?),
            other => drop(other?),
        }
    }
    Ok(file.len())
}

/// Why these bytes are refused, having cost less than a second and 200 MB.
pub fn refused(bytes: impl AsRef<[u8]>) -> Fault {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    std::fs::write(&path, bytes).unwrap();
    let (result, time, peak) = metered(|| read_all(&path));
    assert!(time < Duration::from_secs(1), "{time:?}");
    assert!(peak < 200 << 20, "{peak} bytes");
    match result {
        Err(WeightError::Content { fault, .. }) => fault,
        other => panic!("not refused for its content: {other:?}"),
    }
}

/// Reads bytes that are no attack after all, at the same price, and counts the tensors.
pub fn accepted(bytes: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("harmless");
    std::fs::write(&path, bytes).unwrap();
    let (result, time, peak) = metered(|| read_all(&path));
    assert!(time < Duration::from_secs(1), "{time:?}");
    assert!(peak < 200 << 20, "{peak} bytes");
    result.unwrap()
}

/// Asserts that bytes are refused in a certain way.
macro_rules! refuses {
    ($bytes:expr, $pattern:pat $(if $guard:expr)?) => {
        match $crate::meter::refused($bytes) {
            $pattern $(if $guard)? => {}
            other => panic!("refused otherwise: {other}"),
        }
    };
}
pub(crate) use refuses;
