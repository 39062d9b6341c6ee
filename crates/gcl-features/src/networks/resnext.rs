//! ResNeXt in three dimensions (Hara, Kataoka and Satoh, "Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs
//! and ImageNet?", CVPR 2018): the extractor of the GCL paper, §4.

use gcl_data::Tail;
use gcl_kernels::{NodeId, Pad};

use super::layers::{Layers, Norm, kernel};
use super::{Network, NetworkError, Preset, Published};
use crate::preprocess::Preprocess;

/// The weights and extractor of 2017; the GCL paper's.
pub(super) const OF_2017: Published = Published {
    name: "resnext101",
    checkpoint: "the file is resnext-101-kinetics.pth, among the pre-trained models that the GitHub project \
                 kenshohara/video-classification-3d-cnn-pytorch links to",
    network: |_| Box::new(ResNeXt3d::published()),
    layers: &[],
    preset: ("resnext101-2017", preset_2017),
    other_presets: &[],
};

/// The same network in its authors' code of 2020, with a stem of 128 channels.
pub(super) const OF_2020: Published = Published {
    name: "resnext101-2020",
    checkpoint: "the GitHub project kenshohara/3D-ResNets-PyTorch publishes no ResNeXt of this form; give a \
                 checkpoint that you trained with it, such as save_200.pth. The published one of 2017 is \
                 `resnext101`",
    network: |_| Box::new(ResNeXt3d { stem: 128, ..ResNeXt3d::published() }),
    layers: &[],
    preset: ("resnext101-2020", preset_2020),
    other_presets: &[],
};

/// 0 to 255 minus ActivityNet's mean.
fn preset_2017() -> Preset {
    let mean = [114.7748, 107.7354, 99.4750];
    let preprocess = Preprocess { mean, ..Preprocess::short_side(112, 112) };
    Preset::new(preprocess, Tail::PaperResnext)
}

/// 0 to 1, Kinetics' mean and standard deviation.
fn preset_2020() -> Preset {
    let preprocess = Preprocess {
        divide: 255.0,
        mean: [0.4345, 0.4051, 0.3775],
        std: [0.2768, 0.2713, 0.2737],
        ..Preprocess::short_side(112, 112)
    };
    Preset::new(preprocess, Tail::Loop)
}

/// What stands beside a block that changes the size of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Every `stride`-th value, and zeros for the channels that are new. No weights.
    A,
    /// A convolution of one tap and its norm, `downsample.0` and `downsample.1`.
    B,
}

/// ResNeXt 3D ([Hara, Kataoka and Satoh, CVPR 2018](https://arxiv.org/abs/1711.09577)) for clips `[3, T, H, W]`,
/// published for 16 frames of 112x112. Features: `2 * planes[3]` channels, averaged over what is left of time and
/// space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResNeXt3d {
    /// Channels after the first convolution: 64 in the 2017 code, 128 in that of 2020.
    pub stem: usize,
    /// Blocks of each of the four layers.
    pub blocks: [usize; 4],
    /// Planes of each layer: its output has twice as many channels.
    pub planes: [usize; 4],
    /// Groups of the middle convolutions.
    pub cardinality: usize,
    /// The shortcut's type.
    pub shortcut: Shortcut,
}

impl ResNeXt3d {
    /// The published sizes at 101 layers.
    pub fn published() -> Self {
        let (blocks, planes) = ([3, 4, 23, 3], [128, 256, 512, 1024]);
        Self { stem: 64, blocks, planes, cardinality: 32, shortcut: Shortcut::B }
    }

    /// One tap, a grouped convolution of 3x3x3, one tap; and the shortcut beside them.
    fn block(
        &self,
        n: &mut Layers<'_>,
        x: NodeId,
        name: &str,
        [channels, planes]: [usize; 2],
        stride: [usize; 3],
    ) -> Result<NodeId, NetworkError> {
        // As published: whole groups of planes / 32 channels.
        let (groups, width) = (self.cardinality, planes / 32);
        let (middle, out) = (groups * width, 2 * planes);
        let at = |part: &str| format!("{name}.{part}");
        let shortcut = match self.shortcut {
            _ if stride == [1; 3] && channels == out => x,
            Shortcut::A => n.pass(x, channels, out, stride)?,
            Shortcut::B => {
                let conv = kernel([out, channels, 1, 1, 1]).stride(stride);
                n.conv_norm(x, &at("downsample.0"), norm(&at("downsample.1"), 1.0), conv)?
            }
        };
        let conv = kernel([middle, channels, 1, 1, 1]);
        let y = n.conv_norm(x, &at("conv1"), norm(&at("bn1"), 1.0), conv)?;
        let y = n.relu(y)?;
        let conv = kernel([middle, width, 3, 3, 3]);
        let conv = conv.stride(stride).padding(Pad::both([1; 3])).groups(groups);
        let y = n.conv_norm(y, &at("conv2"), norm(&at("bn2"), 1.0), conv)?;
        let y = n.relu(y)?;
        let conv = kernel([out, middle, 1, 1, 1]);
        let y = n.conv_norm(y, &at("conv3"), norm(&at("bn3"), 0.3), conv)?;
        let y = n.sum(y, shortcut)?;
        n.relu(y)
    }
}

impl Network for ResNeXt3d {
    fn name(&self) -> &'static str {
        "ResNeXt"
    }

    fn dim(&self) -> usize {
        2 * self.planes[3]
    }

    fn classifier(&self) -> &'static [&'static str] {
        &["fc.*"]
    }

    fn build(&self, n: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let x = n.input();
        let stem = kernel([self.stem, 3, 7, 7, 7]).stride([1, 2, 2]).padding(Pad::both([3; 3]));
        let x = n.conv_norm(x, "conv1", norm("bn1", 1.0), stem)?;
        let x = n.relu(x)?;
        let mut x = n.max_pool(x, [3; 3], [2; 3], [1; 3])?;
        let mut channels = self.stem;
        for (layer, (blocks, planes)) in self.blocks.into_iter().zip(self.planes).enumerate() {
            for block in 0..blocks {
                let stride = if layer > 0 && block == 0 { [2; 3] } else { [1; 3] };
                let name = format!("layer{}.{block}", layer + 1);
                x = self.block(n, x, &name, [channels, planes], stride)?;
                channels = 2 * planes;
            }
        }
        n.mean(x)
    }

    fn check(&self) -> Result<(), NetworkError> {
        let size = |what, found: String, expected: &str| NetworkError::Size {
            network: self.name(),
            what,
            found,
            expected: expected.to_owned(),
        };
        if self.stem == 0 || self.cardinality == 0 || self.blocks.contains(&0) {
            let found = format!("{}, {}, {:?}", self.stem, self.cardinality, self.blocks);
            return Err(size("one of stem, cardinality and blocks", found, "no zero"));
        }
        if self.planes.iter().any(|planes| *planes < 32 || *planes > 1 << 16) {
            return Err(size("planes", format!("{:?}", self.planes), "32 to 65536"));
        }
        let ends = self.planes.map(|planes| 2 * planes);
        let starts = [self.stem, ends[0], ends[1], ends[2]];
        if self.shortcut == Shortcut::A && starts.iter().zip(ends).any(|(from, to)| *from > to) {
            let found = format!("{starts:?} to {ends:?}");
            return Err(size("channels through shortcuts A", found, "none that become fewer"));
        }
        Ok(())
    }
}

fn norm(name: &str, gain: f32) -> Norm<'_> {
    Norm { name, eps: 1e-5, gain }
}
