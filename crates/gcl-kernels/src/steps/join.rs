//! Sums, cut-offs and joins that no convolution could take over.

use crate::block::{Block, LANES};
use crate::kernels::copy::combine;
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::{Context, Step};

/// `a`, plus `b` if there is one, clamped.
pub(crate) struct CombineStep {
    pub isa: Isa,
    pub a: View,
    pub b: Option<View>,
    pub clamp: Clamp,
    pub to: View,
}

impl Step for CombineStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.to.blocks
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let (clip, block) = (task / self.to.blocks, task % self.to.blocks);
        let at = |view: &View| context.slots[view.slot].at(view.block(clip, block), view.places);
        let b = self.b.as_ref().map_or(std::ptr::null(), |b| at(b).cast_const());
        // SAFETY: checked by `at`; this block of channels is the task's own.
        unsafe { combine(self.isa, at(&self.a), b, self.clamp, self.to.places, at(&self.to)) };
    }
}

/// One part of a concatenation, to its place among the channels.
pub(crate) struct CopyStep {
    pub channels: usize,
    pub from: View,
    /// The whole concatenation.
    pub to: View,
    /// This part's first channel there.
    pub first: usize,
    /// All channels there.
    pub total: usize,
}

impl Step for CopyStep {
    fn tasks(&self, clips: usize) -> usize {
        clips
    }

    fn run(&self, clip: usize, context: &Context<'_>, _: &mut [Block]) {
        let places = self.from.places;
        let from =
            context.slots[self.from.slot].at(self.from.block(clip, 0), self.from.blocks * places);
        let to = context.slots[self.to.slot].at(self.to.block(clip, 0), self.to.blocks * places);
        let (from, to) = (from.cast::<f32>().cast_const(), to.cast::<f32>());
        let at =
            |channel: usize, place| (channel / LANES * places + place) * LANES + channel % LANES;
        let last = self.first + self.channels == self.total;
        // Past the last channel, the rest of its block is zeros.
        let rest = if last { self.to.blocks * LANES - self.total } else { 0 };
        for channel in 0..self.channels + rest {
            for place in 0..places {
                // SAFETY: `at` gives places in the blocks that were checked; this clip is the task's
                // own, and no value is read that is written here.
                unsafe {
                    let value =
                        if channel < self.channels { *from.add(at(channel, place)) } else { 0.0 };
                    *to.add(at(self.first + channel, place)) = value;
                }
            }
        }
    }
}
