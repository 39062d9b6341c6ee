//! A convolution of few channels, from rows as they came.

use crate::block::{Block, LANES, blocks, in_blocks};
use crate::graph::Conv3d;
use crate::kernels::planar::{RowTile, row_fn};
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::geometry::Geometry;
use crate::steps::{Context, Step, part};

/// Output rows of a task.
const ROWS: usize = 14;

/// One convolution of at most [`PlanarStep::MOST_CHANNELS`] channels in one group.
pub(crate) struct PlanarStep {
    pub isa: Isa,
    /// `[unit, channels in, kt, kh, kw, blocks, 16]`.
    weights: Vec<Block>,
    bias: Vec<Block>,
    channels: usize,
    /// Rows widened by [`super::PadRowsStep`]: a clip's values at `from.per_clip`.
    pub from: View,
    /// Width of such a row in floats.
    row: usize,
    pub to: View,
    pub clamp: Clamp,
    pub geometry: Geometry,
}

impl PlanarStep {
    /// Channels in up to which rows are the better layout.
    pub(crate) const MOST_CHANNELS: usize = 4;

    /// Whether this step can do it.
    pub(crate) fn fits(conv: &Conv3d) -> bool {
        conv.groups == 1 && conv.shape[1] <= Self::MOST_CHANNELS && conv.stride[2] <= 2
    }

    /// Floats of a row with its padding, so that no tap leaves it.
    pub(crate) fn row(geometry: &Geometry) -> usize {
        let used = (geometry.out[2] - 1) * geometry.stride[2] + geometry.kernel[2];
        used.max(geometry.size[2] + geometry.pads[2].0)
    }

    pub(crate) fn new(isa: Isa, conv: &Conv3d, geometry: Geometry, from: View, to: View) -> Self {
        let [out, channels, ..] = conv.shape;
        let per_out: usize = conv.shape[1..].iter().product();
        let (all, unit) = (blocks(out), isa.tile().1.min(blocks(out)));
        let mut weights = vec![Block::ZERO; all * per_out];
        for o in 0..out {
            let block = o / LANES;
            let (first, b) = (block / unit * unit, block % unit);
            let width = unit.min(all - first);
            for k in 0..per_out {
                weights[first * per_out + k * width + b].0[o % LANES] =
                    conv.weight[o * per_out + k];
            }
        }
        let bias = in_blocks(conv.bias.as_deref().unwrap_or_default(), all);
        let row = Self::row(&geometry);
        Self { isa, weights, bias, channels, from, row, to, clamp: Clamp::NONE, geometry }
    }

    fn bands(&self) -> usize {
        self.geometry.out[1].div_ceil(ROWS)
    }
}

impl Step for PlanarStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.geometry.out[0] * self.bands()
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let g = &self.geometry;
        let bands = self.bands();
        let (clip, t) = (task / bands / g.out[0], task / bands % g.out[0]);
        let rows = part(g.out[1], bands, task % bands);
        let tiles = g.out[2].div_ceil(self.isa.tile().0);
        let plane = self.row * g.size[1];
        let [kt, kh, kw] = g.kernel;
        let (times, d) = g.inside(0, t);
        let mut block = 0;
        while block < self.to.blocks {
            let width = self.isa.tile().1.min(self.to.blocks - block);
            let per_row = kw * width * LANES;
            for h_out in rows.clone() {
                let (taps, h) = g.inside(1, h_out);
                let empty = times.is_empty() || taps.is_empty();
                for tile in 0..tiles {
                    let columns = part(g.out[2], tiles, tile);
                    let x = (d * g.size[1] + h) * self.row + columns.start * g.stride[2];
                    let first = self.from.block(clip, 0);
                    let volume = self.channels * g.size[0] * plane;
                    let used = (columns.len() - 1) * g.stride[2] + kw;
                    let reach = (self.channels - 1) * g.size[0] * plane
                        + times.len().saturating_sub(1) * plane
                        + taps.len().saturating_sub(1) * self.row
                        + used;
                    assert!(empty || x + reach <= volume);
                    let rows_in = context.slots[self.from.slot].at(first, volume.div_ceil(LANES));
                    let place = (t * g.out[1] + h_out) * g.out[2] + columns.start;
                    let out_first = self.to.block(clip, block) + place;
                    let out_reach = (width - 1) * self.to.places + columns.len();
                    let out = context.slots[self.to.slot].at(out_first, out_reach);
                    let per_out = self.channels * kt * kh * kw;
                    let weights = &self.weights[block * per_out..][..per_out * width];
                    let skipped = (times.start * kh + taps.start) * per_row;
                    let tile = RowTile {
                        // SAFETY: x lies in the volume (asserted above), or is not read.
                        x: unsafe {
                            rows_in.cast::<f32>().cast_const().add(if empty { 0 } else { x })
                        },
                        channels: (self.channels, g.size[0] * plane),
                        times: (times.len(), plane),
                        rows: (taps.len(), self.row),
                        width: kw,
                        // SAFETY: the first tap inside lies in this unit's weights, or is not read.
                        w: unsafe {
                            weights.as_ptr().cast::<f32>().add(if empty { 0 } else { skipped })
                        },
                        w_strides: [kt * kh * per_row, kh * per_row, per_row],
                        out: out.cast(),
                        out_stride: self.to.places * LANES,
                        bias: self.bias[block..][..width].as_ptr().cast(),
                        clamp: self.clamp,
                    };
                    // SAFETY: ranges are checked above; the task's rows are its own.
                    unsafe { row_fn(self.isa, g.stride[2], columns.len(), width)(&tile) };
                }
            }
            block += width;
        }
    }
}
