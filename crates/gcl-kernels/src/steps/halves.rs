//! A first convolution of stride 2 as one without stride: even and odd rows and columns of the clip become
//! channels of their own, so that 3 channels under 7 × 7 taps become 12 under 4 × 4.

use crate::block::{Block, LANES};
use crate::graph::Conv3d;
use crate::memory::View;
use crate::steps::geometry::Geometry;
use crate::steps::winograd::Filter;
use crate::steps::{Context, Step};

/// Clips into blocks whose lanes are `channel · 4 + odd row · 2 + odd column`.
pub(crate) struct HalvesStep {
    channels: usize,
    /// The clip.
    size: [usize; 3],
    /// Rows and columns of padding before it.
    before: [usize; 2],
    /// Rows and columns of the result.
    halves: [usize; 2],
    to: View,
}

/// A convolution without stride that does the same to the halves.
pub(crate) struct Halved {
    pub conv: Conv3d,
    pub geometry: Geometry,
}

impl Halved {
    /// Whether there is one, and of which filter.
    pub(crate) fn fits(conv: &Conv3d, g: &Geometry) -> Option<Filter> {
        let [_, channels, _, kh, kw] = conv.shape;
        let few = conv.groups == 1 && 4 * channels <= LANES && g.stride[1..] == [2, 2];
        match (kh.div_ceil(2), kw.div_ceil(2)) {
            (3, 3) if few => Some(Filter::Four),
            (4, 4) if few => Some(Filter::Three),
            _ => None,
        }
    }

    /// Blocks of a clip's halves.
    pub(crate) fn blocks(conv: &Conv3d, g: &Geometry) -> usize {
        let [h, w] = halves(conv, g);
        g.size[0] * h * w
    }

    pub(crate) fn new(conv: &Conv3d, g: &Geometry) -> Self {
        let [out, channels, kt, kh, kw] = conv.shape;
        let r = kh.div_ceil(2);
        let mut weight = vec![0.0; out * 4 * channels * kt * r * r];
        for (i, w) in conv.weight.iter().enumerate() {
            let (x, y, d) = (i % kw, i / kw % kh, i / kw / kh % kt);
            let channel = i / kw / kh / kt; // of all outputs
            let half = channel * 4 + y % 2 * 2 + x % 2;
            weight[((half * kt + d) * r + y / 2) * r + x / 2] = *w;
        }
        let [h, w] = halves(conv, g);
        let geometry = Geometry {
            size: [g.size[0], h, w],
            out: g.out,
            kernel: [kt, r, r],
            stride: [g.stride[0], 1, 1],
            pads: [g.pads[0], (0, 0), (0, 0)],
        };
        let plain = Conv3d::new([out, 4 * channels, kt, r, r], weight);
        Self { conv: Conv3d { bias: conv.bias.clone(), ..plain }, geometry }
    }
}

/// Rows and columns of the halves: as far as windows reach.
fn halves(conv: &Conv3d, g: &Geometry) -> [usize; 2] {
    let r = conv.shape[3].div_ceil(2);
    [g.out[1] + r - 1, g.out[2] + r - 1]
}

impl HalvesStep {
    pub(crate) fn new(conv: &Conv3d, g: &Geometry, to: View) -> Self {
        let before = [g.pads[1].0, g.pads[2].0];
        Self { channels: conv.shape[1], size: g.size, before, halves: halves(conv, g), to }
    }
}

impl Step for HalvesStep {
    fn tasks(&self, clips: usize) -> usize {
        clips * self.size[0]
    }

    fn run(&self, task: usize, context: &Context<'_>, _: &mut [Block]) {
        let [times, rows, columns] = self.size;
        let (clip, time) = (task / times, task % times);
        let [h, w] = self.halves;
        let out = context.slots[self.to.slot].at(self.to.block(clip, 0) + time * h * w, h * w);
        // SAFETY: checked by `at`; this clip's time is the task's own.
        let out = unsafe { std::slice::from_raw_parts_mut(out, h * w) };
        out.fill(Block::ZERO);
        let volume = rows * columns;
        for channel in 0..self.channels {
            let plane =
                &context.input[((clip * self.channels + channel) * times + time) * volume..];
            for (row, values) in plane[..volume].chunks_exact(columns).enumerate() {
                let (y, lane) = (row + self.before[0], channel * 4);
                let Some(out) = out.get_mut(y / 2 * w..(y / 2 + 1) * w) else { continue };
                let lane = lane + y % 2 * 2;
                // Pairs of an even and an odd column, but for a lone first one.
                let lone = self.before[1] % 2;
                let first = self.before[1] / 2;
                if let (1, Some(to)) = (lone, out.get_mut(first)) {
                    to.0[lane + 1] = values[0];
                }
                let (pairs, last) = values[lone.min(columns)..].as_chunks::<2>();
                let mut out = out.iter_mut().skip(first + lone);
                for ([even, odd], to) in pairs.iter().zip(&mut out) {
                    to.0[lane] = *even;
                    to.0[lane + 1] = *odd;
                }
                if let ([even], Some(to)) = (last, out.next()) {
                    to.0[lane] = *even;
                }
            }
        }
    }
}
