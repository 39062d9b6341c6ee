//! The three passes of a task: into tiles, products, out of tiles.

use super::WinogradStep;
use super::cut::Share;
use super::filter::Filter;
use crate::block::{Block, LANES};
use crate::kernels::Clamp;
use crate::kernels::gemm::{GemmTile, tile_fn};
use crate::kernels::winograd::{
    InputRow, OutputRow, input_4, input_6, output_4_2, output_6_3, output_6_4,
};
use crate::memory::View;
use crate::steps::{Context, part};

/// Depth whose weights stay in the first-level cache.
const CHUNK: usize = 16;
static ZEROS: [Block; 2] = [Block::ZERO; 2];

impl WinogradStep {
    /// Transforms the input planes of a share: `[value of a tile, clip, plane, block, tile]`.
    pub(super) fn transform(&self, context: &Context<'_>, share: &Share, to: &mut [Block]) {
        let g = &self.geometry;
        let plane = g.size[1] * g.size[2];
        for (c, clip) in share.clips.clone().enumerate() {
            for p in 0..share.planes {
                let time = share.times.start * g.stride[0] + p;
                let Some(time) = time.checked_sub(g.pads[0].0).filter(|t| *t < g.size[0]) else {
                    continue;
                };
                for block in 0..self.from.blocks {
                    let first = self.from.block(clip, block) + time * plane;
                    let x = context.slots[self.from.slot].at(first, plane);
                    for (r, row) in share.rows.clone().enumerate() {
                        let at = ((c * share.planes + p) * self.from.blocks + block) * share.tiles;
                        let out = &mut to[at + r * self.tiles.1..];
                        let values = self.filter.n() * self.filter.n();
                        assert!(out.len() >= (values - 1) * share.value + self.tiles.1);
                        let row = InputRow {
                            x,
                            size: (g.size[1], g.size[2]),
                            corner: (
                                (row * self.filter.m()) as isize - g.pads[1].0 as isize,
                                -(g.pads[2].0 as isize),
                            ),
                            step: self.filter.m(),
                            count: self.tiles.1,
                            out: out.as_mut_ptr(),
                            stride: share.value,
                        };
                        // SAFETY: the plane is checked by `at`, the room in `out` above.
                        unsafe {
                            match self.filter {
                                Filter::Two => input_4(self.isa, &row),
                                Filter::Three | Filter::Four => input_6(self.isa, &row),
                            }
                        }
                    }
                }
            }
        }
    }

    /// Products of one value of all tiles, for one unit: `[block out, clip, time, tile]`.
    pub(super) fn multiply(
        &self,
        share: &Share,
        (unit, width): (usize, usize),
        value: usize,
        x: &[Block],
        out: &mut [Block],
    ) {
        let g = &self.geometry;
        let (n, inputs) = (self.filter.n() * self.filter.n(), self.from.blocks);
        let per_value = g.kernel[0] * inputs * self.lanes;
        let start = unit * n * per_value + value * per_value * width;
        let weights = &self.weights[start..][..per_value * width];
        let columns = share.clips.len() * share.times.len() * share.tiles;
        let pieces = share.tiles.div_ceil(self.isa.tile().0);
        let chunks = (g.kernel[0] * inputs).div_ceil(CHUNK);
        let tiles = share.clips.len() * share.times.len() * pieces;
        let lines = (self.lanes * width).div_ceil(tiles);
        for chunk in 0..chunks {
            let range = part(g.kernel[0] * inputs, chunks, chunk);
            // The weights of the next chunk, or value, come nearer meanwhile.
            let mut next = weights.as_ptr().wrapping_add(range.end * self.lanes * width);
            for c in 0..share.clips.len() {
                for (t, time) in share.times.clone().enumerate() {
                    // The taps in time that meet the input.
                    let times = g.times(time, time);
                    let from = range.start.max(times.start * inputs).min(range.end);
                    let to = range.end.min(times.end * inputs).max(from);
                    let plane = c * share.planes + t * g.stride[0];
                    for piece in 0..pieces {
                        let tiles = part(share.tiles, pieces, piece);
                        let count = tiles.len();
                        let depth = to - from;
                        let a = (plane * inputs + from) * share.tiles + tiles.start;
                        let place = (c * share.times.len() + t) * share.tiles + tiles.start;
                        assert!(depth == 0 || a + (depth - 1) * share.tiles + count <= x.len());
                        assert!((width - 1) * columns + place + count <= out.len());
                        let tile = GemmTile {
                            a: x.as_ptr().wrapping_add(a).cast(),
                            a_stride: share.tiles * LANES,
                            depth,
                            lanes: self.lanes,
                            w: weights.as_ptr().wrapping_add(from * self.lanes * width).cast(),
                            out: out[place..].as_mut_ptr().cast(),
                            out_stride: columns * LANES,
                            place_stride: LANES,
                            bias: if chunk == 0 { ZEROS.as_ptr().cast() } else { std::ptr::null() },
                            residual: std::ptr::null(),
                            residual_stride: 0,
                            residual_place: 0,
                            clamp: Clamp::NONE,
                            ahead: 0,
                            next: next.cast(),
                            next_lines: lines,
                        };
                        next = next.wrapping_add(depth * lines);
                        // SAFETY: ranges are checked above; from..to lies within the weights.
                        unsafe { tile_fn(self.isa, count, width)(&tile) };
                    }
                }
            }
        }
    }

    /// Products of one unit to outputs.
    pub(super) fn finish(
        &self,
        context: &Context<'_>,
        share: &Share,
        (unit, width): (usize, usize),
        x: &[Block],
    ) {
        let g = &self.geometry;
        let columns = share.clips.len() * share.times.len() * share.tiles;
        let values = self.filter.n() * self.filter.n();
        for (c, clip) in share.clips.clone().enumerate() {
            for b in 0..width {
                for (t, time) in share.times.clone().enumerate() {
                    for (r, row) in share.rows.clone().enumerate() {
                        let tile = (c * share.times.len() + t) * share.tiles + r * self.tiles.1;
                        let x = &x[b * columns + tile..];
                        assert!(x.len() >= (values - 1) * width * columns + self.tiles.1);
                        let (y, w) = (row * self.filter.m(), g.out[2]);
                        let height = self.filter.m().min(g.out[1] - y);
                        let place = (time * g.out[1] + y) * w;
                        let at = |view: &View| {
                            context.slots[view.slot]
                                .at(view.block(clip, unit + b) + place, height * w)
                        };
                        let row = OutputRow {
                            x: x.as_ptr(),
                            stride: width * columns,
                            count: self.tiles.1,
                            size: (height, w),
                            out: at(&self.to),
                            row: w,
                            residual: self
                                .residual
                                .as_ref()
                                .map_or(std::ptr::null(), |view| at(view).cast_const()),
                            bias: &raw const self.bias[unit + b],
                            clamp: self.clamp,
                        };
                        // SAFETY: checked by `at` and above; these outputs are the task's own.
                        unsafe {
                            match self.filter {
                                Filter::Two => output_4_2(self.isa, &row),
                                Filter::Three => output_6_3(self.isa, &row),
                                Filter::Four => output_6_4(self.isa, &row),
                            }
                        }
                    }
                }
            }
        }
    }
}
