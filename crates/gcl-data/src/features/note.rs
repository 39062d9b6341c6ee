//! What a user should know of how features were read.

use std::fmt;

/// What is to be said of a [`FeatureSet`](super::FeatureSet); displays as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeatureNote {
    /// All videos have as many rows as Sultani's features have parts, whatever their length, and no rule was given.
    EqualParts {
        /// How many videos there are.
        videos: usize,
        /// Rows of each.
        parts: usize,
    },
    /// A form that is not the usual one, and how it was read.
    Read(String),
}

impl fmt::Display for FeatureNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EqualParts { videos, parts } => write!(
                f,
                "all {videos} videos have {parts} rows: if these are {parts} equal parts of a video, whatever its \
                 length, say so, and give each video's frames; clips of a fixed length would put scores on wrong \
                 frames"
            ),
            Self::Read(how) => f.write_str(how),
        }
    }
}
