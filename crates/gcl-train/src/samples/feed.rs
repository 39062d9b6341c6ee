//! The next batch, read by another thread while this one trains.

use std::thread::{Builder, JoinHandle};

use super::Samples;
use super::source::Source;
use crate::error::Result;

/// Which batch: the phase, and the step within it.
pub(crate) type Place = (usize, u64);

/// The segments of a batch, and their scaled features, row-major `[rows, d]`.
pub(crate) type Batch = (Vec<u32>, Vec<f32>);

/// Reads one batch ahead. What is read depends on the rows asked for alone, never on when or by
/// whom, so training does not either.
pub(crate) struct Feed {
    source: Source,
    ahead: Option<(Place, JoinHandle<Result<Batch>>)>,
}

impl Feed {
    pub fn new(samples: &Samples) -> Feed {
        Feed { source: samples.source.clone(), ahead: None }
    }

    /// Starts to read the batch of a place.
    pub fn fetch(&mut self, place: Place, rows: Vec<u32>) {
        let source = self.source.clone();
        let read = move || source.gather(&rows).map(|values| (rows, values));
        // Without a thread to spare, the batch is read when it is wanted.
        self.ahead =
            Builder::new().name("batch".to_owned()).spawn(read).ok().map(|handle| (place, handle));
    }

    /// The batch of a place, if it was fetched.
    pub fn take(&mut self, place: Place) -> Option<Result<Batch>> {
        let (known, handle) = self.ahead.take()?;
        let batch = handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (known == place).then_some(batch)
    }
}

impl Drop for Feed {
    /// Waits, so that nothing reads the files of a run that is over.
    fn drop(&mut self) {
        if let Some((_, handle)) = self.ahead.take() {
            let _ = handle.join();
        }
    }
}
