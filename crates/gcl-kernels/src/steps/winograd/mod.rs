//! Convolutions of k × 3 × 3 or k × 4 × 4 without stride in space, by Winograd's minimal filtering of each
//! plane.
//!
//! Planes are transformed tile by tile; each of a tile's `(m + r − 1)²` values is then a product over input
//! channels and taps in time, as in any convolution of one place; and tiles of `m × m` outputs come out.

mod cut;
mod filter;
mod passes;

use crate::block::{Block, LANES, in_blocks};
use crate::graph::Conv3d;
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::geometry::Geometry;
use crate::steps::{Context, Step, part};
use cut::Bands;
pub(crate) use filter::Filter;

/// One such convolution.
pub(crate) struct WinogradStep {
    pub isa: Isa,
    filter: Filter,
    /// Channels of a block: 16, unless there are fewer in all.
    lanes: usize,
    /// `[unit, value of a tile, kt, blocks in, lanes, blocks out, 16]`.
    weights: Vec<Block>,
    bias: Vec<Block>,
    pub from: View,
    pub to: View,
    pub residual: Option<View>,
    pub clamp: Clamp,
    pub geometry: Geometry,
    tiles: (usize, usize),
    bands: Bands,
}

impl WinogradStep {
    pub(crate) fn new(
        isa: Isa,
        filter: Filter,
        conv: &Conv3d,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let m = filter.m();
        let bias = in_blocks(conv.bias.as_deref().unwrap_or_default(), to.blocks);
        let tiles = (geometry.out[1].div_ceil(m), geometry.out[2].div_ceil(m));
        let units = to.blocks.div_ceil(isa.tile().1);
        let bands = Bands::new(&geometry, tiles, units, clips, threads);
        let weights = filter.pack(conv, to.blocks, isa.tile().1);
        let lanes = LANES.min(conv.shape[1]);
        let (residual, clamp) = (None, Clamp::NONE);
        Self {
            isa,
            filter,
            lanes,
            weights,
            bias,
            from,
            to,
            residual,
            clamp,
            geometry,
            tiles,
            bands,
        }
    }
}

impl Step for WinogradStep {
    fn tasks(&self, clips: usize) -> usize {
        self.cuts(clips).iter().product::<usize>() * self.bands.parts
    }

    fn scratch(&self) -> usize {
        let tiles = self.bands.rows * self.tiles.1;
        let inputs = self.bands.clips * self.planes(self.bands.times) * self.from.blocks * tiles;
        let products = self.bands.clips * self.bands.times * tiles * self.isa.tile().1;
        self.filter.n() * self.filter.n() * (inputs + products)
    }

    fn run(&self, task: usize, context: &Context<'_>, scratch: &mut [Block]) {
        let share = self.share(task / self.bands.parts, context.clips);
        let values = self.filter.n() * self.filter.n();
        let (inputs, products) = scratch.split_at_mut(values * share.value);
        self.transform(context, &share, inputs);
        let columns = share.clips.len() * share.times.len() * share.tiles;
        let size = self.isa.tile().1;
        for u in part(self.to.blocks.div_ceil(size), self.bands.parts, task % self.bands.parts) {
            let unit = (u * size, size.min(self.to.blocks - u * size));
            let out = unit.1 * columns;
            for value in 0..values {
                let x = &inputs[value * share.value..][..share.value];
                self.multiply(&share, unit, value, x, &mut products[value * out..][..out]);
            }
            self.finish(context, &share, unit, products);
        }
    }
}
