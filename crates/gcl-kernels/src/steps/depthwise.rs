//! Depthwise convolutions of single frames.

use std::ops::Range;

use crate::block::{Block, LANES, blocks, in_blocks};
use crate::graph::Conv3d;
use crate::kernels::depthwise::{DepthwiseTile, depthwise_fn};
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::geometry::Geometry;
use crate::steps::{Context, Step, part};

/// One such convolution.
pub(crate) struct DepthwiseStep {
    pub isa: Isa,
    /// `[block, kh, kw, 16]`.
    weights: Vec<Block>,
    bias: Vec<Block>,
    pub from: View,
    pub to: View,
    pub clamp: Clamp,
    pub geometry: Geometry,
    /// Parts of the output's rows, for an even load.
    bands: usize,
}

impl DepthwiseStep {
    /// Whether this step can do it.
    pub(crate) fn fits(conv: &Conv3d) -> bool {
        let [out, inner, kt, _, _] = conv.shape;
        out == conv.groups && inner == 1 && kt == 1 && conv.stride[2] <= 2
    }

    pub(crate) fn new(
        isa: Isa,
        conv: &Conv3d,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let out = conv.shape[0];
        let taps = conv.weight.len() / out;
        let mut weights = vec![Block::ZERO; blocks(out) * taps];
        for (i, w) in conv.weight.iter().enumerate() {
            let (channel, tap) = (i / taps, i % taps);
            weights[channel / LANES * taps + tap].0[channel % LANES] = *w;
        }
        let bias = in_blocks(conv.bias.as_deref().unwrap_or_default(), blocks(out));
        let wanted = (4 * threads).div_ceil(clips * to.blocks);
        let bands = wanted.clamp(1, geometry.out[0] * geometry.out[1]);
        Self { isa, weights, bias, from, to, clamp: Clamp::NONE, geometry, bands }
    }

    /// Output columns whose windows lie inside; those before and after reach padding.
    fn whole(&self) -> Range<usize> {
        let g = &self.geometry;
        let (before, end) = (g.pads[2].0, g.size[2] + g.pads[2].0);
        let from = before.div_ceil(g.stride[2]).min(g.out[2]);
        let to = end.checked_sub(g.kernel[2]).map_or(0, |room| room / g.stride[2] + 1);
        from..to.clamp(from, g.out[2])
    }
}

impl Step for DepthwiseStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.to.blocks * self.bands
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let g = &self.geometry;
        let (clip, block) =
            (task / self.bands / self.to.blocks, task / self.bands % self.to.blocks);
        let whole = self.whole();
        let tiles = whole.len().div_ceil(self.isa.tile().0);
        let edge = |column: usize| column..column + 1;
        let columns: Vec<Range<usize>> = (0..whole.start)
            .map(edge)
            .chain((0..tiles).map(|tile| {
                let inner = part(whole.len(), tiles, tile);
                whole.start + inner.start..whole.start + inner.end
            }))
            .chain((whole.end..g.out[2]).map(edge))
            .collect();
        for row in part(g.out[0] * g.out[1], self.bands, task % self.bands) {
            for columns in &columns {
                self.tile(context, (clip, block), row, columns.clone());
            }
        }
    }
}

impl DepthwiseStep {
    /// Neighbouring places of a row, whose windows have the same taps inside.
    fn tile(
        &self,
        context: &Context<'_>,
        (clip, block): (usize, usize),
        row: usize,
        columns: Range<usize>,
    ) {
        let g = &self.geometry;
        let [_, kh, kw] = g.kernel;
        let (times, time) = g.inside(0, row / g.out[1]);
        let (rows, y) = g.inside(1, row % g.out[1]);
        let (taps, x) = g.inside(2, columns.start);
        let empty = times.is_empty() || rows.is_empty() || taps.is_empty();
        let rows = if empty { 0..0 } else { rows };
        // The input that the tile reads, as far as its last place's last tap.
        let at = (time * g.size[1] + y) * g.size[2] + x;
        let reach = rows.len().saturating_sub(1) * g.size[2]
            + (columns.len() - 1) * g.stride[2]
            + taps.len();
        let (at, reach) = if empty { (0, 0) } else { (at, reach) };
        assert!(at + reach <= self.from.places);
        let input = context.slots[self.from.slot].at(self.from.block(clip, block) + at, reach);
        let first = self.to.block(clip, block) + row * g.out[2] + columns.start;
        let out = context.slots[self.to.slot].at(first, columns.len());
        let weights = &self.weights[block * kh * kw..][..kh * kw];
        let skipped = if empty { 0 } else { rows.start * kw + taps.start };
        let tile = DepthwiseTile {
            x: input.cast_const().cast(),
            rows: (rows.len(), g.size[2] * LANES),
            columns: taps.len(),
            w: weights[skipped..].as_ptr().cast(),
            w_row: kw * LANES,
            out: out.cast(),
            bias: self.bias[block..=block].as_ptr().cast(),
            clamp: self.clamp,
        };
        // SAFETY: ranges are checked above; these rows of this block are the task's own.
        unsafe { depthwise_fn(self.isa, g.stride[2], columns.len())(&tile) };
    }
}
