//! What a one-class model trains on, as the interleaving sees it.

use gcl_core::Device;
use gcl_core::rng::{FNV_START, fnv1a};
use gcl_data::ObjectIndex;

use crate::error::Result;

/// One object of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its position in the index.
    pub object: usize,
    /// Whether its mirror image is wanted: only where [`Objects::mirrored`] says that there is one.
    pub mirror: bool,
}

/// The objects of a data set: where each stands in time, and its values when they are asked for.
///
/// The interleaving passes numbers between objects and snippets by the index, and never looks at a
/// value. Objects of any kind take part by implementing this, with a model whose batches they make.
pub trait Objects {
    /// What the model takes, as [`gcl_core::OneClass::Batch`].
    type Batch: Clone + Send;

    /// Where each object stands. Videos are those of the snippets, in the same order.
    fn index(&self) -> &ObjectIndex;

    /// Values of objects, in this order, on a device.
    ///
    /// # Errors
    /// If they cannot be read.
    fn fetch(&self, items: &[Item], device: &Device) -> Result<Self::Batch>;

    /// Whether an epoch also sees each object's mirror image.
    fn mirrored(&self) -> bool {
        false
    }

    /// A hash by which a resumed run knows its data again: of where the objects stand, and of their
    /// values where those are at hand.
    fn fingerprint(&self) -> u64 {
        places(self.index())
    }
}

/// A hash of where objects stand.
pub(super) fn places(index: &ObjectIndex) -> u64 {
    let videos = index.videos().iter().fold(FNV_START, |hash, video| {
        let hash = fnv1a(hash, video.id.as_str().as_bytes());
        let hash = fnv1a(hash, &(video.frames as u64).to_le_bytes());
        fnv1a(hash, &(video.snippets as u64).to_le_bytes())
    });
    index.objects().iter().fold(videos, |hash, place| {
        let hash = fnv1a(hash, &(place.video as u64).to_le_bytes());
        let hash = fnv1a(hash, &(place.span.start as u64).to_le_bytes());
        fnv1a(hash, &(place.centre as u64).to_le_bytes())
    })
}

/// Extends a hash by values.
pub(super) fn with_values(hash: u64, values: &[f32]) -> u64 {
    values.iter().fold(hash, |hash, value| fnv1a(hash, &value.to_le_bytes()))
}
