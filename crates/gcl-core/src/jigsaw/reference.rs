//! The puzzle solver as the paper and its code state it (Wang et al., "Video anomaly detection by
//! solving decoupled spatio-temporal jigsaw puzzles", ECCV 2022, §3.2,
//! <https://arxiv.org/abs/2207.10172>), in plain layers.
//!
//! Nothing runs it but the tests, which hold the fast form in `network.rs` to it.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig, Conv3d, Conv3dConfig};
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{InstanceNormConfig, Linear, PaddingConfig2d, PaddingConfig3d};
use burn::tensor::{Tensor, activation};

use super::network::{JigsawNetwork, PATCHES};
use crate::golden::{close, devices, disturb, host, random};
use crate::rng::stream;

/// Seven convolutions, then two classifiers on what they see.
struct WideBranchNet {
    conv1: [Conv3d; 2],
    conv2: [Conv3d; 2],
    conv3: [Conv3d; 2],
    /// Once the frames have been pooled away.
    conv4: Conv2d,
    /// Temporal: which place each frame comes from.
    classifier_1: [Linear; 2],
    /// Spatial: which place each patch comes from.
    classifier_2: [Linear; 2],
}

impl WideBranchNet {
    /// Cubes `[b, 3, t, side, side]` → log-odds of the places of frames `[b, t, t]` and of patches
    /// `[b, 9, 9]`. Dropout takes whole channels: `[b, c, 1, 1]`.
    fn forward(&self, cubes: Tensor<5>, dropout: Option<Tensor<4>>) -> (Tensor<3>, Tensor<3>) {
        let [b, _, t, _, _] = cubes.dims();
        let x = max_pool3d(volumes(&self.conv1, cubes), 1);
        let x = max_pool3d(volumes(&self.conv2, x), 1);
        let x = max_pool3d(volumes(&self.conv3, x), t);
        let x = activation::relu(instance_norm(self.conv4.forward(x.squeeze_dim(2))));
        let x = match dropout {
            None => x,
            Some(factors) => x * factors,
        };
        let x = MaxPool2dConfig::new([2, 2]).init().forward(x).flatten::<2>(1, 3);
        let classify =
            |[hidden, out]: &[Linear; 2]| out.forward(activation::relu(hidden.forward(x.clone())));
        let temporal = classify(&self.classifier_1).reshape([b, t, t]);
        let spatial = classify(&self.classifier_2).reshape([b, PATCHES, PATCHES]);
        (temporal, spatial)
    }
}

/// Two times: convolution, instance normalisation, ReLU.
fn volumes(layers: &[Conv3d; 2], x: Tensor<5>) -> Tensor<5> {
    layers.iter().fold(x, |x, conv| activation::relu(instance_norm(conv.forward(x))))
}

/// Without learnt scale and shift.
fn instance_norm<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    InstanceNormConfig::new(x.dims()[1]).with_affine(false).init(&x.device()).forward(x)
}

/// The maxima of blocks of `frames`×2×2, one dimension after the other: burn has no such layer.
fn max_pool3d(x: Tensor<5>, frames: usize) -> Tensor<5> {
    let [b, c, t, height, width] = x.dims();
    let (t, h, w) = (t / frames, height / 2, width / 2);
    let x = x.reshape([b * c * t, frames, height * width]).max_dim(1);
    let x = x.reshape([b * c * t * h, 2, width]).max_dim(1);
    let x = x.reshape([b * c * t * h * w, 2, 1]).max_dim(1);
    x.reshape([b, c, t, h, w])
}

fn reference(fast: &JigsawNetwork) -> WideBranchNet {
    // Detached, so that the copies are parameters of their own.
    let volume = |i: usize| {
        let weight = fast.volumes[i].val().detach();
        let [output, input, ..] = weight.dims();
        let config = Conv3dConfig::new([input, output], [3; 3])
            .with_padding(PaddingConfig3d::Explicit(1, 1, 1))
            .with_bias(false);
        Conv3d { weight: Param::from_tensor(weight.clone()), ..config.init(&weight.device()) }
    };
    let [output, input, ..] = fast.plane.dims();
    let plane = Conv2dConfig::new([input, output], [3; 2])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init(&fast.plane.device());
    let classifier = |layers: &[Linear]| [layers[0].clone(), layers[1].clone()];
    WideBranchNet {
        conv1: [0, 1].map(volume),
        conv2: [2, 3].map(volume),
        conv3: [4, 5].map(volume),
        conv4: Conv2d {
            weight: Param::from_tensor(fast.plane.val().detach()),
            bias: Some(Param::from_tensor(fast.plane_bias.val().detach())),
            ..plane
        },
        classifier_1: classifier(&fast.temporal),
        classifier_2: classifier(&fast.spatial),
    }
}

#[test]
fn the_fast_network_equals_the_papers() {
    for (name, device) in devices() {
        let mut rng = stream(0, "jigsaw", 0);
        let network = JigsawNetwork::new((3, 32), (2, 5), &mut rng, &device.clone().autodiff());
        let network = disturb(network, 1);
        let cubes = random([2, 3, 3, 32, 32], 2, &device);
        let check =
            |mode: &str, fast: &JigsawNetwork, cubes: Tensor<5>, mask: Option<Tensor<4>>| {
                let (temporal, spatial) = fast.forward(cubes.clone(), mask.clone());
                let (their_temporal, their_spatial) = reference(fast).forward(cubes, mask);
                let what = format!("{name}, {mode}");
                close(&what, &host(temporal), &host(their_temporal), 1e-5, 1e-5);
                close(&what, &host(spatial), &host(their_spatial), 1e-5, 1e-5);
            };
        check("scoring", &network.valid(), cubes.clone(), None);
        let mask = random([2, 4, 1, 1], 3, &device).autodiff();
        check("training", &network, cubes.autodiff(), Some(mask));
    }
}
