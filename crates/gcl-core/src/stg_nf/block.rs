//! The spatio-temporal graph convolution inside one coupling: one block of ST-GCN (Yan et al., AAAI
//! 2018, <https://arxiv.org/abs/1801.07455>).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};

use super::tables::Tables;
use crate::init::uniform;
use crate::norm::{BatchNorm, BatchStatistics, EPSILON};
use crate::rng::HostRng;

/// Output channels of a block: a shift and a raw scale.
pub(super) const OUT: usize = 2;

/// Whether batches are normalised by their own statistics or by the running ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Train,
    Score,
}

/// A bias that the next normalisation takes away again while training: what gradient it gets is
/// rounding, and Adamax would follow that as fast as any other.
fn constant(bias: &Param<Tensor<1>>) -> Tensor<1> {
    bias.val().detach()
}

/// One ST-GCN block: 1 channel in, 2 out. All parameters are flat, in their published order.
#[derive(Module, Debug)]
pub(crate) struct StGcnBlock {
    /// `[sets · 2]`, the 1×1 convolution before the mixing.
    pub(crate) gcn_weight: Param<Tensor<1>>,
    pub(crate) gcn_bias: Param<Tensor<1>>,
    pub(crate) norm_in: BatchNorm,
    /// `[2 · 2 · kernel]`, the temporal convolution.
    pub(crate) tcn_weight: Param<Tensor<1>>,
    pub(crate) tcn_bias: Param<Tensor<1>>,
    pub(crate) norm_out: BatchNorm,
    pub(crate) residual: Option<Residual>,
}

/// The way around a block: a 1×1 convolution and a normalisation.
#[derive(Module, Debug)]
pub(crate) struct Residual {
    pub(crate) weight: Param<Tensor<1>>,
    pub(crate) bias: Param<Tensor<1>>,
    pub(crate) norm: BatchNorm,
}

/// The batch statistics of a block's normalisations.
pub(crate) struct BlockStatistics {
    norm_in: BatchStatistics,
    norm_out: BatchStatistics,
    residual: Option<BatchStatistics>,
}

impl StGcnBlock {
    /// Convolutions as PyTorch draws them: weights and biases from U(±1/√fan_in).
    pub(crate) fn new(
        (sets, kernel): (usize, usize),
        with_residual: bool,
        rng: &mut HostRng,
        device: &Device,
    ) -> StGcnBlock {
        let mut draw = |count: usize, fan_in: usize| {
            let values = uniform(count, 1.0 / (fan_in as f32).sqrt(), rng);
            Param::from_tensor(Tensor::from_data(TensorData::from(values.as_slice()), device))
        };
        StGcnBlock {
            gcn_weight: draw(OUT * sets, 1),
            gcn_bias: draw(OUT * sets, 1),
            norm_in: BatchNorm::new(OUT, 1.0, device),
            tcn_weight: draw(OUT * OUT * kernel, OUT * kernel),
            tcn_bias: draw(OUT, OUT * kernel),
            norm_out: BatchNorm::new(OUT, 1.0, device),
            residual: with_residual.then(|| Residual {
                weight: draw(OUT, 1),
                bias: draw(OUT, 1),
                norm: BatchNorm::new(OUT, 1.0, device),
            }),
        }
    }

    /// The shift and the raw scale for one channel `[batch, frames, joints]`, each of its shape.
    /// Both are ≥ 0, by the block's last ReLU. Statistics come back in training.
    pub(crate) fn forward(
        &self,
        z: Tensor<3>,
        tables: &Tables,
        mode: Mode,
    ) -> ([Tensor<3>; 2], Option<BlockStatistics>) {
        let (mixed, norm_in, norm_out) = self.mix(z.clone(), tables, mode);
        let (around, residual) = match &self.residual {
            None => (None, None),
            Some(way) => {
                let (lines, statistics) = way.lines(z.clone(), mode);
                (Some(lines), statistics)
            }
        };
        let [batch, frames, joints] = z.dims();
        let output = |channel: usize| {
            let mixed = mixed.clone().narrow(1, channel, 1);
            let columns = mixed.dims()[0] / batch;
            let mixed = mixed.reshape([batch, columns, frames]).swap_dims(1, 2);
            activation::relu(match &around {
                None => mixed.expand([batch, frames, joints]),
                Some((slope, offset)) => {
                    let slope = slope.clone().narrow(0, channel, 1).reshape([1, 1, 1]);
                    let offset = offset.clone().narrow(0, channel, 1).reshape([1, 1, 1]);
                    z.clone() * slope + (mixed + offset)
                }
            })
        };
        let statistics = norm_in.zip(norm_out).map(|(norm_in, norm_out)| BlockStatistics {
            norm_in,
            norm_out,
            residual,
        });
        ([output(0), output(1)], statistics)
    }

    /// Graph and temporal convolution: `[batch · (joints or 1), 2, frames]`.
    fn mix(
        &self,
        z: Tensor<3>,
        tables: &Tables,
        mode: Mode,
    ) -> (Tensor<3>, Option<BatchStatistics>, Option<BatchStatistics>) {
        let [batch, frames, joints] = z.dims();
        let rows = z.reshape([batch * frames, joints]);
        let mut hidden: Option<Tensor<3>> = None;
        let sets = tables.mixing.iter().zip(&tables.sums).enumerate();
        for (set, (mixing, sum)) in sets {
            let columns = mixing.dims()[1];
            let mixed = rows.clone().matmul(mixing.clone()).reshape([batch, frames, columns]);
            let mixed = mixed.swap_dims(1, 2).reshape([batch * columns, 1, frames]);
            let part = |p: Tensor<1>| p.narrow(0, OUT * set, OUT);
            let weight = part(self.gcn_weight.val()).reshape([1, OUT, 1]);
            let bias = part(constant(&self.gcn_bias)).reshape([1, 1, OUT]) * sum.clone();
            let bias = bias.swap_dims(1, 2).repeat_dim(0, batch);
            let bias = bias.swap_dims(1, 2).reshape([batch * columns, OUT, 1]);
            let here = mixed * weight + bias;
            hidden = Some(match hidden {
                None => here,
                Some(sum) => sum + here,
            });
        }
        // There is at least one set: `Skeleton::adjacency` gives no empty list.
        let hidden = hidden.unwrap_or_else(|| Tensor::zeros([batch, OUT, frames], &rows.device()));
        let repeats = tables.joints * batch / hidden.dims()[0];
        let norm = |norm: &BatchNorm, x: Tensor<3>| match mode {
            Mode::Score => (norm.infer(x), None),
            Mode::Train => {
                let (x, statistics) = norm.train(x, repeats);
                (x, Some(statistics))
            }
        };
        let (hidden, norm_in) = norm(&self.norm_in, hidden);
        let n = hidden.dims()[0];
        let side = OUT * tables.frames;
        let weight = self.tcn_weight.val();
        let weight = Tensor::cat(vec![weight.clone(), Tensor::zeros([1], &weight.device())], 0);
        let weight = weight.select(0, tables.band.clone()).reshape([side, side]);
        let hidden = activation::relu(hidden).reshape([n, side]).matmul(weight);
        let hidden =
            hidden.reshape([n, OUT, frames]) + constant(&self.tcn_bias).reshape([1, OUT, 1]);
        let (hidden, norm_out) = norm(&self.norm_out, hidden);
        (hidden, norm_in, norm_out)
    }

    /// The block with running statistics that have followed a batch.
    pub(crate) fn follow(mut self, batch: BlockStatistics) -> StGcnBlock {
        self.norm_in = self.norm_in.follow(batch.norm_in);
        self.norm_out = self.norm_out.follow(batch.norm_out);
        self.residual = self.residual.zip(batch.residual).map(|(mut way, batch)| {
            way.norm = way.norm.follow(batch);
            way
        });
        self
    }
}

impl Residual {
    /// The slope and offset, `[2]` each, of the line that convolution and normalisation are
    /// together: on one input channel, the mean and variance of w·z + b follow from z's.
    fn lines(&self, z: Tensor<3>, mode: Mode) -> ((Tensor<1>, Tensor<1>), Option<BatchStatistics>) {
        let (weight, bias) = (self.weight.val(), constant(&self.bias));
        let (gamma, beta) = (self.norm.gamma.val(), self.norm.beta.val());
        let count = z.shape().num_elements();
        let (mean, variance, statistics) = match mode {
            Mode::Score => (self.norm.mean.val(), self.norm.variance.val(), None),
            Mode::Train => {
                let mean = z.clone().mean();
                let variance = (z - mean.clone().reshape([1, 1, 1])).square().mean();
                let mean = weight.clone() * mean + bias.clone();
                let variance = weight.clone().square() * variance;
                let (m, v) = (mean.clone().detach().inner(), variance.clone().detach().inner());
                let statistics = BatchStatistics { mean: m, variance: v, count };
                (mean, variance, Some(statistics))
            }
        };
        let scale = gamma / variance.add_scalar(EPSILON).sqrt();
        let offset = beta + (bias - mean) * scale.clone();
        ((weight * scale, offset), statistics)
    }
}
