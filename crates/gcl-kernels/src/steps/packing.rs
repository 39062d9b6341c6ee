//! Convolution weights in the order in which tiles read them.

use crate::block::{Block, LANES, blocks, in_blocks};
use crate::graph::{Conv3d, Linear};
use crate::steps::part;

/// Weights of a convolution, or of a linear layer, which is one of a single place.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a> {
    shape: [usize; 5],
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    groups: usize,
}

impl<'a> From<&'a Conv3d> for Layer<'a> {
    fn from(conv: &'a Conv3d) -> Self {
        let Conv3d { shape, weight, bias, groups, .. } = conv;
        Self { shape: *shape, weight, bias: bias.as_deref(), groups: *groups }
    }
}

impl<'a> From<&'a Linear> for Layer<'a> {
    fn from(linear: &'a Linear) -> Self {
        let [out, inner] = linear.shape;
        let bias = linear.bias.as_deref();
        Self { shape: [out, inner, 1, 1, 1], weight: &linear.weight, bias, groups: 1 }
    }
}

impl Layer<'_> {
    fn taps(&self) -> usize {
        self.shape[2..].iter().product()
    }
}

/// Weights as `[set, chunk, unit, depth, 16 in, blocks out, 16 out]`.
///
/// A set is a number of output blocks that see the same input blocks: the whole layer if it has one
/// group; one group if groups are whole blocks; otherwise one output block with every input block that
/// any of its groups touches, and zeros where groups do not meet. A unit is what one tile covers. The
/// depth (taps × input blocks) is cut into chunks so that a unit's weights stay in the first-level cache.
pub(crate) struct PackedWeights {
    pub weights: Vec<Block>,
    /// One block an output block.
    pub bias: Vec<Block>,
    /// First input block of each set.
    pub set_start: Vec<usize>,
    /// Input blocks of every set.
    pub set_inputs: usize,
    /// Output blocks of every set.
    pub set_outputs: usize,
    /// Output blocks of a unit, except perhaps a set's last.
    pub unit: usize,
    pub chunks: usize,
    /// Taps × input blocks of a set.
    pub depth: usize,
}

impl PackedWeights {
    /// Packs for tiles of at most `unit` output blocks and chunks of at most `chunk` depth.
    pub(crate) fn new(conv: Layer<'_>, unit: usize, chunk: usize) -> Self {
        let [out, inner, ..] = conv.shape;
        let outer = out / conv.groups;
        let whole = inner.is_multiple_of(LANES) && outer.is_multiple_of(LANES);
        let all = blocks(inner * conv.groups);
        let (sets, set_inputs, set_outputs, set_start): (_, _, _, Vec<usize>) = if conv.groups == 1
        {
            (1, all, blocks(out), vec![0])
        } else if whole {
            let (i, o) = (inner / LANES, outer / LANES);
            (conv.groups, i, o, (0..conv.groups).map(|g| g * i).collect())
        } else {
            let sets = blocks(out);
            let reach = |set: usize| {
                let last = (set * LANES + LANES - 1).min(out - 1);
                let (from, to) = (set * LANES / outer * inner, (last / outer + 1) * inner - 1);
                (from / LANES, to / LANES + 1)
            };
            let most = (0..sets).map(|s| reach(s).1 - reach(s).0).max().unwrap_or(1);
            (sets, most, 1, (0..sets).map(|s| reach(s).0.min(all - most)).collect())
        };
        let depth = set_inputs * conv.taps();
        let chunks = depth.div_ceil(chunk);
        let unit = unit.min(set_outputs);
        let (weights, bias) = (Vec::new(), Vec::new());
        let mut packed =
            Self { weights, bias, set_start, set_inputs, set_outputs, unit, chunks, depth };
        packed.weights = vec![Block::ZERO; sets * set_outputs * depth * LANES];
        packed.fill(conv);
        packed.bias = in_blocks(conv.bias.unwrap_or_default(), blocks(out));
        packed
    }

    /// Units of a set.
    pub(crate) fn units(&self) -> usize {
        self.set_outputs.div_ceil(self.unit)
    }

    /// Output blocks of a set's unit: the first, and how many.
    pub(crate) fn outputs(&self, unit: usize) -> (usize, usize) {
        let first = unit * self.unit;
        (first, self.unit.min(self.set_outputs - first))
    }

    /// Where the weights of a unit begin.
    pub(crate) fn offset(&self, set: usize, chunk: usize, unit: usize) -> usize {
        let range = part(self.depth, self.chunks, chunk);
        let whole_chunks = (set * self.depth + range.start) * self.set_outputs;
        (whole_chunks + unit * self.unit * range.len()) * LANES
    }

    fn fill(&mut self, conv: Layer<'_>) {
        let [out, inner, ..] = conv.shape;
        let outer = out / conv.groups;
        let taps = conv.taps();
        for o in 0..out {
            let (block, group) = (o / LANES, o / outer);
            let (set, in_set) = (block / self.set_outputs, block % self.set_outputs);
            let (unit, in_unit) = (in_set / self.unit, in_set % self.unit);
            let width = self.outputs(unit).1;
            for chunk in 0..self.chunks {
                let range = part(self.depth, self.chunks, chunk);
                let start = self.offset(set, chunk, unit);
                for (k, d) in range.enumerate() {
                    let (tap, i) = (d / self.set_inputs, d % self.set_inputs);
                    for lane in 0..LANES {
                        let channel = (self.set_start[set] + i) * LANES + lane;
                        if channel / inner != group || channel >= inner * conv.groups {
                            continue;
                        }
                        let w = conv.weight[(o * inner + channel % inner) * taps + tap];
                        let at = start + (k * LANES + lane) * width + in_unit;
                        self.weights[at].0[o % LANES] = w;
                    }
                }
            }
        }
    }
}
