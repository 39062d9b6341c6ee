//! What a plan is made of: steps, each cut into tasks that any thread may take.

mod conv;
mod depthwise;
mod gather;
mod geometry;
mod grouped;
mod halves;
mod join;
mod layout;
mod packing;
mod planar;
mod pool;
#[cfg(test)]
mod tests;
mod winograd;

pub(crate) use conv::ConvStep;
pub(crate) use depthwise::DepthwiseStep;
pub(crate) use geometry::Geometry;
pub(crate) use grouped::GroupedStep;
pub(crate) use halves::{Halved, HalvesStep};
pub(crate) use join::{CombineStep, CopyStep};
pub(crate) use layout::{FlattenStep, FromPlanarStep, PadRowsStep};
pub(crate) use packing::Layer;
pub(crate) use planar::PlanarStep;
pub(crate) use pool::{PoolKind, PoolStep};
pub(crate) use winograd::{Filter, WinogradStep};

use crate::block::Block;
use crate::memory::SharedBuffer;

/// What tasks work on.
pub(crate) struct Context<'a> {
    /// The clips, `[clips, channels, T, H, W]`.
    pub input: &'a [f32],
    /// How many, at most the plan's batch.
    pub clips: usize,
    /// All buffers.
    pub slots: &'a [SharedBuffer<'a>],
}

/// One step. Its tasks write disjoint parts of its output; their number depends on the clips alone.
pub(crate) trait Step: Send + Sync {
    /// How many tasks there are for so many clips.
    fn tasks(&self, clips: usize) -> usize;

    /// Blocks of scratch that a task needs.
    fn scratch(&self) -> usize {
        0
    }

    /// Does one task.
    fn run(&self, task: usize, context: &Context<'_>, scratch: &mut [Block]);
}

/// The `i`-th of `parts` nearly equal parts of `0..total`.
pub(crate) fn part(total: usize, parts: usize, i: usize) -> std::ops::Range<usize> {
    i * total / parts..(i + 1) * total / parts
}
