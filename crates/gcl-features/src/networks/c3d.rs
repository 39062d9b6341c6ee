//! C3D (Tran et al., "Learning Spatiotemporal Features with 3D Convolutional Networks", ICCV 2015), as its PyTorch
//! ports name it.

use gcl_data::Tail;
use gcl_kernels::{NodeId, Pad};

use super::layers::{Layers, kernel};
use super::{Network, NetworkError, Preset, Published};
use crate::preprocess::{Filter, Preprocess, Resize};

pub(super) const C3D: Published = Published {
    name: "c3d",
    checkpoint: "the file is c3d.pickle, which the README of the GitHub project DavideA/c3d-pytorch links to",
    network: |layer| Box::new(C3d::published(layer)),
    layers: &FcLayer::ALL,
    preset: ("c3d-eko", eko),
    other_presets: &[("c3d-dc3d", dc3d)],
};

/// Frames of this size, not rounded after resizing.
fn resized(width: usize, height: usize) -> Preprocess {
    Preprocess {
        resize: Resize::Exact { width, height },
        filter: Filter::Bilinear,
        ..Preprocess::short_side(height, 112)
    }
}

/// C3D in a PyTorch port of Sultani et al.: 0 to 1, ImageNet's mean, times 4.2585.
fn eko() -> Preset {
    let preprocess = Preprocess {
        divide: 255.0,
        mean: [124.0 / 255.0, 117.0 / 255.0, 104.0 / 255.0],
        std: [1.0 / (0.0167 * 255.0); 3],
        ..resized(171, 128)
    };
    Preset::new(preprocess, Tail::Drop)
}

/// C3D as its PyTorch port shows it: 0 to 255.
fn dc3d() -> Preset {
    Preset::new(resized(200, 112), Tail::Drop)
}

/// The fully connected layer whose output, after its ReLU, is the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FcLayer {
    /// The first: what Sultani et al. use.
    Fc6,
    /// The second.
    Fc7,
}

gcl_data::named!(FcLayer: Fc6 = "fc6", Fc7 = "fc7");

/// C3D ([Tran et al., ICCV 2015](https://arxiv.org/abs/1412.0767)) for clips of 16 frames of `crop` by `crop` pixels.
/// Features: `fc` values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct C3d {
    /// Channels of conv1, conv2, conv3a, conv3b, conv4a, conv4b, conv5a and conv5b.
    pub widths: [usize; 8],
    /// Values of fc6 and of fc7.
    pub fc: usize,
    /// Height and width of clips; fc6 has weights for this size only.
    pub crop: usize,
    /// The feature.
    pub layer: FcLayer,
}

impl C3d {
    /// The published sizes.
    pub fn published(layer: FcLayer) -> Self {
        let widths = [64, 128, 256, 256, 512, 512, 512, 512];
        Self { widths, fc: 4096, crop: 112, layer }
    }
}

impl Network for C3d {
    fn name(&self) -> &'static str {
        "C3D"
    }

    fn dim(&self) -> usize {
        self.fc
    }

    fn layer(&self) -> &'static str {
        self.layer.name()
    }

    fn classifier(&self) -> &'static [&'static str] {
        match self.layer {
            FcLayer::Fc6 => &["fc7.*", "fc8.*"],
            FcLayer::Fc7 => &["fc8.*"],
        }
    }

    fn build(&self, n: &mut Layers<'_>) -> Result<NodeId, NetworkError> {
        let mut x = n.input();
        let mut channels = 3;
        // The pool after a convolution, and its padding.
        let first = Some(([1, 2, 2], [0; 3]));
        let (pool, last) = (Some(([2; 3], [0; 3])), Some(([2; 3], [0, 1, 1])));
        let convs = [
            ("conv1", first),
            ("conv2", pool),
            ("conv3a", None),
            ("conv3b", pool),
            ("conv4a", None),
            ("conv4b", pool),
            ("conv5a", None),
            ("conv5b", last),
        ];
        for ((name, pool), out) in convs.into_iter().zip(self.widths) {
            let conv = kernel([out, channels, 3, 3, 3]).padding(Pad::both([1; 3]));
            x = n.conv(x, name, conv)?;
            x = n.relu(x)?;
            if let Some((window, pad)) = pool {
                x = n.max_pool(x, window, window, pad)?;
            }
            channels = out;
        }
        x = n.flatten(x)?;
        // Four halvings, then one more over a border of one.
        let side = self.crop / 16 / 2 + 1;
        x = n.linear(x, "fc6", [self.fc, channels * side * side])?;
        x = n.relu(x)?;
        if self.layer == FcLayer::Fc7 {
            x = n.linear(x, "fc7", [self.fc, self.fc])?;
            x = n.relu(x)?;
        }
        Ok(x)
    }

    fn check(&self) -> Result<(), NetworkError> {
        let sizes = self.widths.iter().chain([&self.fc, &self.crop]);
        if sizes.clone().any(|n| !(1..=1 << 14).contains(n)) || self.crop < 16 {
            return Err(NetworkError::Size {
                network: self.name(),
                what: "one of widths, fc and crop",
                found: format!("{:?}, {}, {}", self.widths, self.fc, self.crop),
                expected: "1 to 16384, and a crop of at least 16".to_owned(),
            });
        }
        Ok(())
    }
}
