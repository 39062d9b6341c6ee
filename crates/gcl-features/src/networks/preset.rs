//! What is done to frames before a network, and how a video is cut for it.

use gcl_data::{Clips, Tail};

use super::Published;
use crate::preprocess::Preprocess;

/// A published extractor's pre-processing and clip rule. Each is in the file of its network; the table in
/// docs/method.md has their sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// What is done to frames.
    pub preprocess: Preprocess,
    /// Clips of 16 frames, and what becomes of a video's last frames.
    pub clips: Clips,
}

/// A preset and its name.
pub(super) type Named = (&'static str, fn() -> Preset);

impl Preset {
    /// Every name that [`named`](Self::named) knows.
    pub fn names() -> impl Iterator<Item = &'static str> {
        all().map(|(name, _)| name)
    }

    /// The preset of this name.
    pub fn named(name: &str) -> Option<Self> {
        all().find(|(known, _)| *known == name).map(|(_, preset)| preset())
    }

    pub(super) fn new(preprocess: Preprocess, tail: Tail) -> Self {
        Self { preprocess, clips: Clips { length: 16, stride: 16, tail } }
    }
}

fn all() -> impl Iterator<Item = Named> {
    let own = |known: &'static Published| [&known.preset].into_iter().chain(known.other_presets);
    Published::ALL.iter().flat_map(own).copied()
}
