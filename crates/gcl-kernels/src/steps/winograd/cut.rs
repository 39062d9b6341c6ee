//! How the work is cut into tasks.

use std::ops::Range;

use super::WinogradStep;
use crate::steps::geometry::Geometry;
use crate::steps::part;

/// Columns for which it pays to fetch the weights once more.
const COLUMNS: usize = 160;

/// How the work is cut: clips, output times and rows of tiles of a task, and parts of the channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bands {
    pub clips: usize,
    pub times: usize,
    pub rows: usize,
    pub parts: usize,
}

/// One task's share.
pub(super) struct Share {
    pub clips: Range<usize>,
    pub times: Range<usize>,
    pub rows: Range<usize>,
    /// Tiles of a plane.
    pub tiles: usize,
    /// Input planes of a clip.
    pub planes: usize,
    /// Blocks that hold one value of all tiles of all planes.
    pub value: usize,
}

impl Bands {
    /// Bands for planes of `tiles` (rows, columns).
    pub(super) fn new(
        geometry: &Geometry,
        tiles: (usize, usize),
        units: usize,
        clips: usize,
        threads: usize,
    ) -> Self {
        // Some times, so that planes serve several; then rows, more times, and clips, until there are
        // enough columns.
        let rows = COLUMNS.div_ceil(tiles.1 * (geometry.kernel[0] + 1).min(geometry.out[0]));
        let rows = rows.min(tiles.0);
        let times = COLUMNS.div_ceil(tiles.1 * rows).min(geometry.out[0]);
        let whole = tiles.0 * tiles.1 * geometry.out[0];
        let together = if times < geometry.out[0] { 1 } else { COLUMNS.div_ceil(whole).min(clips) };
        let mut bands = Self { clips: together, times, rows, parts: 1 };
        let tasks = clips.div_ceil(bands.clips)
            * geometry.out[0].div_ceil(bands.times)
            * tiles.0.div_ceil(bands.rows);
        bands.parts = (4 * threads).div_ceil(tasks).min(units);
        bands
    }
}

impl WinogradStep {
    pub(super) fn cuts(&self, clips: usize) -> [usize; 3] {
        [
            clips.div_ceil(self.bands.clips),
            self.geometry.out[0].div_ceil(self.bands.times),
            self.tiles.0.div_ceil(self.bands.rows),
        ]
    }

    pub(super) fn planes(&self, times: usize) -> usize {
        (times - 1) * self.geometry.stride[0] + self.geometry.kernel[0]
    }

    pub(super) fn share(&self, task: usize, clips: usize) -> Share {
        let [by_clip, by_time, by_row] = self.cuts(clips);
        let rows = part(self.tiles.0, by_row, task % by_row);
        let times = part(self.geometry.out[0], by_time, task / by_row % by_time);
        let clips = part(clips, by_clip, task / by_row / by_time);
        let tiles = rows.len() * self.tiles.1;
        let planes = self.planes(times.len());
        let value = clips.len() * planes * self.from.blocks * tiles;
        Share { clips, times, rows, tiles, planes, value }
    }
}
