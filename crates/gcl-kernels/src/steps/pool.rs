//! Pools.

use crate::block::Block;
use crate::kernels::Isa;
use crate::kernels::pool::{PoolRow, max_row, mean_row};
use crate::memory::View;
use crate::steps::conv::Geometry;
use crate::steps::{Context, Step};

/// Largest or mean value of each window.
pub(crate) struct PoolStep {
    pub isa: Isa,
    pub from: View,
    pub to: View,
    pub geometry: Geometry,
    pub kind: PoolKind,
}

/// Which pool.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PoolKind {
    /// Largest; padding is ignored, or counts as zeros.
    Max { zeros: bool },
    /// Sum times this.
    Mean(f32),
}

impl Step for PoolStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.to.blocks * self.geometry.out[0]
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let g = &self.geometry;
        let t = task % g.out[0];
        let (clip, block) = (task / g.out[0] / self.to.blocks, task / g.out[0] % self.to.blocks);
        let plane = g.size[1] * g.size[2];
        let input =
            context.slots[self.from.slot].at(self.from.block(clip, block), self.from.places);
        let first = self.to.block(clip, block) + t * g.out[1] * g.out[2];
        let out = context.slots[self.to.slot].at(first, g.out[1] * g.out[2]);
        let (times, padded_t) = reach(g, 0, t);
        for h in 0..g.out[1] {
            let (rows, padded_h) = reach(g, 1, h);
            let row = PoolRow {
                // SAFETY: the window's first time and row lie in the input, whose range is checked.
                x: unsafe { input.add(times.start * plane + rows.start * g.size[2]) },
                times: (times.len(), plane),
                rows: (rows.len(), g.size[2]),
                padded: padded_t || padded_h,
                width: g.size[2],
                window: g.kernel[2],
                stride: g.stride[2],
                before: g.pads[2].0,
                after: g.pads[2].1 > 0,
                zeros: self.kind == PoolKind::Max { zeros: true },
                count: g.out[2],
                // SAFETY: within this task's output rows.
                out: unsafe { out.add(h * g.out[2]) },
            };
            // SAFETY: as above; these rows are the task's own.
            unsafe {
                match self.kind {
                    PoolKind::Max { .. } => max_row(self.isa, &row),
                    PoolKind::Mean(scale) => mean_row(self.isa, &row, scale),
                }
            }
        }
    }
}

/// Input positions under a window along one axis, and whether it also reaches padding.
fn reach(g: &Geometry, axis: usize, out: usize) -> (std::ops::Range<usize>, bool) {
    let (before, after) = g.pads[axis];
    let (start, end) = (out * g.stride[axis], out * g.stride[axis] + g.kernel[axis]);
    let size = g.size[axis];
    let padded = start < before || (after > 0 && end > before + size);
    let from = start.saturating_sub(before).min(size);
    let to = end.saturating_sub(before).min(size);
    if from < to { (from..to, padded) } else { (0..0, padded) }
}
