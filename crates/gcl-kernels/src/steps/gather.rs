//! A tile's columns, and bringing their input together.

use std::ops::Range;

use crate::block::Block;
use crate::kernels::copy::{OUTSIDE, gather};
use crate::steps::{Context, ConvStep};

/// A tile's columns: places of one clip, or clips.
pub(super) struct TileInput {
    pub clip: usize,
    pub columns: Range<usize>,
    pub depth: Range<usize>,
}

impl TileInput {
    /// What of a chunk this tile needs.
    pub fn within(&self, chunk: &Range<usize>) -> Range<usize> {
        let start = chunk.start.max(self.depth.start).min(chunk.end);
        start..chunk.end.min(self.depth.end).max(start)
    }
}

impl ConvStep {
    /// A tile's columns, and what of the depth does not lie in the padding for all of them.
    pub(super) fn place(&self, clip: usize, columns: Range<usize>) -> TileInput {
        let depth = if self.direct() {
            0..self.packed.depth
        } else {
            let [_, h, w] = self.geometry.out;
            let time = |column: usize| if self.clips_side_by_side { 0 } else { column / (h * w) };
            let times = self.geometry.times(time(columns.start), time(columns.end - 1));
            let per_time = self.packed.depth / self.geometry.kernel[0];
            times.start * per_time..times.end * per_time
        };
        TileInput { clip, columns, depth }
    }

    /// Copies the input of a tile for `range` of the depth side by side.
    pub(super) fn gather(
        &self,
        context: &Context<'_>,
        place: &TileInput,
        set: usize,
        range: Range<usize>,
        to: &mut [Block],
    ) {
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
