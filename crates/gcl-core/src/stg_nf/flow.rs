//! The normalizing flow: ActNorm, channel reversal and affine coupling, K times (STG-NF §3).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation};

use super::block::{BlockStatistics, Mode, StGcnBlock};
use super::tables::Tables;
use crate::rng::HostRng;

/// Keeps ActNorm's first scale finite where a channel is constant.
const DEVIATION_FLOOR: f32 = 1e-6;
/// Keeps a coupling invertible.
const SCALE_FLOOR: f32 = 1e-6;

/// The two channels of a batch of windows, `[batch, frames, joints]` each.
pub(crate) type Channels = [Tensor<3>; 2];

/// One step of the flow.
#[derive(Module, Debug)]
pub(crate) struct FlowStep {
    /// ActNorm's shift and log-scale, `[2]` each: y = (x + bias) · e^logs.
    pub(crate) bias: Param<Tensor<1>>,
    pub(crate) logs: Param<Tensor<1>>,
    pub(crate) block: StGcnBlock,
}

/// All steps.
#[derive(Module, Debug)]
pub(crate) struct Flow {
    pub(crate) steps: Vec<FlowStep>,
}

impl FlowStep {
    fn act_norm(&self, [x, y]: Channels) -> Channels {
        let scale = self.logs.val().exp();
        let one = |x: Tensor<3>, channel: usize| {
            let part = |p: Tensor<1>| p.narrow(0, channel, 1).reshape([1, 1, 1]);
            (x + part(self.bias.val())) * part(scale.clone())
        };
        [one(x, 0), one(y, 1)]
    }

    /// What the coupling does to the second channel, from the first: a shift and a scale in
    /// [0.88, 1], since the block's last ReLU keeps the raw scale from falling below 0.
    fn coupling(
        &self,
        first: Tensor<3>,
        tables: &Tables,
        mode: Mode,
    ) -> (Tensor<3>, Tensor<3>, Option<BlockStatistics>) {
        let ([shift, raw], statistics) = self.block.forward(first, tables, mode);
        let scale = activation::sigmoid(raw.add_scalar(2.0)).add_scalar(SCALE_FLOOR);
        (shift, scale, statistics)
    }

    /// One step from data towards the latent; also its log-determinant, `[batch]`.
    fn forward(
        &self,
        x: Channels,
        tables: &Tables,
        mode: Mode,
    ) -> (Channels, Tensor<1>, Option<BlockStatistics>) {
        let [batch, frames, joints] = x[0].dims();
        let [second, first] = self.act_norm(x);
        let (shift, scale, statistics) = self.coupling(first.clone(), tables, mode);
        let second = (second + shift) * scale.clone();
        let per_sample = scale.log().reshape([batch, frames * joints]).sum_dim(1).squeeze_dim(1);
        let log_det = per_sample + self.logs.val().sum().mul_scalar((frames * joints) as f32);
        ([first, second], log_det, statistics)
    }

    /// One step from the latent towards data.
    fn inverse(&self, [first, second]: Channels, tables: &Tables) -> Channels {
        let (shift, scale, _) = self.coupling(first.clone(), tables, Mode::Score);
        let second = second / scale - shift;
        let one = |y: Tensor<3>, channel: usize| {
            let part = |p: Tensor<1>| p.narrow(0, channel, 1).reshape([1, 1, 1]);
            y * part(self.logs.val().neg().exp()) - part(self.bias.val())
        };
        [one(second, 0), one(first, 1)]
    }

    /// The step with an ActNorm that gives these channels mean 0 and deviation 1.
    fn initialise(mut self, x: &Channels) -> FlowStep {
        let mean = Tensor::cat(x.iter().map(|c| c.clone().mean()).collect(), 0);
        let deviation = |(i, c): (usize, &Tensor<3>)| {
            let centred = c.clone() - mean.clone().narrow(0, i, 1).reshape([1, 1, 1]);
            centred.square().mean().sqrt()
        };
        let deviation = Tensor::cat(x.iter().enumerate().map(deviation).collect(), 0);
        let logs = deviation.add_scalar(DEVIATION_FLOOR).log().neg();
        self.bias = replace(self.bias, mean.neg());
        self.logs = replace(self.logs, logs);
        self
    }
}

/// A parameter of the same identity with another value.
pub(crate) fn replace(parameter: Param<Tensor<1>>, value: Tensor<1>) -> Param<Tensor<1>> {
    parameter.map(|old| match old.device().is_autodiff() {
        true => value.inner().autodiff().require_grad(),
        false => value,
    })
}

impl Flow {
    pub(crate) fn new(
        steps: usize,
        (sets, kernel): (usize, usize),
        rng: &mut HostRng,
        device: &Device,
    ) -> Flow {
        let zeros = || Param::from_tensor(Tensor::zeros([2], device));
        let step = |i: usize| {
            let block = StGcnBlock::new((sets, kernel), i > 0, rng, device);
            FlowStep { bias: zeros(), logs: zeros(), block }
        };
        Flow { steps: (0..steps).map(step).collect() }
    }

    /// From data to the latent: both channels, the log-determinant `[batch]`, and in training the
    /// batch statistics of every step.
    pub(crate) fn forward(
        &self,
        mut x: Channels,
        tables: &Tables,
        mode: Mode,
    ) -> (Channels, Tensor<1>, Vec<BlockStatistics>) {
        let mut total = Tensor::zeros([x[0].dims()[0]], &x[0].device());
        let mut statistics = Vec::new();
        for step in &self.steps {
            let (next, log_det, batch) = step.forward(x, tables, mode);
            x = next;
            total = total + log_det;
            statistics.extend(batch);
        }
        (x, total, statistics)
    }

    /// From the latent to data.
    pub(crate) fn inverse(&self, z: Channels, tables: &Tables) -> Channels {
        self.steps.iter().rev().fold(z, |z, step| step.inverse(z, tables))
    }

    /// The flow with every ActNorm set from a batch, each from what the steps before make of it.
    pub(crate) fn initialise(self, mut x: Channels, tables: &Tables) -> Flow {
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in self.steps {
            let step = step.initialise(&x);
            (x, _, _) = step.valid().forward(x, tables, Mode::Train);
            steps.push(step);
        }
        Flow { steps }
    }

    /// The flow with running statistics that have followed a batch.
    pub(crate) fn follow(self, statistics: Vec<BlockStatistics>) -> Flow {
        let followed = |(mut step, batch): (FlowStep, BlockStatistics)| {
            step.block = step.block.follow(batch);
            step
        };
        Flow { steps: self.steps.into_iter().zip(statistics).map(followed).collect() }
    }
}
