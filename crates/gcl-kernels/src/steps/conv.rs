//! Any convolution, and the linear layer, as products of tiles.

use crate::block::{Block, LANES};
use crate::kernels::gemm::{GemmTile, tile_fn};
use crate::kernels::{Clamp, Isa};
use crate::memory::View;
use crate::steps::gather::TileInput;
use crate::steps::geometry::Geometry;
use crate::steps::packing::{Layer, PackedWeights};
use crate::steps::{Context, Step, part};

/// Depth of a chunk, in input blocks: 256 channels × 32 outputs are 32 KB.
const CHUNK: usize = 16;
/// Tiles whose input is gathered at once.
const TILES: usize = 8;

/// A convolution with all that follows it before another value is made.
pub(crate) struct ConvStep {
    pub isa: Isa,
    pub packed: PackedWeights,
    pub from: View,
    pub to: View,
    pub residual: Option<View>,
    pub clamp: Clamp,
    pub geometry: Geometry,
    /// Columns are a clip's places; or, where a clip has one place, clips.
    pub(super) clips_side_by_side: bool,
    parts: usize,
}

impl ConvStep {
    pub(crate) fn new(
        isa: Isa,
        layer: Layer<'_>,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let packed = PackedWeights::new(layer, isa.tile().1, CHUNK);
        let clips_side_by_side = to.places == 1 && clips > 1;
        let mut step = Self {
            isa,
            packed,
            from,
            to,
            residual: None,
            clamp: Clamp::NONE,
            geometry,
            clips_side_by_side,
            parts: 1,
        };
        // Enough tasks for an even load; parts of the channels, where there are too few places.
        let units = step.packed.set_start.len() * step.packed.units();
        let gathers_again = !step.direct() && step.packed.set_start.len() == 1;
        let wanted = if gathers_again { 2 } else { 4 } * threads;
        step.parts = wanted.div_ceil(step.bands(clips)).min(units);
        step
    }

    /// Whether tiles can read the input where it lies.
    pub(super) fn direct(&self) -> bool {
        self.geometry.pointwise() && !self.clips_side_by_side
    }

    /// Columns and tiles of one row of tiles, and rows of tiles.
    fn columns(&self, clips: usize) -> (usize, usize, usize) {
        let (columns, rows) =
            if self.clips_side_by_side { (clips, 1) } else { (self.to.places, clips) };
        (columns, columns.div_ceil(self.isa.tile().0), rows)
    }

    fn bands(&self, clips: usize) -> usize {
        let (_, tiles, rows) = self.columns(clips);
        (tiles * rows).div_ceil(TILES)
    }
}

impl Step for ConvStep {
    fn tasks(&self, clips: usize) -> usize {
        self.bands(clips) * self.parts
    }

    fn scratch(&self) -> usize {
        if self.direct() { 0 } else { TILES * self.isa.tile().0 * CHUNK }
    }

    fn run(&self, task: usize, context: &Context<'_>, scratch: &mut [Block]) {
        let (columns, tiles, rows) = self.columns(context.clips);
        let bands = self.bands(context.clips);
        let band = part(tiles * rows, bands, task / self.parts);
        let places: Vec<TileInput> =
            band.map(|t| self.place(t / tiles, part(columns, tiles, t % tiles))).collect();
        let sets = self.packed.set_start.len();
        let per_set = self.packed.units();
        let units = part(sets * per_set, self.parts, task % self.parts);
        let mut unit = units.start;
        while unit < units.end {
            let set = unit / per_set;
            let end = units.end.min((set + 1) * per_set);
            for chunk in 0..self.packed.chunks {
                let range = part(self.packed.depth, self.packed.chunks, chunk);
                if !self.direct() {
                    let mut rest = &mut *scratch;
                    for place in &places {
                        let range = place.within(&range);
                        let (now, later) = rest.split_at_mut(place.columns.len() * range.len());
                        self.gather(context, place, set, range, now);
                        rest = later;
                    }
                }
                for u in unit % per_set..end - set * per_set {
                    let fresh = u == unit % per_set;
                    self.multiply(context, &places, (set, chunk, u), fresh, scratch);
                }
            }
            unit = end;
        }
    }
}

impl ConvStep {
    /// All tiles of one unit and chunk.
    fn multiply(
        &self,
        context: &Context<'_>,
        places: &[TileInput],
        (set, chunk, unit): (usize, usize, usize),
        fresh: bool,
        scratch: &[Block],
    ) {
        let range = part(self.packed.depth, self.packed.chunks, chunk);
        let (first, width) = self.packed.outputs(unit);
        let out_block = set * self.packed.set_outputs + first;
        let start = self.packed.offset(set, chunk, unit);
        let weights = &self.packed.weights[start..][..range.len() * LANES * width];
        let bias = &self.packed.bias[out_block..][..width];
        let last = chunk + 1 == self.packed.chunks;
        let mut gathered = scratch;
        let lines = if places.len() > 1 { (LANES * width).div_ceil(places.len()) } else { 0 };
        for (i, place) in places.iter().enumerate() {
            let count = place.columns.len();
            let within = place.within(&range);
            let depth = within.len();
            let (a, a_stride) = if self.direct() {
                let first = self.from.block(place.clip, self.packed.set_start[set] + range.start);
                let reach = (depth - 1) * self.from.places + count;
                let a = context.slots[self.from.slot].at(first + place.columns.start, reach);
                (a.cast_const(), self.from.places)
            } else {
                let (now, later) = gathered.split_at(count * depth);
                gathered = later;
                (now.as_ptr(), count)
            };
            let at = |view: &View| {
                let (clip, place, step) = if self.clips_side_by_side {
                    (place.columns.start, 0, view.per_clip)
                } else {
                    (place.clip, place.columns.start, 1)
                };
                let reach = (width - 1) * view.places + (count - 1) * step + 1;
                let first = view.block(clip, out_block) + place;
                (context.slots[view.slot].at(first, reach), view.places * LANES, step * LANES)
            };
            let (out, out_stride, place_stride) = at(&self.to);
            let ahead = if self.direct() && fresh { TILES * self.isa.tile().0 * LANES } else { 0 };
            let residual = self.residual.as_ref().filter(|_| last).map(at);
            let tile = GemmTile {
                a: a.cast(),
                a_stride: a_stride * LANES,
                depth,
                lanes: LANES,
                w: weights[(within.start - range.start) * LANES * width..].as_ptr().cast(),
                out: out.cast(),
                out_stride,
                place_stride,
                bias: if chunk == 0 { bias.as_ptr().cast() } else { std::ptr::null() },
                residual: residual.map_or(std::ptr::null(), |(at, ..)| at.cast_const().cast()),
                residual_stride: residual.map_or(0, |(_, stride, _)| stride),
                residual_place: residual.map_or(0, |(.., place)| place),
                clamp: if last { self.clamp } else { Clamp::NONE },
                ahead,
                next: weights.as_ptr().wrapping_add(weights.len() + i * depth * lines).cast(),
                next_lines: lines,
            };
            // SAFETY: `at` and the slices above have checked the ranges; the task's columns and units
            // are its own.
            unsafe { tile_fn(self.isa, count, width)(&tile) };
        }
    }
}
