//! The backbones that the kernels are made for, with made-up weights that `bench/compare.py`
//! makes up in the same way.

use gcl_kernels::{
    BatchNorm, Conv3d, Graph, GraphBuilder, GraphError, Linear, MaxPool, NodeId, Pad, PadValue,
};

/// Name, clip size, and what builds the graph.
pub type Network = (&'static str, [usize; 3], fn() -> Result<Graph, GraphError>);

/// All of them.
pub const NETWORKS: [Network; 6] = [
    ("resnext101", [16, 112, 112], || resnext101(64)),
    ("resnext101-128", [16, 112, 112], || resnext101(128)),
    ("c3d", [16, 112, 112], c3d),
    ("i3d", [16, 224, 224], inception),
    ("i3d-resnet50", [16, 224, 224], i3d_resnet50),
    ("lite0", [1, 256, 384], efficientnet_lite0),
];

/// Values in (−1, 1) times `scale`: a hash of (tensor, position).
pub fn made_up(tensor: u32, count: usize, scale: f32) -> Vec<f32> {
    let value = |i: u32| {
        let mut x = tensor.wrapping_mul(0x9e37_79b9).wrapping_add(i);
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^= x >> 16;
        ((x >> 8) as f32 / 8_388_608.0 - 1.0) * scale
    };
    (0..count as u32).map(value).collect()
}

struct Net {
    g: GraphBuilder,
    tensors: u32,
}

impl Net {
    fn new() -> Self {
        Self { g: GraphBuilder::new(3), tensors: 0 }
    }

    fn tensor(&mut self, count: usize, scale: f32) -> Vec<f32> {
        self.tensors += 1;
        made_up(self.tensors, count, scale)
    }

    fn weights(&mut self, shape: [usize; 5], gain: f32) -> Conv3d {
        let fan: usize = shape[1..].iter().product();
        let weight = self.tensor(shape.iter().product(), gain * (6.0 / fan as f32).sqrt());
        Conv3d::new(shape, weight)
    }

    /// Convolution and norm.
    fn conv(
        &mut self,
        name: &str,
        x: NodeId,
        shape: [usize; 5],
        gain: f32,
        how: impl FnOnce(Conv3d) -> Conv3d,
    ) -> Result<NodeId, GraphError> {
        let conv = self.weights(shape, gain);
        let out = shape[0];
        let norm = BatchNorm {
            gamma: vec![1.0; out],
            beta: self.tensor(out, 0.1),
            mean: self.tensor(out, 0.1),
            var: vec![1.0; out],
            eps: 1e-5,
        };
        self.g.named(name).conv_bn(x, how(conv), &norm)
    }

    /// The same and max(·, 0).
    fn conv_relu(
        &mut self,
        name: &str,
        x: NodeId,
        shape: [usize; 5],
        how: impl FnOnce(Conv3d) -> Conv3d,
    ) -> Result<NodeId, GraphError> {
        let x = self.conv(name, x, shape, 1.0, how)?;
        self.g.relu(x)
    }

    /// The same with TensorFlow's padding and ReLU6.
    fn conv_relu6(
        &mut self,
        name: &str,
        x: NodeId,
        shape: [usize; 5],
        how: impl FnOnce(Conv3d) -> Conv3d,
    ) -> Result<NodeId, GraphError> {
        let x = self.conv(name, x, shape, 1.0, |c| how(c).padding(Pad::Same))?;
        self.g.relu6(x)
    }

    fn pool(
        &mut self,
        x: NodeId,
        kernel: [usize; 3],
        stride: [usize; 3],
        pad: Pad,
        value: PadValue,
    ) -> Result<NodeId, GraphError> {
        self.g.max_pool(x, MaxPool::new(kernel, stride).padding(pad, value))
    }

    fn finish(mut self, name: &str, x: NodeId) -> Result<Graph, GraphError> {
        self.g.output(name, x)?;
        self.g.finish()
    }
}

/// ResNeXt-101 in 3D, shortcut B, 32 groups, with a stem of that many channels.
fn resnext101(stem: usize) -> Result<Graph, GraphError> {
    let mut n = Net::new();
    let x = n.g.input();
    let same = |k: [usize; 3]| Pad::both([k[0] / 2, k[1] / 2, k[2] / 2]);
    let mut x =
        n.conv_relu("conv1", x, [stem, 3, 7, 7, 7], |c| c.stride([1, 2, 2]).padding(same([7; 3])))?;
    x = n.pool(x, [3; 3], [2; 3], Pad::both([1; 3]), PadValue::Ignored)?;
    let mut width = stem;
    for (layer, (blocks, planes)) in [(3, 128), (4, 256), (23, 512), (3, 1024)].iter().enumerate() {
        for block in 0..*blocks {
            let stride = if block == 0 && layer > 0 { [2; 3] } else { [1; 3] };
            let name = |conv: &str| format!("layer{}.{block}.{conv}", layer + 1);
            let (m, out) = (*planes, 2 * planes);
            let shortcut = match block {
                0 => n.conv(&name("downsample"), x, [out, width, 1, 1, 1], 1.0, |c| {
                    c.stride(stride)
                })?,
                _ => x,
            };
            let y = n.conv_relu(&name("conv1"), x, [m, width, 1, 1, 1], |c| c)?;
            let y = n.conv_relu(&name("conv2"), y, [m, m / 32, 3, 3, 3], |c| {
                c.stride(stride).padding(same([3; 3])).groups(32)
            })?;
            let y = n.conv(&name("conv3"), y, [out, m, 1, 1, 1], 0.3, |c| c)?;
            let sum = n.g.add(y, shortcut)?;
            x = n.g.relu(sum)?;
            width = out;
        }
    }
    let x = n.g.global_avg_pool(x)?;
    let x = n.g.flatten(x)?;
    n.finish("features", x)
}

/// C3D up to fc6 and fc7.
fn c3d() -> Result<Graph, GraphError> {
    let mut n = Net::new();
    let mut x = n.g.input();
    let mut width = 3;
    for (name, out, pool) in [
        ("conv1", 64, Some(([1, 2, 2], [0; 3]))),
        ("conv2", 128, Some(([2; 3], [0; 3]))),
        ("conv3a", 256, None),
        ("conv3b", 256, Some(([2; 3], [0; 3]))),
        ("conv4a", 512, None),
        ("conv4b", 512, Some(([2; 3], [0; 3]))),
        ("conv5a", 512, None),
        ("conv5b", 512, Some(([2; 3], [0, 1, 1]))),
    ] {
        let conv = n.weights([out, width, 3, 3, 3], 1.0);
        let bias = n.tensor(out, 0.1);
        let conv = conv.padding(Pad::both([1; 3])).bias(bias);
        let y = n.g.named(name).conv(x, conv)?;
        x = n.g.relu(y)?;
        if let Some((window, pad)) = pool {
            x = n.pool(x, window, window, Pad::both(pad), PadValue::Ignored)?;
        }
        width = out;
    }
    x = n.g.flatten(x)?;
    for (name, inner) in [("fc6", 8192), ("fc7", 4096)] {
        let weight = n.tensor(4096 * inner, (6.0 / inner as f32).sqrt());
        let bias = Some(n.tensor(4096, 0.1));
        let y = n.g.named(name).linear(x, Linear { shape: [4096, inner], weight, bias })?;
        x = n.g.relu(y)?;
        n.g.output(name, x)?;
    }
    n.g.finish()
}

/// Inception-I3D up to the pooled 1024 features.
fn inception() -> Result<Graph, GraphError> {
    let mut n = Net::new();
    let x = n.g.input();
    let same = |c: Conv3d| c.padding(Pad::Same);
    let zero = PadValue::Zero;
    let mut x = n.conv_relu("1a", x, [64, 3, 7, 7, 7], |c| same(c).stride([2; 3]))?;
    x = n.pool(x, [1, 3, 3], [1, 2, 2], Pad::Same, zero)?;
    x = n.conv_relu("2b", x, [64, 64, 1, 1, 1], same)?;
    x = n.conv_relu("2c", x, [192, 64, 3, 3, 3], same)?;
    x = n.pool(x, [1, 3, 3], [1, 2, 2], Pad::Same, zero)?;
    let mut width = 192;
    for (name, [b0, b1a, b1b, b2a, b2b, b3b]) in [
        ("3b", [64, 96, 128, 16, 32, 32]),
        ("3c", [128, 128, 192, 32, 96, 64]),
        ("4b", [192, 96, 208, 16, 48, 64]),
        ("4c", [160, 112, 224, 24, 64, 64]),
        ("4d", [128, 128, 256, 24, 64, 64]),
        ("4e", [112, 144, 288, 32, 64, 64]),
        ("4f", [256, 160, 320, 32, 128, 128]),
        ("5b", [256, 160, 320, 32, 128, 128]),
        ("5c", [384, 192, 384, 48, 128, 128]),
    ] {
        if name == "4b" || name == "5b" {
            let k = if name == "4b" { [3; 3] } else { [2; 3] };
            x = n.pool(x, k, [2; 3], Pad::Same, zero)?;
        }
        let at = |branch: &str| format!("{name}.{branch}");
        let y0 = n.conv_relu(&at("b0"), x, [b0, width, 1, 1, 1], same)?;
        let y1 = n.conv_relu(&at("b1a"), x, [b1a, width, 1, 1, 1], same)?;
        let y1 = n.conv_relu(&at("b1b"), y1, [b1b, b1a, 3, 3, 3], same)?;
        let y2 = n.conv_relu(&at("b2a"), x, [b2a, width, 1, 1, 1], same)?;
        let y2 = n.conv_relu(&at("b2b"), y2, [b2b, b2a, 3, 3, 3], same)?;
        let y3 = n.pool(x, [3; 3], [1; 3], Pad::Same, zero)?;
        let y3 = n.conv_relu(&at("b3b"), y3, [b3b, width, 1, 1, 1], same)?;
        x = n.g.concat(&[y0, y1, y2, y3])?;
        width = b0 + b1b + b2b + b3b;
    }
    let x = n.g.global_avg_pool(x)?;
    let x = n.g.flatten(x)?;
    n.finish("features", x)
}

/// ResNet-50 inflated: 2048 features.
fn i3d_resnet50() -> Result<Graph, GraphError> {
    let mut n = Net::new();
    let x = n.g.input();
    let mut x = n.conv_relu("conv1", x, [64, 3, 5, 7, 7], |c| {
        c.stride([2; 3]).padding(Pad::both([2, 3, 3]))
    })?;
    x = n.pool(x, [2, 3, 3], [2; 3], Pad::NONE, PadValue::Ignored)?;
    let mut width = 64;
    let layers: [(&[usize], usize); 4] =
        [(&[3, 3, 3], 64), (&[3, 1, 3, 1], 128), (&[3, 1, 3, 1, 3, 1], 256), (&[1, 3, 1], 512)];
    for (layer, (times, planes)) in layers.into_iter().enumerate() {
        for (block, kt) in times.iter().copied().enumerate() {
            let s = if block == 0 && layer > 0 { [1, 2, 2] } else { [1; 3] };
            let name = |conv: &str| format!("layer{}.{block}.{conv}", layer + 1);
            let out = 4 * planes;
            let shortcut = match block {
                0 => n.conv(&name("downsample"), x, [out, width, 1, 1, 1], 1.0, |c| c.stride(s))?,
                _ => x,
            };
            let y = n.conv_relu(&name("conv1"), x, [planes, width, kt, 1, 1], |c| {
                c.padding(Pad::both([kt / 2, 0, 0]))
            })?;
            let y = n.conv_relu(&name("conv2"), y, [planes, planes, 1, 3, 3], |c| {
                c.stride(s).padding(Pad::both([0, 1, 1]))
            })?;
            let y = n.conv(&name("conv3"), y, [out, planes, 1, 1, 1], 0.3, |c| c)?;
            let sum = n.g.add(y, shortcut)?;
            x = n.g.relu(sum)?;
            width = out;
        }
        if layer == 0 {
            x = n.pool(x, [2, 1, 1], [2, 1, 1], Pad::NONE, PadValue::Ignored)?;
        }
    }
    let x = n.g.global_avg_pool(x)?;
    let x = n.g.flatten(x)?;
    n.finish("features", x)
}

/// EfficientNet-Lite0 on a frame of 384 × 256.
fn efficientnet_lite0() -> Result<Graph, GraphError> {
    let mut n = Net::new();
    let x = n.g.input();
    let mut x = n.conv_relu6("stem", x, [32, 3, 1, 3, 3], |c| c.stride([1, 2, 2]))?;
    let mut width = 32;
    // Repeats, taps a side, stride, widening, channels out.
    for (group, [repeats, taps, stride, wider, out]) in [
        [1, 3, 1, 1, 16],
        [2, 3, 2, 6, 24],
        [2, 5, 2, 6, 40],
        [3, 3, 2, 6, 80],
        [3, 5, 1, 6, 112],
        [4, 5, 2, 6, 192],
        [1, 3, 1, 6, 320],
    ]
    .into_iter()
    .enumerate()
    {
        for block in 0..repeats {
            let name = |conv: &str| format!("group{group}.{block}.{conv}");
            let wide = width * wider;
            let stride = if block == 0 { stride } else { 1 };
            let mut y = x;
            if wider > 1 {
                y = n.conv_relu6(&name("expand"), y, [wide, width, 1, 1, 1], |c| c)?;
            }
            y = n.conv_relu6(&name("depthwise"), y, [wide, 1, 1, taps, taps], |c| {
                c.stride([1, stride, stride]).groups(wide)
            })?;
            y = n.conv(&name("project"), y, [out, wide, 1, 1, 1], 0.5, |c| c)?;
            x = if block > 0 { n.g.add(x, y)? } else { y };
            width = out;
        }
    }
    let x = n.conv_relu6("head", x, [1280, 320, 1, 1, 1], |c| c)?;
    let x = n.g.global_avg_pool(x)?;
    n.finish("features", x)
}
