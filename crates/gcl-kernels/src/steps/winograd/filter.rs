//! Which filter, and its weights.

use crate::block::{Block, LANES, blocks};
use crate::graph::Conv3d;
use crate::steps::geometry::Geometry;

/// F(m × m, r × r).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filter {
    /// F(2, 3).
    Two,
    /// F(4, 3).
    Four,
    /// F(3, 4).
    Three,
}

impl Filter {
    /// For profiles.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Two => "winograd 2",
            Self::Four => "winograd 4",
            Self::Three => "winograd 3",
        }
    }

    /// Outputs of a tile along one axis.
    pub(super) fn m(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
            Self::Three => 3,
        }
    }

    /// Inputs of a tile along one axis.
    pub(super) fn n(self) -> usize {
        if self == Self::Two { 4 } else { 6 }
    }

    /// One row of G times the taps along one axis.
    fn weigh(self, row: usize, taps: &[f64]) -> f64 {
        let (points, scales): (&[f64], &[f64]) = match self {
            Self::Two => (&[0.0, 1.0, -1.0], &[1.0, 0.5, 0.5]),
            _ => {
                let (sixth, last) = (-1.0 / 6.0, 1.0 / 24.0);
                (&[0.0, 1.0, -1.0, 2.0, -2.0], &[0.25, sixth, sixth, last, last])
            }
        };
        match points.get(row) {
            Some(point) => scales[row] * taps.iter().rev().fold(0.0, |sum, tap| sum * point + tap),
            None => taps[taps.len() - 1],
        }
    }

    /// The filter to be used, if this is the faster way: by an estimate of the time that arithmetic
    /// and fetching weights take for two clips on two threads. It must not depend on the plan's batch or
    /// threads, for they would then change the last bits of the results.
    pub(crate) fn for_conv(conv: &Conv3d, g: &Geometry) -> Option<Self> {
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
        let (filter, best) = if four < two { (Self::Four, four) } else { (Self::Two, two) };
        (best < direct).then_some(filter)
    }

    /// Transformed weights G w Gᵀ as `[unit, value of a tile, kt, blocks in, lanes, blocks out, 16]`, for
    /// `outputs` blocks out in units of at most `unit`.
    pub(super) fn pack(self, conv: &Conv3d, outputs: usize, unit: usize) -> Vec<Block> {
        let [_, inner, kt, _, r] = conv.shape;
        let (n, lanes) = (self.n(), LANES.min(inner));
        let per_time = blocks(inner) * lanes;
        let per_value = kt * per_time;
        let mut weights = vec![Block::ZERO; outputs * n * n * per_value];
        for (i, w) in conv.weight.chunks_exact(r * r).enumerate() {
            let (o, c, d) = (i / kt / inner, i / kt % inner, i % kt);
            let first = o / LANES / unit * unit;
            let (width, b) = (unit.min(outputs - first), o / LANES - first);
            let mut taps = [[0.0; 4]; 4];
            for (k, w) in w.iter().enumerate() {
                taps[k / r][k % r] = f64::from(*w);
            }
            for x in 0..n {
                // One column of w Gᵀ, then of G w Gᵀ.
                let column = taps.map(|row| self.weigh(x, &row[..r]));
                for y in 0..n {
                    let depth = d * per_time + c;
                    let at = (first * n * n + (y * n + x) * width) * per_value + depth * width + b;
                    weights[at].0[o % LANES] = self.weigh(y, &column[..r]) as f32;
                }
            }
        }
        weights
    }
}
