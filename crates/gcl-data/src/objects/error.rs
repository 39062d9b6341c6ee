//! The errors of objects and their scores.

use thiserror::Error;

use crate::id::VideoId;

/// Why objects and snippets do not match.
#[derive(Debug, Clone, PartialEq, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum ObjectError {
    /// A video is listed twice.
    #[error("video {0} appears twice")]
    Duplicate(VideoId),
    /// More snippets than the frames fill, or none.
    #[error(
        "video {video}: {found} snippets of {length} frames, but {frames} frames fill {most} at most (and one at least)"
    )]
    Snippets { video: VideoId, found: usize, length: usize, frames: usize, most: usize },
    /// More frames than any video has.
    #[error("video {video}: {frames} frames; at most {max} are accepted", max = crate::truth::MAX_FRAMES)]
    TooLong { video: VideoId, frames: usize },
    /// A snippet without a frame.
    #[error("a snippet of 0 frames")]
    NoLength,
    /// An object names a video that does not exist.
    #[error("object number {object} is in video number {video} of {videos}")]
    NoVideo { object: usize, video: usize, videos: usize },
    /// An object is at a frame that its video does not have.
    #[error(
        "video {video} has {frames} frames, but object number {object} is at frame {centre} of {start}..{end}"
    )]
    Outside {
        video: VideoId,
        object: usize,
        frames: usize,
        centre: usize,
        start: usize,
        end: usize,
    },
    /// Another number of scores than objects, frames or snippets.
    #[error("{found} scores for {expected} {what}")]
    Count { what: &'static str, expected: usize, found: usize },
    /// A score that is not a number, or an infinity where none may be.
    #[error("the score of {what} number {position} is {value}")]
    BadScore { what: &'static str, position: usize, value: f32 },
    /// No object has a score to fill empty frames with.
    #[error("none of the {0} objects has a finite score")]
    NoScore(usize),
    /// The published code would read past the end of its scores.
    #[error(
        "video {video}: the published code's slice ends at frame {end} of {frames}; its order of videos does not fit"
    )]
    Slice { video: VideoId, end: usize, frames: usize },
}
