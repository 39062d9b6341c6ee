//! The errors of clip rules.

use thiserror::Error;

use super::Clips;

/// A clip rule that is invalid, or does not fit a video's frames or scores.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum ClipError {
    /// A length or stride out of range.
    #[error("clip {what} is {found}; it must be 1 to {max}", max = Clips::MAX)]
    Range {
        /// `length` or `stride`.
        what: &'static str,
        found: usize,
    },
    /// Equal parts where clips of a fixed length are needed.
    #[error("{0} cannot be cut while a video is read; give clips of a fixed length")]
    Parts(Clips),
    /// The number of scores is not the number of clips.
    #[error("{frames} frames make {expected} clips ({clips}), but there are {found} scores")]
    Count { frames: usize, expected: usize, found: usize, clips: Clips },
    /// The rule yields no clip for a video that has frames.
    #[error("a video of {frames} frames has no clip ({clips}), so no frame of it has a score")]
    NoClip { frames: usize, clips: Clips },
    /// One score for each frame would not fit into memory.
    #[error("no memory for {0} frame scores")]
    Memory(usize),
}
