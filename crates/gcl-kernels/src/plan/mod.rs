//! A graph prepared for one size of clips.

mod execute;
mod fusion;
mod lower;
mod placement;
mod reads;
mod storage;

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::block::{Block, LANES};
use crate::error::PlanError;
use crate::graph::{Graph, Shape};
use crate::kernels::Isa;
use crate::memory::View;
use crate::steps::Step;

const MOST_THREADS: usize = 1024;

/// A network with packed weights and buffers, for batches of clips of one size.
///
/// On one machine, a clip's results are bit-identical whatever the number of threads, the batch, and the
/// other clips in it. Other instruction sets round differently, by about 1e-6 of the largest value. Values
/// are assumed to be finite: infinities and NaN do not propagate as in the reference.
///
/// The plan holds its own, packed weights, so the graph may be dropped; convolutions of 3 × 3 in space
/// take up to four times their unpacked size.
pub struct Plan {
    isa: Isa,
    threads: usize,
    batch: usize,
    clip: usize,
    steps: Vec<Planned>,
    slots: Vec<Vec<Block>>,
    scratch: Vec<Vec<Block>>,
    outputs: Vec<(String, Shape, View)>,
}

/// A step, and what it is for.
struct Planned {
    name: String,
    kind: &'static str,
    /// Multiplications and additions per clip.
    operations: u64,
    step: Box<dyn Step>,
}

/// The options of a plan.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// Threads, including the caller's. By default the machine's available parallelism; at most 1024.
    pub threads: usize,
    #[doc(hidden)]
    pub isa: Isa,
}

impl Default for PlanOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self { threads, isa: Isa::best() }
    }
}

/// One named output of all clips.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The output's name in the graph.
    pub name: String,
    /// `[clips, channels, T, H, W]`, or `[clips, length]`.
    pub shape: Vec<usize>,
    /// The values, row-major.
    pub data: Vec<f32>,
}

/// The time that one step took ([`Plan::profile`]).
///
/// ```
/// use gcl_kernels::{GraphBuilder, Plan};
///
/// let mut builder = GraphBuilder::new(3);
/// let clip = builder.input();
/// let mean = builder.named("mean").global_avg_pool(clip)?;
/// builder.output("features", mean)?;
/// let mut plan = Plan::new(&builder.finish()?, [1, 3, 2, 8, 8])?;
/// let steps = plan.profile(&[1.0; 3 * 2 * 8 * 8])?;
/// assert!(steps.iter().any(|step| step.name == "mean"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StepTime {
    /// The node it computes.
    pub name: String,
    /// The kind of step.
    pub kind: &'static str,
    /// Multiplications and additions, of all clips.
    pub operations: u64,
    /// From its start to its end.
    pub time: Duration,
}

impl Plan {
    /// Plans `graph` for up to `batch` clips of `[channels, T, H, W]`: `shape` is
    /// `[batch, channels, T, H, W]`. Uses all of the machine's threads.
    ///
    /// # Errors
    /// A graph that is not valid at this size; no clips; another number of channels than the graph's.
    pub fn new(graph: &Graph, shape: [usize; 5]) -> Result<Self, PlanError> {
        Self::with(graph, shape, &PlanOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// Those of [`Plan::new`]; no threads.
    pub fn with(
        graph: &Graph,
        shape: [usize; 5],
        options: &PlanOptions,
    ) -> Result<Self, PlanError> {
        let [batch, channels, t, h, w] = shape;
        if channels != graph.input_channels() {
            let expected = graph.input_channels();
            return Err(PlanError::Channels { found: channels, expected });
        }
        if batch == 0 || options.threads == 0 {
            return Err(PlanError::Nothing { batch, threads: options.threads });
        }
        let options = &PlanOptions { threads: options.threads.min(MOST_THREADS), ..*options };
        let shapes = graph.shapes([t, h, w])?;
        let lowered = lower::lower(graph, &shapes, batch, options)?;
        let largest = lowered.steps.iter().map(|s| s.step.scratch()).max().unwrap_or(0);
        let slots = lowered.slots.iter().map(|blocks| zeros(*blocks)).collect::<Result<_, _>>()?;
        let scratch = (0..options.threads).map(|_| zeros(largest)).collect::<Result<_, _>>()?;
        Ok(Self {
            isa: options.isa,
            threads: options.threads,
            batch,
            clip: shapes[0].elements(),
            steps: lowered.steps,
            slots,
            scratch,
            outputs: lowered.outputs,
        })
    }

    /// Runs `clips`, `[n, channels, T, H, W]` row-major, n from 1 to the batch.
    ///
    /// # Errors
    /// Another number of values than whole clips up to the batch.
    pub fn run(&mut self, clips: &[f32]) -> Result<Vec<Output>, PlanError> {
        let count = self.count(clips)?;
        execute::run(self, clips, count);
        Ok(self.collect(count))
    }

    /// Runs `clips`, and returns the time of each step.
    ///
    /// # Errors
    /// Those of [`Plan::run`].
    pub fn profile(&mut self, clips: &[f32]) -> Result<Vec<StepTime>, PlanError> {
        let count = self.count(clips)?;
        let times = execute::run(self, clips, count);
        let timed = self.steps.iter().zip(times).map(|(planned, time)| StepTime {
            name: planned.name.clone(),
            kind: planned.kind,
            operations: planned.operations * count as u64,
            time,
        });
        Ok(timed.collect())
    }

    fn count(&self, clips: &[f32]) -> Result<usize, PlanError> {
        let count = clips.len() / self.clip;
        if count == 0 || count > self.batch || !clips.len().is_multiple_of(self.clip) {
            let (found, clip, batch) = (clips.len(), self.clip, self.batch);
            return Err(PlanError::Length { found, clip, batch });
        }
        Ok(count)
    }

    /// Outputs out of their blocks.
    fn collect(&self, clips: usize) -> Vec<Output> {
        let read = |(name, shape, view): &(String, Shape, View)| {
            let slot = &self.slots[view.slot];
            let mut data = Vec::with_capacity(clips * shape.elements());
            let channels = shape.elements() / view.places;
            for clip in 0..clips {
                for channel in 0..channels {
                    let first = view.block(clip, channel / LANES);
                    let row = &slot[first..][..view.places];
                    data.extend(row.iter().map(|block| block.0[channel % LANES]));
                }
            }
            let shape = [vec![clips], shape.dims()].concat();
            Output { name: name.clone(), shape, data }
        };
        self.outputs.iter().map(read).collect()
    }
}

/// A buffer, or an error where the machine has no room for it.
fn zeros(blocks: usize) -> Result<Vec<Block>, PlanError> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(blocks).map_err(|_| PlanError::Memory { blocks })?;
    buffer.resize(blocks, Block::ZERO);
    Ok(buffer)
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.steps.iter().map(|s| &s.name[..]).collect();
        f.debug_struct("Plan")
            .field("isa", &self.isa.name())
            .field("threads", &self.threads)
            .field("batch", &self.batch)
            .field("steps", &names)
            .finish_non_exhaustive()
    }
}
