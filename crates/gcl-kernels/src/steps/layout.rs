//! Between rows as they come and blocks of channels.

use crate::block::{Block, LANES, blocks};
use crate::memory::View;
use crate::steps::{Context, Step};

/// Clips into blocks.
pub(crate) struct FromPlanarStep {
    pub channels: usize,
    pub to: View,
}

impl Step for FromPlanarStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * blocks(self.channels)
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let (all, places) = (blocks(self.channels), self.to.places);
        let (clip, block) = (task / all, task % all);
        let clip_values = &context.input[clip * self.channels * places..][..self.channels * places];
        let out = context.slots[self.to.slot].at(self.to.block(clip, block), places);
        // SAFETY: checked by `at`; this block of channels is the task's own.
        let out = unsafe { std::slice::from_raw_parts_mut(out, places) };
        out.fill(Block::ZERO);
        for (lane, row) in
            clip_values.chunks_exact(places).skip(block * LANES).take(LANES).enumerate()
        {
            for (to, x) in out.iter_mut().zip(row) {
                to.0[lane] = *x;
            }
        }
    }
}

/// Rows of clips, widened by zeros.
pub(crate) struct PadRowsStep {
    pub channels: usize,
    pub size: [usize; 3],
    /// Zeros before a row.
    pub before: usize,
    /// Floats of a row in the output.
    pub row: usize,
    pub to: View,
}

impl PadRowsStep {
    /// Blocks that hold a clip.
    pub(crate) fn blocks(channels: usize, size: [usize; 3], row: usize) -> usize {
        (channels * size[0] * size[1] * row).div_ceil(LANES)
    }
}

impl Step for PadRowsStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.channels
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let [t, h, w] = self.size;
        let (clip, channel) = (task / self.channels, task % self.channels);
        let values = &context.input[task * t * h * w..][..t * h * w];
        let count = Self::blocks(self.channels, self.size, self.row);
        let out = context.slots[self.to.slot].at(self.to.block(clip, 0), count).cast::<f32>();
        let volume = t * h * self.row;
        // SAFETY: `at` has checked the clip's blocks, of which this channel's rows are the task's own.
        let out = unsafe { std::slice::from_raw_parts_mut(out.add(channel * volume), volume) };
        for (to, x) in out.chunks_exact_mut(self.row).zip(values.chunks_exact(w)) {
            to.fill(0.0);
            to[self.before..][..w].copy_from_slice(x);
        }
    }
}

/// A volume as a vector: blocks of sixteen neighbouring values.
pub(crate) struct FlattenStep {
    pub channels: usize,
    pub from: View,
    pub to: View,
}

impl Step for FlattenStep {
    fn tasks(&self, clips: usize) -> usize {
        clips
    }

    fn run(&self, clip: usize, context: &Context<'_>, _: &mut [Block]) {
        let places = self.from.places;
        let from =
            context.slots[self.from.slot].at(self.from.block(clip, 0), self.from.blocks * places);
        let to = context.slots[self.to.slot].at(self.to.block(clip, 0), self.to.blocks);
        // SAFETY: checked by `at`; the clip's vector is the task's own.
        let (from, to) = unsafe {
            (
                std::slice::from_raw_parts(from, self.from.blocks * places),
                std::slice::from_raw_parts_mut(to, self.to.blocks),
            )
        };
        to.fill(Block::ZERO);
        for channel in 0..self.channels {
            for place in 0..places {
                let i = channel * places + place;
                to[i / LANES].0[i % LANES] =
                    from[channel / LANES * places + place].0[channel % LANES];
            }
        }
    }
}
