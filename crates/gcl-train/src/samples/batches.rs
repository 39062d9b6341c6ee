//! Batches in the order of the epochs, the next one read by another thread while this one trains.

use std::thread::{Builder, JoinHandle};

use super::Samples;
use super::source::Source;
use crate::error::Result;
use crate::phases::Phase;
use crate::schedule::epoch_order;

/// Which batch: the phase, and the step within it.
type Place = (usize, u64);

/// The segments of a batch, and their scaled features, row-major `[rows, d]`.
pub(crate) type Batch = (Vec<u32>, Vec<f32>);

/// Reads one batch ahead. What is read depends on the rows asked for alone, never on when or by
/// whom, so training does not either.
pub(crate) struct Batches {
    source: Source,
    seed: u64,
    /// The order of an epoch: of which phase and epoch, and the segments.
    order: Option<(Place, Vec<u32>)>,
    ahead: Option<(Place, JoinHandle<Result<Batch>>)>,
}

impl Batches {
    pub fn new(samples: &Samples, seed: u64) -> Batches {
        Batches { source: samples.source.clone(), seed, order: None, ahead: None }
    }

    /// The batch of a place that there is; the one after it is then read in the background.
    pub fn next(&mut self, phases: &[Phase], place: Place) -> Result<Batch> {
        let batch = match self.take(place) {
            Some(batch) => batch?,
            None => {
                let rows = self.rows_at(phases, place).unwrap_or_default();
                let values = self.source.gather(&rows)?;
                (rows, values)
            }
        };
        let (phase, step) = place;
        let next = match phases.get(phase) {
            Some(now) if step + 1 < now.steps => (phase, step + 1),
            _ => (phase + 1, 0),
        };
        if let Some(rows) = self.rows_at(phases, next) {
            self.fetch(next, rows);
        }
        Ok(batch)
    }

    /// The segments of a place's batch; `None` after the last one.
    fn rows_at(&mut self, phases: &[Phase], (phase, step): Place) -> Option<Vec<u32>> {
        let own = phases.get(phase)?;
        let (epoch, index) = own.epoch(step);
        let known = self.order.take().filter(|(of, _)| *of == (phase, epoch));
        let (_, order) = self.order.insert(known.unwrap_or_else(|| {
            ((phase, epoch), epoch_order(&own.segments, self.seed, own.name, epoch))
        }));
        let (_, size) = own.batches;
        let start = index * size;
        Some(order[start..order.len().min(start + size)].to_vec())
    }

    /// Starts to read the batch of a place.
    fn fetch(&mut self, place: Place, rows: Vec<u32>) {
        let source = self.source.clone();
        let read = move || source.gather(&rows).map(|values| (rows, values));
        // Without a thread to spare, the batch is read when it is wanted.
        self.ahead =
            Builder::new().name("batch".to_owned()).spawn(read).ok().map(|handle| (place, handle));
    }

    /// The batch of a place, if it was fetched.
    fn take(&mut self, place: Place) -> Option<Result<Batch>> {
        let (known, handle) = self.ahead.take()?;
        let batch = handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (known == place).then_some(batch)
    }
}

impl Drop for Batches {
    /// Waits, so that nothing reads the files of a run that is over.
    fn drop(&mut self) {
        if let Some((_, handle)) = self.ahead.take() {
            let _ = handle.join();
        }
    }
}
