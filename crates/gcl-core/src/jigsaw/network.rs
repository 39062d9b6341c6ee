//! The network that solves puzzles (Wang et al., ECCV 2022, "Video anomaly detection by solving
//! decoupled spatio-temporal jigsaw puzzles", §3.2, <https://arxiv.org/abs/2207.10172>).

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::module::{batch_norm_train, conv2d, conv3d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::init::{Init, linear, uniform};
use crate::norm::EPSILON;
use crate::rng::HostRng;

/// Places that a cube's patches can have.
pub(super) const PATCHES: usize = 9;

/// Convolutions over time and space, then one classifier for each kind of puzzle.
#[derive(Module, Debug)]
pub(crate) struct JigsawNetwork {
    /// `[out, in, 3, 3, 3]` each, without bias.
    pub(crate) volumes: Vec<Param<Tensor<5>>>,
    /// `[out, out, 3, 3]`, once time is gone.
    pub(crate) plane: Param<Tensor<4>>,
    pub(crate) plane_bias: Param<Tensor<1>>,
    pub(crate) temporal: Vec<Linear>,
    pub(crate) spatial: Vec<Linear>,
}

impl JigsawNetwork {
    /// A network for cubes of `frames` frames of `side`×`side` pixels, with `width` channels in
    /// the first two layers and twice as many in the others.
    pub(crate) fn new(
        (frames, side): (usize, usize),
        (width, hidden): (usize, usize),
        rng: &mut HostRng,
        device: &Device,
    ) -> JigsawNetwork {
        let wide = 2 * width;
        let channels = [3, width, width, wide, wide, wide, wide];
        let mut draw = |count: usize, fan_in: usize| {
            TensorData::from(uniform(count, 1.0 / (fan_in as f32).sqrt(), rng).as_slice())
        };
        let volumes = channels.windows(2).map(|c| {
            let values = Tensor::<1>::from_data(draw(c[0] * c[1] * 27, c[0] * 27), device);
            Param::from_tensor(values.reshape([c[1], c[0], 3, 3, 3]))
        });
        let volumes = volumes.collect();
        let plane = Tensor::<1>::from_data(draw(wide * wide * 9, wide * 9), device);
        let plane_bias = Tensor::from_data(draw(wide, wide * 9), device);
        // Three poolings before and one after the plane convolution.
        let flat = wide * (side / 16).pow(2);
        let mut classifier = |classes: usize| {
            [(flat, hidden), (hidden, classes)]
                .map(|(a, b)| linear(a, b, Init::KaimingUniform, rng, device))
                .to_vec()
        };
        JigsawNetwork {
            volumes,
            plane: Param::from_tensor(plane.reshape([wide, wide, 3, 3])),
            plane_bias: Param::from_tensor(plane_bias),
            temporal: classifier(frames * frames),
            spatial: classifier(PATCHES * PATCHES),
        }
    }

    /// Cubes `[b, 3, t, side, side]` → log-odds of each frame's place `[b, t, t]` and of each
    /// patch's place `[b, 9, 9]`. The mask, while training, drops whole channels: `[b, c, 1, 1]`.
    pub(crate) fn forward(
        &self,
        cubes: Tensor<5>,
        mask: Option<Tensor<4>>,
    ) -> (Tensor<3>, Tensor<3>) {
        let [batch, _, frames, _, _] = cubes.dims();
        let last = self.volumes.len() - 1;
        let mut x = cubes;
        for (i, weight) in self.volumes.iter().enumerate() {
            let same = ConvOptions::new([1; 3], [1; 3], [1; 3], 1);
            x = activation::relu(instance_norm(conv3d(x, weight.val(), None, same)));
            if i % 2 == 1 {
                x = max_pool3d(x, i == last);
            }
        }
        let x = x.squeeze_dim::<4>(2);
        let same = ConvOptions::new([1; 2], [1; 2], [1; 2], 1);
        // The normalisation takes the bias away again; it is kept for weights from elsewhere.
        let bias = self.plane_bias.val().detach();
        let x = conv2d(x, self.plane.val(), Some(bias), same);
        let x = activation::relu(instance_norm(x));
        let x = match mask {
            None => x,
            Some(mask) => x * mask,
        };
        let x = max_pool2d(x, halves());
        let flat = x.reshape([batch as i32, -1]);
        let classify = |layers: &[Linear]| {
            let hidden = activation::relu(layers[0].forward(flat.clone()));
            layers[1].forward(hidden)
        };
        let temporal = classify(&self.temporal).reshape([batch, frames, frames]);
        let spatial = classify(&self.spatial).reshape([batch, PATCHES, PATCHES]);
        (temporal, spatial)
    }
}

/// Each channel of each sample to mean 0 and variance 1 over all other dimensions.
fn instance_norm<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    // A batch normalisation of one sample with as many channels as there are in all samples.
    let shape = x.dims();
    let (rows, device) = (shape[0] * shape[1], x.device());
    let flat = x.reshape([1, rows as i32, -1]);
    let (ones, zeros) = (Tensor::ones([rows], &device), Tensor::zeros([rows], &device));
    batch_norm_train(flat, ones, zeros, EPSILON).output.reshape(shape)
}

/// Pooling of 2×2 pixels.
fn halves() -> MaxPoolOptions<2> {
    MaxPoolOptions::new([2, 2]).with_stride([2, 2])
}

/// The maxima of blocks of 2×2 pixels, and of all frames if `over_time`.
///
/// Burn has no 3-D pooling. A maximum is separable: first over space, frame by frame, then over
/// time.
fn max_pool3d(x: Tensor<5>, over_time: bool) -> Tensor<5> {
    let [b, c, t, h, w] = x.dims();
    let planes = max_pool2d(x.reshape([b * c, t, h, w]), halves());
    let pooled = planes.reshape([b, c, t, h / 2, w / 2]);
    match over_time {
        true => pooled.max_dim(2),
        false => pooled,
    }
}
