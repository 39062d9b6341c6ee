//! What can be wrong with clips.

use thiserror::Error;

use super::Clips;

/// Why clips and frames do not fit each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClipError {
    /// A length or stride out of range.
    #[error("clip {what} is {found}; it must be 1 to {max}", max = Clips::MAX)]
    Range {
        /// `length` or `stride`.
        what: &'static str,
        /// The refused value.
        found: usize,
    },
    /// As many scores as the rule gives clips were expected.
    #[error(
        "{frames} frames make {expected} clips (length {}, stride {}, tail {:?}), but there are {found} scores",
        clips.length, clips.stride, clips.tail
    )]
    Count {
        /// Frames of the video.
        frames: usize,
        /// The clips that the rule gives.
        expected: usize,
        /// The scores that came.
        found: usize,
        /// The rule.
        clips: Clips,
    },
    /// The rule gives no clip for a video that has frames.
    #[error(
        "a video of {frames} frames has no clip under {clips:?}, so no frame of it has a score"
    )]
    NoClip {
        /// Frames of the video.
        frames: usize,
        /// The rule.
        clips: Clips,
    },
    /// One score for each frame would not fit into memory.
    #[error("no memory for {0} frame scores")]
    Memory(usize),
}
