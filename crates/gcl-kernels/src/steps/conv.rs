//! Any convolution, and the linear layer, as products of tiles.

use crate::block::{Block, LANES};
use crate::graph::Conv3d;
use crate::kernels::Isa;
use crate::kernels::copy::{OUTSIDE, gather};
use crate::kernels::gemm::{Tile, tile_fn};
use crate::memory::View;
use crate::steps::packing::Packed;
use crate::steps::{Context, Step, part};

/// Depth of a chunk, in input blocks: 256 channels × 32 outputs are 32 KB.
const CHUNK: usize = 16;
/// Tiles whose input is gathered at once.
const TILES: usize = 8;

/// A convolution with all that follows it before another value is made.
pub(crate) struct ConvStep {
    pub isa: Isa,
    pub packed: Packed,
    pub from: View,
    pub to: View,
    pub residual: Option<View>,
    pub relu: bool,
    pub geometry: Geometry,
    /// Columns are a clip's places; or, where a clip has one place, clips.
    clips_side_by_side: bool,
    parts: usize,
}

/// Where windows lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    /// Input size.
    pub size: [usize; 3],
    /// Output size.
    pub out: [usize; 3],
    /// Window.
    pub kernel: [usize; 3],
    /// Step.
    pub stride: [usize; 3],
    /// Padding `(before, after)`.
    pub pads: [(usize, usize); 3],
}

impl Geometry {
    /// Whether every place of the output needs just that place of the input.
    pub(crate) fn pointwise(&self) -> bool {
        self.kernel == [1; 3] && self.stride == [1; 3] && self.pads == [(0, 0); 3]
    }

    /// Time, height and width of an output place's window, before padding is taken off.
    fn corner(&self, at: usize) -> [usize; 3] {
        let [_, h, w] = self.out;
        let out = [at / (h * w), at / w % h, at % w];
        std::array::from_fn(|axis| out[axis] * self.stride[axis])
    }

    /// The input place under a tap of a window, or [`OUTSIDE`].
    fn place(&self, corner: [usize; 3], tap: [usize; 3]) -> usize {
        let mut place = 0;
        for axis in 0..3 {
            match (corner[axis] + tap[axis]).checked_sub(self.pads[axis].0) {
                Some(p) if p < self.size[axis] => place = place * self.size[axis] + p,
                _ => return OUTSIDE,
            }
        }
        place
    }
}

impl ConvStep {
    pub(crate) fn new(
        isa: Isa,
        conv: &Conv3d,
        geometry: Geometry,
        (from, to): (View, View),
        (clips, threads): (usize, usize),
    ) -> Self {
        let packed = Packed::new(conv, isa.tile().1, CHUNK);
        let clips_side_by_side = to.places == 1 && clips > 1;
        let mut step = Self {
            isa,
            packed,
            from,
            to,
            residual: None,
            relu: false,
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
    fn direct(&self) -> bool {
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

    /// Copies the input of a tile's chunk side by side.
    fn gather(
        &self,
        context: &Context<'_>,
        place: &Place,
        set: usize,
        chunk: usize,
        to: &mut [Block],
    ) {
        let range = part(self.packed.depth, self.packed.chunks, chunk);
        let (inputs, count) = (self.packed.set_inputs, place.columns.len());
        let [_, kh, kw] = self.geometry.kernel;
        let mut corners = [[0; 3]; 16];
        for (corner, column) in corners.iter_mut().zip(place.columns.clone()) {
            *corner = self.geometry.corner(if self.clips_side_by_side { 0 } else { column });
        }
        let mut places = [OUTSIDE; 16];
        let mut d = range.start;
        while d < range.end {
            let (tap, i) = (d / inputs, d % inputs);
            let depth = (inputs - i).min(range.end - d);
            let tap = [tap / (kh * kw), tap / kw % kh, tap % kw];
            let columns = corners.iter().zip(place.columns.clone());
            for (slot, (corner, column)) in places.iter_mut().zip(columns) {
                *slot = match self.geometry.place(*corner, tap) {
                    at if self.clips_side_by_side && at != OUTSIDE => {
                        at + column * self.from.per_clip
                    }
                    at => at,
                };
            }
            let first = self.from.block(place.clip, self.packed.set_start[set] + i);
            let farthest = places[..count].iter().filter(|p| **p != OUTSIDE).max();
            let reach = farthest.map_or(0, |p| (depth - 1) * self.from.places + p + 1);
            let x = context.slots[self.from.slot].at(first, reach);
            let out = &mut to[(d - range.start) * count..][..depth * count];
            // SAFETY: the farthest block lies within `reach`, which `at` has checked; `out` was cut to size.
            unsafe {
                gather(self.isa, x, self.from.places, &places[..count], depth, out.as_mut_ptr());
            }
            d += depth;
        }
    }
}

/// A tile's columns: places of one clip, or clips.
struct Place {
    clip: usize,
    columns: std::ops::Range<usize>,
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
        let places: Vec<Place> = band
            .map(|t| Place { clip: t / tiles, columns: part(columns, tiles, t % tiles) })
            .collect();
        let sets = self.packed.set_start.len();
        let per_set = self.packed.units();
        let units = part(sets * per_set, self.parts, task % self.parts);
        let mut unit = units.start;
        while unit < units.end {
            let set = unit / per_set;
            let end = units.end.min((set + 1) * per_set);
            for chunk in 0..self.packed.chunks {
                let depth = part(self.packed.depth, self.packed.chunks, chunk).len();
                if !self.direct() {
                    let mut rest = &mut *scratch;
                    for place in &places {
                        let (now, later) = rest.split_at_mut(place.columns.len() * depth);
                        self.gather(context, place, set, chunk, now);
                        rest = later;
                    }
                }
                for u in unit % per_set..end - set * per_set {
                    self.multiply(context, &places, (set, chunk, u), scratch);
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
        places: &[Place],
        (set, chunk, unit): (usize, usize, usize),
        scratch: &[Block],
    ) {
        let range = part(self.packed.depth, self.packed.chunks, chunk);
        let depth = range.len();
        let (first, width) = self.packed.outputs(unit);
        let out_block = set * self.packed.set_outputs + first;
        let start = self.packed.offset(set, chunk, unit);
        let weights = &self.packed.weights[start..][..depth * LANES * width];
        let bias = &self.packed.bias[out_block..][..width];
        let last = chunk + 1 == self.packed.chunks;
        let mut gathered = scratch;
        for place in places {
            let count = place.columns.len();
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
            let residual = self.residual.as_ref().filter(|_| last).map(at);
            let tile = Tile {
                a: a.cast(),
                a_stride: a_stride * LANES,
                depth,
                w: weights.as_ptr().cast(),
                out: out.cast(),
                out_stride,
                place_stride,
                bias: if chunk == 0 { bias.as_ptr().cast() } else { std::ptr::null() },
                residual: residual.map_or(std::ptr::null(), |(at, ..)| at.cast_const().cast()),
                residual_stride: residual.map_or(0, |(_, stride, _)| stride),
                residual_place: residual.map_or(0, |(.., place)| place),
                relu: self.relu && last,
                prefetch: std::ptr::null(),
                prefetch_lines: 0,
            };
            // SAFETY: `at` and the slices above have checked the ranges; the task's columns and units
            // are its own.
            unsafe { tile_fn(self.isa, count, width)(&tile) };
        }
    }
}
