//! Convolutions of 3 × 3 × 3 whose groups are 4, 8 or 16 channels.

use crate::block::{Block, LANES, blocks, in_blocks};
use crate::graph::Conv3d;
use crate::kernels::copy::widen;
use crate::kernels::grouped::{GroupedTile, grouped_fn};
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::geometry::Geometry;
use crate::steps::{Context, Step, part};

/// One such convolution.
pub(crate) struct GroupedStep {
    pub isa: Isa,
    group: usize,
    /// `[block, kt, kh, group, kw, 16]`.
    weights: Vec<Block>,
    bias: Vec<Block>,
    pub from: View,
    pub to: View,
    pub clamp: Clamp,
    pub geometry: Geometry,
    /// Parts of the output's times, for an even load.
    bands: usize,
}

impl GroupedStep {
    /// Whether this step can do it.
    pub(crate) fn fits(conv: &Conv3d) -> bool {
        let [out, inner, ..] = conv.shape;
        let per_group = out / conv.groups;
        conv.kernel() == [3; 3]
            && conv.stride[2] <= 2
            && inner == per_group
            && matches!(inner, 4 | 8 | 16)
            && out.is_multiple_of(LANES)
    }

    pub(crate) fn new(
        isa: Isa,
        conv: &Conv3d,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let [out, group, ..] = conv.shape;
        let mut weights = vec![Block::ZERO; blocks(out) * 27 * group];
        for (i, w) in conv.weight.iter().enumerate() {
            let (o, j, tap) = (i / (27 * group), i / 27 % group, i % 27);
            let at = ((o / LANES * 9 + tap / 3) * group + j) * 3 + tap % 3;
            weights[at].0[o % LANES] = *w;
        }
        let bias = in_blocks(conv.bias.as_deref().unwrap_or_default(), blocks(out));
        let wanted = (4 * threads).div_ceil(clips * to.blocks);
        let bands = wanted.clamp(1, geometry.out[0]);
        Self { isa, group, weights, bias, from, to, clamp: Clamp::NONE, geometry, bands }
    }

    /// Rows and width of a plane with its padding, as far as windows reach.
    fn plane(&self) -> (usize, usize) {
        let g = &self.geometry;
        let reach = |axis: usize| (g.out[axis] - 1) * g.stride[axis] + 3;
        (reach(1), reach(2))
    }

    /// Copies one time of the input, with its padding.
    fn copy_plane(&self, context: &Context<'_>, first: usize, time: usize, to: &mut [Block]) {
        let g = &self.geometry;
        let (rows, width) = self.plane();
        let count = g.size[2].min(width.saturating_sub(g.pads[2].0));
        for (h, row) in to.chunks_exact_mut(width).enumerate().take(rows) {
            match h.checked_sub(g.pads[1].0).filter(|y| *y < g.size[1]) {
                Some(y) => {
                    let at = first + (time * g.size[1] + y) * g.size[2];
                    let x = context.slots[self.from.slot].at(at, count);
                    // SAFETY: `at` has checked the input; before + count ≤ width, or count is 0.
                    unsafe {
                        widen(self.isa, x, g.pads[2].0.min(width), count, width, row.as_mut_ptr());
                    }
                }
                None => row.fill(Block::ZERO),
            }
        }
    }
}

impl Step for GroupedStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.to.blocks * self.bands
    }

    fn scratch(&self) -> usize {
        let (rows, width) = self.plane();
        3 * rows * width
    }

    fn run(&self, task: usize, context: &Context<'_>, scratch: &mut [Block]) {
        let g = &self.geometry;
        let times = part(g.out[0], self.bands, task % self.bands);
        let (clip, block) =
            (task / self.bands / self.to.blocks, task / self.bands % self.to.blocks);
        let (rows, width) = self.plane();
        let input = self.from.block(clip, block);
        let _ = context.slots[self.from.slot].at(input, self.from.places);
        let weights = &self.weights[block * 27 * self.group..][..27 * self.group];
        let (high, wide, kernel) = grouped_fn(self.isa, self.group, g.stride[2], g.out[2]);
        let tiles = g.out[2].div_ceil(wide);
        let scratch = &mut scratch[..3 * rows * width];
        let mut held = [usize::MAX; 3];
        for t in times {
            // The input's times lie in a ring of three planes.
            let mut planes = [std::ptr::null(); 3];
            for (tap, plane) in planes.iter_mut().enumerate() {
                let time = (t * g.stride[0] + tap).checked_sub(g.pads[0].0);
                let Some(time) = time.filter(|time| *time < g.size[0]) else { continue };
                let space = &mut scratch[time % 3 * rows * width..][..rows * width];
                if held[time % 3] != time {
                    self.copy_plane(context, input, time, space);
                    held[time % 3] = time;
                }
                *plane = space.as_ptr();
            }
            let first = self.to.block(clip, block) + t * g.out[1] * g.out[2];
            let out = context.slots[self.to.slot].at(first, g.out[1] * g.out[2]);
            for h in (0..g.out[1]).step_by(high) {
                // An odd last row is done twice, in both rows of its tile.
                let pair = [h, (h + high - 1).min(g.out[1] - 1)];
                for tile in 0..tiles {
                    let w = (tile * wide).min(g.out[2] - wide);
                    // SAFETY: rows (h · stride ..+ 3) and places (w · stride ..+ (wide − 1) stride + 3)
                    // lie in the plane; the output's rows are checked above.
                    let tile = unsafe {
                        GroupedTile {
                            planes: pair.map(|h| {
                                planes.map(|plane: *const Block| match plane.is_null() {
                                    true => std::ptr::null(),
                                    false => plane
                                        .add(h * g.stride[1] * width + w * g.stride[2])
                                        .cast::<f32>(),
                                })
                            }),
                            row: width * LANES,
                            w: weights.as_ptr().cast(),
                            out: pair.map(|h| out.add(h * g.out[2] + w).cast::<f32>()),
                            bias: self.bias[block..=block].as_ptr().cast(),
                            clamp: self.clamp,
                        }
                    };
                    // SAFETY: as above; this block of channels and these times are the task's own.
                    unsafe { kernel(&tile) };
                }
            }
        }
    }
}
