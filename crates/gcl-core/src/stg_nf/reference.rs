//! STG-NF's flow as the paper and its code state it (Hirschorn & Avidan, "Normalizing flows for
//! human pose anomaly detection", ICCV 2023, §3, <https://arxiv.org/abs/2211.10946>), in plain
//! layers.
//!
//! Nothing runs it but the tests, which hold the fast form in `flow.rs` and `block.rs` to it.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, PaddingConfig2d};
use burn::tensor::{Tensor, TensorData, activation};

use super::block::StGcnBlock;
use super::flow::{Flow, FlowStep};
use super::{Partition, Skeleton, StgNf, StgNfConfig};
use crate::golden::{close, devices, disturb, host, random};

/// ST-GCN: a graph convolution over joints, then one over time, and a way around both.
struct StGcn {
    /// 1×1, to 2 channels for each of the adjacency's sets.
    gcn: Conv2d,
    /// A, `[sets, joints, joints]`.
    adjacency: Tensor<3>,
    norm_in: BatchNorm,
    /// kernel×1.
    tcn: Conv2d,
    norm_out: BatchNorm,
    /// 1×1 and a normalisation; the first step has none.
    residual: Option<(Conv2d, BatchNorm)>,
}

impl StGcn {
    /// `[n, 1, t, v]` → `[n, 2, t, v]`
    fn forward(&self, z: Tensor<4>) -> Tensor<4> {
        let [sets, _, _] = self.adjacency.dims();
        let h = self.gcn.forward(z.clone());
        // einsum("nkctv,kvw->nctw")
        let mix = |k: usize| {
            h.clone().narrow(1, 2 * k, 2).matmul(self.adjacency.clone().narrow(0, k, 1).unsqueeze())
        };
        let h = (1..sets).fold(mix(0), |sum, k| sum + mix(k));
        let h = self.tcn.forward(activation::relu(self.norm_in.forward(h)));
        let h = self.norm_out.forward(h);
        activation::relu(match &self.residual {
            None => h,
            Some((conv, norm)) => h + norm.forward(conv.forward(z)),
        })
    }
}

/// One step: ActNorm, the channels in reverse order, affine coupling.
struct Step {
    /// ActNorm's, `[1, 2, 1, 1]` each.
    bias: Tensor<4>,
    logs: Tensor<4>,
    block: StGcn,
}

impl Step {
    /// `[n, 2, t, v]` → the same shape, and the log-determinant `[n]`.
    fn forward(&self, x: Tensor<4>) -> (Tensor<4>, Tensor<1>) {
        let [_, _, t, v] = x.dims();
        let x = (x + self.bias.clone()) * self.logs.clone().exp();
        let x = x.flip([1]);

        let (first, second) = (x.clone().narrow(1, 0, 1), x.narrow(1, 1, 1));
        let h = self.block.forward(first.clone());
        let shift = h.clone().narrow(1, 0, 1);
        let scale = activation::sigmoid(h.narrow(1, 1, 1) + 2.0) + 1e-6;
        let second = (second + shift) * scale.clone();

        let log_det = sum(scale.log()) + self.logs.clone().sum() * (t * v) as f32;
        (Tensor::cat(vec![first, second], 1), log_det)
    }
}

/// The sum of each sample.
fn sum(x: Tensor<4>) -> Tensor<1> {
    x.flatten::<2>(1, 3).sum_dim(1).squeeze_dim(1)
}

/// Windows `[n, 2, t, v]` → latents of the same shape, and −log p in bits per dimension under
/// N(R, 1): their score.
fn forward(steps: &[Step], mut x: Tensor<4>, r: f32) -> (Tensor<4>, Tensor<1>) {
    let [n, _, t, v] = x.dims();
    let mut log_det = Tensor::zeros([n], &x.device());
    for step in steps {
        let (next, here) = step.forward(x);
        (x, log_det) = (next, log_det + here);
    }
    let log_normal = ((x.clone() - r).square() + std::f32::consts::TAU.ln()) * -0.5;
    let bits = (2 * t * v) as f32 * std::f32::consts::LN_2;
    (x, (sum(log_normal) + log_det).neg() / bits)
}

/// A convolution with weights that are stored flat, in the order of `[out, in, kernel, 1]`.
fn conv(weight: &Param<Tensor<1>>, bias: &Param<Tensor<1>>, input: usize, kernel: usize) -> Conv2d {
    let output = bias.dims()[0];
    let pad = kernel / 2;
    let config = Conv2dConfig::new([input, output], [kernel, 1])
        .with_padding(PaddingConfig2d::Explicit(pad, 0, pad, 0));
    Conv2d {
        weight: Param::from_tensor(weight.val().reshape([output, input, kernel, 1])),
        bias: Some(Param::from_tensor(bias.val())),
        ..config.init(&weight.device())
    }
}

fn reference(fast: &Flow, adjacency: &Tensor<3>, kernel: usize) -> Vec<Step> {
    let block = |fast: &StGcnBlock| StGcn {
        gcn: conv(&fast.gcn_weight, &fast.gcn_bias, 1, 1),
        adjacency: adjacency.clone(),
        norm_in: fast.norm_in.layer(),
        tcn: conv(&fast.tcn_weight, &fast.tcn_bias, 2, kernel),
        norm_out: fast.norm_out.layer(),
        residual: fast
            .residual
            .as_ref()
            .map(|way| (conv(&way.weight, &way.bias, 1, 1), way.norm.layer())),
    };
    let step = |fast: &FlowStep| Step {
        bias: fast.bias.val().reshape([1, 2, 1, 1]),
        logs: fast.logs.val().reshape([1, 2, 1, 1]),
        block: block(&fast.block),
    };
    fast.steps.iter().map(step).collect()
}

/// Where all joints mix alike the fast form computes them once; a split skeleton has several sets.
#[test]
#[allow(clippy::unwrap_used)]
fn the_fast_flow_equals_the_papers() {
    let split = Skeleton { partition: Partition::Spatial, max_hop: 2, ..Skeleton::openpose18() };
    for skeleton in [Skeleton::openpose18(), split] {
        for (name, device) in devices() {
            let config = StgNfConfig { steps: 3, ..StgNfConfig::new(8) };
            let config = StgNfConfig { skeleton: skeleton.clone(), ..config };
            let (r, kernel) = (config.prior_mean, config.kernel);
            let mut model = StgNf::new(config, 0, &device).unwrap();
            model.learner.set_module(disturb(model.learner.module().clone(), 1));

            let (v, sets) = (skeleton.joints, skeleton.adjacency().unwrap());
            let data = TensorData::new(sets.concat(), [sets.len(), v, v]);
            let adjacency = Tensor::from_data(data, &device);
            let papers = reference(&model.learner.module().valid(), &adjacency, kernel);

            let windows = random([3, 2, 8, v], 2, &device);
            let (z, nll) = model.forward(windows.clone()).unwrap();
            let (their_z, their_nll) = forward(&papers, windows, r);
            close(&format!("{name}, latents"), &host(z), &host(their_z), 1e-5, 1e-5);
            close(&format!("{name}, scores"), &host(nll), &host(their_nll), 1e-5, 1e-5);
        }
    }
}
