//! The multi-scale temporal network and the classifier of RTFM, arranged for speed. `reference.rs`
//! is the same network in plain layers, to read first; a test holds both to be equal.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::init::{Init, linear, uniform};
use crate::norm::{BatchNorm, BatchStatistics};
use crate::rng::HostRng;

/// A convolution over time that keeps the length: one matrix for each tap.
///
/// Taps are applied before the shift in time, which costs less, since outputs are narrower than
/// inputs.
#[derive(Module, Debug)]
pub(crate) struct TimeConv {
    /// `[in, out]` each; an odd number.
    pub(crate) taps: Vec<Param<Tensor<2>>>,
    pub(crate) bias: Option<Param<Tensor<1>>>,
    dilation: usize,
}

impl TimeConv {
    /// Xavier-uniform weights, zero bias.
    fn new(
        (input, output): (usize, usize),
        (taps, dilation): (usize, usize),
        bias: bool,
        rng: &mut HostRng,
        device: &Device,
    ) -> TimeConv {
        let bound = (6.0 / (taps * (input + output)) as f32).sqrt();
        let mut tap = || {
            let values = TensorData::new(uniform(input * output, bound, rng), [input, output]);
            Param::from_tensor(Tensor::from_data(values, device))
        };
        TimeConv {
            taps: (0..taps).map(|_| tap()).collect(),
            bias: bias.then(|| Param::from_tensor(Tensor::zeros([output], device))),
            dilation,
        }
    }

    /// `[n, t, in]` → `[n, t, out]`, zeros before and after.
    pub(crate) fn forward(&self, x: &Tensor<3>) -> Tensor<3> {
        let [n, t, input] = x.dims();
        let rows = x.clone().reshape([n * t, input]);
        let centre = self.taps.len() / 2;
        let one = |i: usize| {
            let weight = self.taps[i].val();
            let output = weight.dims()[1];
            rows.clone().matmul(weight).reshape([n, t, output])
        };
        let mut sum = one(centre);
        if let Some(bias) = &self.bias {
            sum = sum + bias.val().reshape([1, 1, -1]);
        }
        for i in (0..self.taps.len()).filter(|i| *i != centre) {
            let shift = self.dilation * i.abs_diff(centre);
            if shift < t {
                // Tap i sees frame t + (i − centre) · dilation.
                sum = sum + shifted(one(i), shift, i > centre);
            }
        }
        sum
    }
}

/// Moves a sequence by `shift` < t places, to the front if `forward`; zeros enter.
fn shifted(x: Tensor<3>, shift: usize, to_front: bool) -> Tensor<3> {
    let [n, t, c] = x.dims();
    let zeros = Tensor::zeros([n, shift, c], &x.device());
    match to_front {
        true => Tensor::cat(vec![x.narrow(1, shift, t - shift), zeros], 1),
        false => Tensor::cat(vec![zeros, x.narrow(1, 0, t - shift)], 1),
    }
}

/// A non-local block: every snippet attends to every other of its video, without softmax.
#[derive(Module, Debug)]
pub(crate) struct NonLocal {
    pub(crate) g: Linear,
    pub(crate) theta: Linear,
    pub(crate) phi: Linear,
    pub(crate) out: Linear,
    /// Starts with scale and shift 0, so that the block starts as the identity.
    pub(crate) norm: BatchNorm,
}

impl NonLocal {
    fn forward(&self, x: Tensor<3>, training: bool) -> (Tensor<3>, Option<BatchStatistics>) {
        let [_, t, _] = x.dims();
        let g = self.g.forward(x.clone());
        let theta = self.theta.forward(x.clone());
        let phi = self.phi.forward(x.clone()).swap_dims(1, 2);
        // (θφ)g = θ(φg): a long video would else need memory for the square of its length.
        let mixed = match t > g.dims()[2] {
            true => theta.matmul(phi.matmul(g).div_scalar(t as f32)),
            false => theta.matmul(phi).div_scalar(t as f32).matmul(g),
        };
        // Without its bias while training: the normalisation would take it away again.
        let mixed = match training {
            true => {
                let bias = self.out.bias.as_ref().map(|b| Param::from_tensor(b.val().detach()));
                Linear { weight: self.out.weight.clone(), bias }.forward(mixed)
            }
            false => self.out.forward(mixed),
        };
        let (mixed, statistics) = normalise(&self.norm, mixed, training);
        (x + mixed, statistics)
    }
}

/// Batch normalisation of the last dimension.
fn normalise(
    norm: &BatchNorm,
    x: Tensor<3>,
    training: bool,
) -> (Tensor<3>, Option<BatchStatistics>) {
    let [n, t, c] = x.dims();
    let rows = x.reshape([n * t, c]);
    match training {
        false => (norm.infer(rows).reshape([n, t, c]), None),
        true => {
            let (rows, statistics) = norm.train(rows, 1);
            (rows.reshape([n, t, c]), Some(statistics))
        }
    }
}

/// RTFM's network: d → d features that see their neighbours in time, then a classifier.
#[derive(Module, Debug)]
pub(crate) struct RtfmNetwork {
    /// Dilations 1, 2 and 4, each with its normalisation.
    pub(crate) pyramid: Vec<TimeConv>,
    pub(crate) pyramid_norms: Vec<BatchNorm>,
    pub(crate) narrow: TimeConv,
    pub(crate) non_local: NonLocal,
    pub(crate) fuse: TimeConv,
    pub(crate) fuse_norm: BatchNorm,
    pub(crate) head: Vec<Linear>,
}

/// The dropout factors of one training step, `[n, t, ·]`: of the features and of both hidden
/// layers of the classifier.
pub(crate) struct HeadMasks(pub(crate) [Tensor<3>; 3]);

/// What the normalisations saw of one batch, by the layer that each of them follows.
pub(crate) struct Statistics {
    /// One for each dilation, as in [`RtfmNetwork::pyramid_norms`].
    pyramid: Vec<BatchStatistics>,
    non_local: BatchStatistics,
    fuse: BatchStatistics,
}

impl RtfmNetwork {
    /// Widths follow from the feature dimension as 512 and 128 from 2048.
    pub(crate) fn new(d: usize, rng: &mut HostRng, device: &Device) -> RtfmNetwork {
        let part = |divisor: usize| (d / divisor).max(1);
        let (h, inner, small) = (part(4), part(8), part(16));
        let layer = |(a, b): (usize, usize), rng: &mut HostRng| {
            linear(a, b, Init::XavierUniform, rng, device)
        };
        let pyramid =
            [1, 2, 4].map(|dilation| TimeConv::new((d, h), (3, dilation), true, rng, device));
        RtfmNetwork {
            pyramid: pyramid.into(),
            pyramid_norms: (0..3).map(|_| BatchNorm::new(h, 1.0, device)).collect(),
            narrow: TimeConv::new((d, h), (1, 1), false, rng, device),
            non_local: NonLocal {
                g: layer((h, inner), rng),
                theta: layer((h, inner), rng),
                phi: layer((h, inner), rng),
                out: layer((inner, h), rng),
                norm: BatchNorm::new(h, 0.0, device),
            },
            fuse: TimeConv::new((4 * h, d), (3, 1), false, rng, device),
            fuse_norm: BatchNorm::new(d, 1.0, device),
            head: vec![layer((d, h), rng), layer((h, small), rng), layer((small, 1), rng)],
        }
    }

    /// Features `[n, t, d]` → features of the same shape and scores `[n, t]` in [0, 1]; in
    /// training, with masks, also the batch statistics of every normalisation.
    pub(crate) fn forward(
        &self,
        x: Tensor<3>,
        masks: Option<&HeadMasks>,
    ) -> (Tensor<3>, Tensor<2>, Option<Statistics>) {
        let training = masks.is_some();
        let (mut parts, mut pyramid) = (Vec::new(), Vec::new());
        for (conv, norm) in self.pyramid.iter().zip(&self.pyramid_norms) {
            let (part, batch) = normalise(norm, activation::relu(conv.forward(&x)), training);
            pyramid.extend(batch);
            parts.push(part);
        }
        let narrow = activation::relu(self.narrow.forward(&x));
        let (global, non_local) = self.non_local.forward(narrow, training);
        parts.push(global);
        let fused = activation::relu(self.fuse.forward(&Tensor::cat(parts, 2)));
        let (fused, fuse) = normalise(&self.fuse_norm, fused, training);
        let statistics =
            non_local.zip(fuse).map(|(non_local, fuse)| Statistics { pyramid, non_local, fuse });

        let drop = |x: Tensor<3>, i: usize| match masks {
            None => x,
            Some(HeadMasks(masks)) => x * masks[i].clone(),
        };
        let features = drop(fused + x, 0);
        let [n, t, _] = features.dims();
        let mut hidden = features.clone();
        for (i, layer) in self.head.iter().enumerate() {
            hidden = layer.forward(hidden);
            if i < 2 {
                hidden = drop(activation::relu(hidden), i + 1);
            }
        }
        (features, activation::sigmoid(hidden).reshape([n, t]), statistics)
    }

    /// The network with running statistics that have followed a batch.
    pub(crate) fn follow(mut self, batch: Statistics) -> RtfmNetwork {
        let pyramid = self.pyramid_norms.into_iter().zip(batch.pyramid);
        self.pyramid_norms = pyramid.map(|(norm, batch)| norm.follow(batch)).collect();
        self.non_local.norm = self.non_local.norm.follow(batch.non_local);
        self.fuse_norm = self.fuse_norm.follow(batch.fuse);
        self
    }
}
