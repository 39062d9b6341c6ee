//! The list of published extractors.

use super::preset::Named;
use super::{FcLayer, Network, Preset};

/// A published extractor, described in the file of its network.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Its name.
    pub name: &'static str,
    /// Where its weights come from, and what their file is called.
    pub checkpoint: &'static str,
    pub(super) network: fn(FcLayer) -> Box<dyn Network>,
    /// The layers that features can be taken from; none where there is no choice.
    pub layers: &'static [FcLayer],
    pub(super) preset: Named,
    /// What others did to frames before the same network.
    pub(super) other_presets: &'static [Named],
}

impl Published {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        super::resnext::OF_2017,
        super::resnext::OF_2020,
        super::c3d::C3D,
        super::inception::I3D,
        super::resnet50::I3D_RESNET50,
    ];

    /// Their names, in the same order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|known| known.name)
    }

    /// The extractor of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|known| known.name == name).copied()
    }

    /// Its network; `layer` matters where there are [`layers`](Self::layers).
    pub fn network(&self, layer: FcLayer) -> Box<dyn Network> {
        (self.network)(layer)
    }

    /// The name of its pre-processing among the [`Preset`]s.
    pub fn preset_name(&self) -> &'static str {
        self.preset.0
    }

    /// Its pre-processing and clip rule.
    pub fn preset(&self) -> Preset {
        (self.preset.1)()
    }
}
