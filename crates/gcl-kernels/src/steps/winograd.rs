//! Convolutions of k × 3 × 3 without stride in space, by Winograd's minimal filtering of each plane.
//!
//! Planes are transformed tile by tile; each of a tile's `(m + 2)²` values is then a product over input
//! channels and taps in time, as in any convolution of one place; and tiles of `m × m` outputs come out.

use std::ops::Range;

use crate::block::{Block, LANES, blocks};
use crate::graph::Conv3d;
use crate::kernels::Isa;
use crate::kernels::gemm::{Tile, tile_fn};
use crate::kernels::winograd::{
    InputRow, OutputRow, input_four, input_two, output_four, output_two,
};
use crate::memory::View;
use crate::steps::conv::Geometry;
use crate::steps::{Context, Step, part};

/// Depth whose weights stay in the first-level cache.
const CHUNK: usize = 16;
/// Columns for which it pays to fetch the weights once more.
const COLUMNS: usize = 224;
static ZEROS: [Block; 2] = [Block::ZERO; 2];

/// One such convolution.
pub(crate) struct WinogradStep {
    pub isa: Isa,
    /// Outputs of a tile along one axis: 2 or 4.
    m: usize,
    /// `[unit, value of a tile, kt, blocks in, 16, blocks out, 16]`.
    weights: Vec<Block>,
    bias: Vec<Block>,
    pub from: View,
    pub to: View,
    pub residual: Option<View>,
    pub relu: bool,
    pub geometry: Geometry,
    tiles: (usize, usize),
    bands: Bands,
}

/// How the work is cut: clips, output times and rows of tiles of a task, and parts of the channels.
#[derive(Debug, Clone, Copy)]
struct Bands {
    clips: usize,
    times: usize,
    rows: usize,
    parts: usize,
}

/// One task's share.
struct Share {
    clips: Range<usize>,
    times: Range<usize>,
    rows: Range<usize>,
    /// Tiles of a plane.
    tiles: usize,
    /// Input planes of a clip.
    planes: usize,
    /// Blocks that hold one value of all tiles of all planes.
    value: usize,
}

impl WinogradStep {
    /// The tile size to be used, if this is the faster way: by an estimate of the time that arithmetic
    /// and fetching weights take for two clips on two threads. It must not depend on the plan's batch or
    /// threads, for they would then change the last bits of the results.
    pub(crate) fn fits(conv: &Conv3d, g: &Geometry) -> Option<usize> {
        let [out, inner, kt, kh, kw] = conv.shape;
        if conv.groups != 1 || (kh, kw) != (3, 3) || g.stride[1..] != [1, 1] || inner < LANES {
            return None;
        }
        let (out, inner, kt) = (blocks(out) as f64, blocks(inner) as f64, kt as f64);
        let cost = |products: usize, values: usize| {
            let operations = 512.0 * out * inner * kt * (2 * g.out[0] * products) as f64;
            let bytes = 1024.0 * out * inner * kt * values as f64;
            operations / 4.4e11 + bytes / 2e10
        };
        let by = |m: usize| {
            let values = (m + 2) * (m + 2);
            let tiles = g.out[1].div_ceil(m) * g.out[2].div_ceil(m);
            // Transforms weigh less the more channels share them.
            let transforms = 1.1 + 1.5 / (out * kt) + 1.5 / (inner * kt);
            cost(tiles * values, values) * transforms
        };
        let (direct, two, four) = (cost(g.out[1] * g.out[2] * 9, 9), by(2), by(4));
        let (m, best) = if four < two { (4, four) } else { (2, two) };
        (best < direct).then_some(m)
    }

    pub(crate) fn new(
        isa: Isa,
        m: usize,
        conv: &Conv3d,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let tiles = (geometry.out[1].div_ceil(m), geometry.out[2].div_ceil(m));
        let mut bias = vec![Block::ZERO; to.blocks];
        for (o, b) in conv.bias.iter().flatten().enumerate() {
            bias[o / LANES].0[o % LANES] = *b;
        }
        // Rows first, then times, then clips, until there are enough columns.
        let rows = COLUMNS.div_ceil(tiles.1).min(tiles.0);
        let times = COLUMNS.div_ceil(tiles.1 * tiles.0).min(geometry.out[0]);
        let times = if rows < tiles.0 { 2.min(geometry.out[0]) } else { times };
        let whole = tiles.0 * tiles.1 * geometry.out[0];
        let together = if times < geometry.out[0] { 1 } else { COLUMNS.div_ceil(whole).min(clips) };
        let mut bands = Bands { clips: together, times, rows, parts: 1 };
        let units = to.blocks.div_ceil(isa.tile().1);
        let tasks = clips.div_ceil(bands.clips)
            * geometry.out[0].div_ceil(bands.times)
            * tiles.0.div_ceil(bands.rows);
        bands.parts = (4 * threads).div_ceil(tasks).min(units);
        let mut step = Self {
            isa,
            m,
            weights: Vec::new(),
            bias,
            from,
            to,
            residual: None,
            relu: false,
            geometry,
            tiles,
            bands,
        };
        step.pack(conv);
        step
    }

    /// Transformed weights: G w Gᵀ.
    fn pack(&mut self, conv: &Conv3d) {
        let [_, inner, kt, ..] = conv.shape;
        let (n, inputs, unit) = (self.m + 2, blocks(inner), self.isa.tile().1);
        let g: &[[f64; 3]] = match self.m {
            2 => &[[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]],
            _ => &[
                [1.0 / 4.0, 0.0, 0.0],
                [-1.0 / 6.0, -1.0 / 6.0, -1.0 / 6.0],
                [-1.0 / 6.0, 1.0 / 6.0, -1.0 / 6.0],
                [1.0 / 24.0, 1.0 / 12.0, 1.0 / 6.0],
                [1.0 / 24.0, -1.0 / 12.0, 1.0 / 6.0],
                [0.0, 0.0, 1.0],
            ],
        };
        let mut weights = vec![Block::ZERO; self.to.blocks * n * n * kt * inputs * LANES];
        for (i, taps) in conv.weight.chunks_exact(9).enumerate() {
            let (o, c, d) = (i / kt / inner, i / kt % inner, i % kt);
            let first = o / LANES / unit * unit;
            let (width, b) = (unit.min(self.to.blocks - first), o / LANES - first);
            for y in 0..n {
                // One row of G w, then of G w Gᵀ.
                let row: [f64; 3] = std::array::from_fn(|x| {
                    (0..3).map(|k| g[y][k] * f64::from(taps[3 * k + x])).sum()
                });
                for (x, g) in g.iter().enumerate() {
                    let value: f64 = (0..3).map(|k| g[k] * row[k]).sum();
                    let depth = ((y * n + x) * kt + d) * inputs * LANES + c;
                    let at = first * n * n * kt * inputs * LANES + depth * width + b;
                    weights[at].0[o % LANES] = value as f32;
                }
            }
        }
        self.weights = weights;
    }

    fn cuts(&self, clips: usize) -> [usize; 3] {
        [
            clips.div_ceil(self.bands.clips),
            self.geometry.out[0].div_ceil(self.bands.times),
            self.tiles.0.div_ceil(self.bands.rows),
        ]
    }

    fn planes(&self, times: usize) -> usize {
        (times - 1) * self.geometry.stride[0] + self.geometry.kernel[0]
    }

    fn share(&self, task: usize, clips: usize) -> Share {
        let [by_clip, by_time, by_row] = self.cuts(clips);
        let rows = part(self.tiles.0, by_row, task % by_row);
        let times = part(self.geometry.out[0], by_time, task / by_row % by_time);
        let clips = part(clips, by_clip, task / by_row / by_time);
        let tiles = rows.len() * self.tiles.1;
        let planes = self.planes(times.len());
        let value = clips.len() * planes * self.from.blocks * tiles;
        Share { clips, times, rows, tiles, planes, value }
    }

    /// Transforms the input planes of a share: `[value of a tile, clip, plane, block, tile]`.
    fn transform(&self, context: &Context<'_>, share: &Share, to: &mut [Block]) {
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
                        let values = (self.m + 2) * (self.m + 2);
                        assert!(out.len() >= (values - 1) * share.value + self.tiles.1);
                        let row = InputRow {
                            x,
                            size: (g.size[1], g.size[2]),
                            corner: (
                                (row * self.m) as isize - g.pads[1].0 as isize,
                                -(g.pads[2].0 as isize),
                            ),
                            count: self.tiles.1,
                            out: out.as_mut_ptr(),
                            stride: share.value,
                        };
                        // SAFETY: the plane is checked by `at`, the room in `out` above.
                        unsafe {
                            match self.m {
                                2 => input_two(self.isa, &row),
                                _ => input_four(self.isa, &row),
                            }
                        }
                    }
                }
            }
        }
    }

    /// Products of one value of all tiles, for one unit: `[block out, clip, time, tile]`.
    fn multiply(
        &self,
        share: &Share,
        (unit, width): (usize, usize),
        value: usize,
        x: &[Block],
        out: &mut [Block],
    ) {
        let g = &self.geometry;
        let (n, inputs) = ((self.m + 2) * (self.m + 2), self.from.blocks);
        let per_value = g.kernel[0] * inputs * LANES;
        let start = unit * n * per_value + value * per_value * width;
        let weights = &self.weights[start..][..per_value * width];
        let columns = share.clips.len() * share.times.len() * share.tiles;
        let pieces = share.tiles.div_ceil(self.isa.tile().0);
        let chunks = (g.kernel[0] * inputs).div_ceil(CHUNK);
        for chunk in 0..chunks {
            let range = part(g.kernel[0] * inputs, chunks, chunk);
            for c in 0..share.clips.len() {
                for (t, time) in share.times.clone().enumerate() {
                    // The taps in time that meet the input.
                    let before = g.pads[0].0.saturating_sub(time * g.stride[0]).min(g.kernel[0]);
                    let reach = (g.size[0] + g.pads[0].0).saturating_sub(time * g.stride[0]);
                    let from = range.start.max(before * inputs);
                    let to = range.end.min(reach.min(g.kernel[0]) * inputs).max(from);
                    let plane = c * share.planes + t * g.stride[0];
                    for piece in 0..pieces {
                        let tiles = part(share.tiles, pieces, piece);
                        let count = tiles.len();
                        let depth = to - from;
                        let a = (plane * inputs + from) * share.tiles + tiles.start;
                        let place = (c * share.times.len() + t) * share.tiles + tiles.start;
                        assert!(depth == 0 || a + (depth - 1) * share.tiles + count <= x.len());
                        assert!((width - 1) * columns + place + count <= out.len());
                        let tile = Tile {
                            a: x.as_ptr().wrapping_add(a).cast(),
                            a_stride: share.tiles * LANES,
                            depth,
                            w: weights.as_ptr().wrapping_add(from * LANES * width).cast(),
                            out: out[place..].as_mut_ptr().cast(),
                            out_stride: columns * LANES,
                            place_stride: LANES,
                            bias: if chunk == 0 { ZEROS.as_ptr().cast() } else { std::ptr::null() },
                            residual: std::ptr::null(),
                            residual_stride: 0,
                            residual_place: 0,
                            relu: false,
                            prefetch: std::ptr::null(),
                            prefetch_lines: 0,
                        };
                        // SAFETY: ranges are checked above; from..to lies within the weights.
                        unsafe { tile_fn(self.isa, count, width)(&tile) };
                    }
                }
            }
        }
    }

    /// Products of one unit to outputs.
    fn finish(
        &self,
        context: &Context<'_>,
        share: &Share,
        (unit, width): (usize, usize),
        x: &[Block],
    ) {
        let g = &self.geometry;
        let columns = share.clips.len() * share.times.len() * share.tiles;
        let values = (self.m + 2) * (self.m + 2);
        for (c, clip) in share.clips.clone().enumerate() {
            for b in 0..width {
                for (t, time) in share.times.clone().enumerate() {
                    for (r, row) in share.rows.clone().enumerate() {
                        let tile = (c * share.times.len() + t) * share.tiles + r * self.tiles.1;
                        let x = &x[b * columns + tile..];
                        assert!(x.len() >= (values - 1) * width * columns + self.tiles.1);
                        let (y, w) = (row * self.m, g.out[2]);
                        let height = self.m.min(g.out[1] - y);
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
                            relu: self.relu,
                        };
                        // SAFETY: checked by `at` and above; these outputs are the task's own.
                        unsafe {
                            match self.m {
                                2 => output_two(self.isa, &row),
                                _ => output_four(self.isa, &row),
                            }
                        }
                    }
                }
            }
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
        (self.m + 2) * (self.m + 2) * (inputs + products)
    }

    fn run(&self, task: usize, context: &Context<'_>, scratch: &mut [Block]) {
        let share = self.share(task / self.bands.parts, context.clips);
        let values = (self.m + 2) * (self.m + 2);
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
