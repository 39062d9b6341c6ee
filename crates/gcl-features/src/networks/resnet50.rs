//! I3D on ResNet-50 (the baseline of Wang et al., "Non-local Neural Networks", CVPR 2018), as its PyTorch port names it:
//! what RTFM calls I3D.

use gcl_data::Tail;
use gcl_kernels::{NodeId, Pad};

use super::layers::{Layers, Norm, kernel};
use super::{Network, NetworkError, Preset, Published};
use crate::preprocess::{Crops, Filter, Preprocess, Resize};

pub(super) const I3D_RESNET50: Published = Published {
    name: "i3d-resnet50",
    checkpoint: "the file is i3d_r50_kinetics.pth, which the scripts of the GitHub project \
                 Tushar-N/pytorch-resnet3d make from Facebook's i3d_baseline_32x2_IN_pretrain_400k.pkl",
    network: |_| Box::new(I3dResNet50::published()),
    layers: &[],
    preset: ("i3d-resnet50", preset),
    other_presets: &[("i3d-resnet50-340", wide)],
};

/// As RTFM describes it.
fn preset() -> Preset {
    let preprocess = Preprocess {
        crops: Crops::Ten,
        mean: [114.75; 3],
        std: [57.375; 3],
        ..Preprocess::short_side(256, 224)
    };
    Preset::new(preprocess, Tail::Loop)
}

/// A third party's variant of it, -1 to 1.
fn wide() -> Preset {
    let preprocess = Preprocess {
        resize: Resize::Exact { width: 340, height: 256 },
        filter: Filter::PillowLanczos,
        crops: Crops::Ten,
        divide: 255.0,
        mean: [0.5; 3],
        std: [0.5; 3],
        ..Preprocess::short_side(256, 224)
    };
    Preset::new(preprocess, Tail::Drop)
}

/// Frames that the first convolution of each block spans.
const SPANS: [&[usize]; 4] = [&[3, 3, 3], &[3, 1, 3, 1], &[3, 1, 3, 1, 3, 1], &[1, 3, 1]];

/// I3D-ResNet-50 (the baseline of [Wang et al., CVPR 2018](https://arxiv.org/abs/1711.07971)) for clips `[3, T, H, W]`,
/// published at 224x224. Features: `32 * width` channels, averaged over what is left of time and space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct I3dResNet50 {
    /// Channels after the first convolution, and of the first blocks: 64 as published.
    pub width: usize,
}

impl I3dResNet50 {
    /// The published sizes.
    pub fn published() -> Self {
        Self { width: 64 }
    }
}

impl Network for I3dResNet50 {
    fn name(&self) -> &'static str {
        "I3D-ResNet-50"
    }

    fn classifier(&self) -> &'static [&'static str] {
        &["fc.*"]
    }

    fn dim(&self) -> usize {
        32 * self.width
    }

    fn build(&self, n: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let x = n.input();
        let stem = kernel([self.width, 3, 5, 7, 7]).stride([2; 3]).padding(Pad::both([2, 3, 3]));
        let x = n.conv_norm(x, "conv1", norm("bn1", 1.0), stem)?;
        let x = n.relu(x)?;
        let mut x = n.max_pool(x, [2, 3, 3], [2; 3], [0; 3])?;
        let mut channels = self.width;
        for (layer, spans) in SPANS.into_iter().enumerate() {
            let planes = self.width << layer;
            for (block, span) in spans.iter().copied().enumerate() {
                let stride = if layer > 0 && block == 0 { [1, 2, 2] } else { [1; 3] };
                let name = format!("layer{}.{block}", layer + 1);
                x = bottleneck(n, x, &name, [channels, planes, span], stride)?;
                channels = 4 * planes;
            }
            if layer == 0 {
                x = n.max_pool(x, [2, 1, 1], [2, 1, 1], [0; 3])?;
            }
        }
        n.mean(x)
    }

    fn check(&self) -> Result<(), NetworkError> {
        if (1..=1024).contains(&self.width) {
            return Ok(());
        }
        Err(NetworkError::Size {
            network: self.name(),
            what: "width",
            found: self.width.to_string(),
            expected: "1 to 1024".to_owned(),
        })
    }
}

/// A convolution over time, one over space, one tap; beside them the input, or a convolution of one tap where the size
/// changes.
fn bottleneck(
    n: &mut Layers<'_>,
    x: NodeId,
    name: &str,
    [channels, planes, span]: [usize; 3],
    stride: [usize; 3],
) -> Result<NodeId, NetworkError> {
    let out = 4 * planes;
    let at = |part: &str| format!("{name}.{part}");
    let shortcut = if stride == [1; 3] && channels == out {
        x
    } else {
        let conv = kernel([out, channels, 1, 1, 1]).stride(stride);
        n.conv_norm(x, &at("downsample.0"), norm(&at("downsample.1"), 1.0), conv)?
    };
    let conv = kernel([planes, channels, span, 1, 1]).padding(Pad::both([span / 2, 0, 0]));
    let y = n.conv_norm(x, &at("conv1"), norm(&at("bn1"), 1.0), conv)?;
    let y = n.relu(y)?;
    let conv = kernel([planes, planes, 1, 3, 3]).stride(stride).padding(Pad::both([0, 1, 1]));
    let y = n.conv_norm(y, &at("conv2"), norm(&at("bn2"), 1.0), conv)?;
    let y = n.relu(y)?;
    let conv = kernel([out, planes, 1, 1, 1]);
    let y = n.conv_norm(y, &at("conv3"), norm(&at("bn3"), 0.3), conv)?;
    let y = n.sum(y, shortcut)?;
    n.relu(y)
}

fn norm(name: &str, gain: f32) -> Norm<'_> {
    Norm { name, eps: 1e-5, gain }
}
