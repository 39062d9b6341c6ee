//! RTFM's network as the paper and its code state it (Tian et al., "Weakly-supervised video anomaly
//! detection with robust temporal feature magnitude learning", ICCV 2021,
//! <https://arxiv.org/abs/2101.10030>), in plain layers.
//!
//! Nothing runs it but the tests, which hold the fast form in `network.rs` to it.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv1d, Conv1dConfig};
use burn::nn::{BatchNorm, Linear, PaddingConfig1d};
use burn::tensor::{Tensor, activation};

use super::network::{HeadMasks, NonLocal, RtfmNetwork, TimeConv};
use crate::golden::{close, devices, disturb, host, random};
use crate::rng::stream;

/// Convolution over time, ReLU, batch normalisation.
struct Conv {
    conv: Conv1d,
    norm: BatchNorm,
}

impl Conv {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.norm.forward(activation::relu(self.conv.forward(x)))
    }
}

/// TSA, temporal self-attention: a non-local block without softmax; all convolutions are 1×1.
struct Tsa {
    g: Conv1d,
    theta: Conv1d,
    phi: Conv1d,
    w_z: Conv1d,
    norm: BatchNorm,
}

impl Tsa {
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let snippets = x.dims()[2];
        let (g, theta, phi) =
            (self.g.forward(x.clone()), self.theta.forward(x.clone()), self.phi.forward(x.clone()));
        // [n, t, t]: how much each snippet takes from every other.
        let attention = theta.swap_dims(1, 2).matmul(phi) / snippets as f32;
        let y = attention.matmul(g.swap_dims(1, 2)).swap_dims(1, 2);
        x + self.norm.forward(self.w_z.forward(y))
    }
}

/// MTN, the multi-scale temporal network, then the classifier of snippets.
struct Rtfm {
    /// PDC, the pyramid of dilated convolutions: dilations 1, 2 and 4.
    pdc: [Conv; 3],
    /// 1×1, before the self-attention.
    reduce: Conv1d,
    tsa: Tsa,
    fuse: Conv,
    fc1: Linear,
    fc2: Linear,
    fc3: Linear,
}

impl Rtfm {
    /// Features `[n, t, d]` → features X of the same shape, whose magnitudes RTFM ranks, and the
    /// snippets' scores `[n, t]`.
    fn forward(&self, features: Tensor<3>, masks: Option<&HeadMasks>) -> (Tensor<3>, Tensor<2>) {
        let dropout = |x: Tensor<3>, i: usize| match masks {
            None => x,
            Some(HeadMasks(masks)) => x * masks[i].clone(),
        };
        let x = features.swap_dims(1, 2);
        let [one, two, four] = &self.pdc;
        let attended = self.tsa.forward(activation::relu(self.reduce.forward(x.clone())));
        let scales =
            vec![one.forward(x.clone()), two.forward(x.clone()), four.forward(x.clone()), attended];
        let x = self.fuse.forward(Tensor::cat(scales, 1)) + x;
        let features = dropout(x.swap_dims(1, 2), 0);

        let hidden = dropout(activation::relu(self.fc1.forward(features.clone())), 1);
        let hidden = dropout(activation::relu(self.fc2.forward(hidden)), 2);
        let scores = activation::sigmoid(self.fc3.forward(hidden));
        (features, scores.squeeze_dim(2))
    }
}

/// The layer with the weights of a fast convolution.
fn conv(fast: &TimeConv, dilation: usize) -> Conv1d {
    let taps = fast.taps.iter().map(|tap| tap.val().transpose()).collect();
    conv1d(Tensor::stack(taps, 2), fast.bias.as_ref().map(Param::val), dilation)
}

fn pointwise(fast: &Linear) -> Conv1d {
    let weight = fast.weight.val().transpose().unsqueeze_dim(2);
    conv1d(weight, fast.bias.as_ref().map(Param::val), 1)
}

fn conv1d(weight: Tensor<3>, bias: Option<Tensor<1>>, dilation: usize) -> Conv1d {
    let [output, input, taps] = weight.dims();
    let pad = dilation * (taps / 2);
    let config = Conv1dConfig::new(input, output, taps)
        .with_dilation(dilation)
        .with_padding(PaddingConfig1d::Explicit(pad, pad));
    let layer = config.init(&weight.device());
    // Detached: a parameter must be a leaf of the graph, and a rearranged one is not.
    Conv1d {
        weight: Param::from_tensor(weight.detach()),
        bias: bias.map(Param::from_tensor),
        ..layer
    }
}

fn reference(fast: &RtfmNetwork) -> Rtfm {
    let scale = |i: usize| Conv {
        conv: conv(&fast.pyramid[i], 1 << i),
        norm: fast.pyramid_norms[i].layer(),
    };
    let NonLocal { g, theta, phi, out, norm } = &fast.non_local;
    let [g, theta, phi, w_z] = [g, theta, phi, out].map(pointwise);
    Rtfm {
        pdc: [0, 1, 2].map(scale),
        reduce: conv(&fast.narrow, 1),
        tsa: Tsa { g, theta, phi, w_z, norm: norm.layer() },
        fuse: Conv { conv: conv(&fast.fuse, 1), norm: fast.fuse_norm.layer() },
        fc1: fast.head[0].clone(),
        fc2: fast.head[1].clone(),
        fc3: fast.head[2].clone(),
    }
}

/// 2 snippets are fewer than the dilations reach; with 9, the attention is multiplied in the
/// other order.
#[test]
fn the_fast_network_equals_the_papers() {
    for (name, device) in devices() {
        let network = RtfmNetwork::new(16, &mut stream(0, "rtfm", 0), &device.clone().autodiff());
        let network = disturb(network, 1);
        for t in [2, 9] {
            let x = random([3, t, 16], 2, &device);
            let check =
                |mode: &str, fast: &RtfmNetwork, x: Tensor<3>, masks: Option<&HeadMasks>| {
                    let (features, scores, _) = fast.forward(x.clone(), masks);
                    let (their_features, their_scores) = reference(fast).forward(x, masks);
                    let what = format!("{name}, {mode}, {t} snippets");
                    close(&what, &host(features), &host(their_features), 1e-5, 1e-5);
                    close(&what, &host(scores), &host(their_scores), 1e-5, 0.0);
                };
            check("scoring", &network.valid(), x.clone(), None);
            // On the autodiff device burn's layer normalises by the batch.
            let masks = [16, 4, 1].map(|c| random([3, t, c], 3, &device).autodiff());
            check("training", &network, x.autodiff(), Some(&HeadMasks(masks)));
        }
    }
}
