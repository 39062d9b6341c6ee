//! What an estimator cannot do.

use gcl_data::VideoId;

use crate::config::Method;

/// What an estimator cannot do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimatorError {
    /// The configuration uses video labels, which rows in memory do not have.
    #[error("method {method} uses video labels as configured; from memory it cannot have any")]
    Labels {
        /// The method.
        method: Method,
    },
    /// There is no video to train on.
    #[error("no video to train on")]
    NoVideos,
    /// Two videos have the same id.
    #[error("video `{id}` is there twice")]
    Duplicate {
        /// The id.
        id: VideoId,
    },
    /// A video's rows are of another dimension than the others, or than the model.
    #[error("expected rows of {expected} dimensions, found {found}")]
    Dimension {
        /// The first video's dimension, or the model's.
        expected: usize,
        /// What was found.
        found: usize,
    },
    /// The contamination is no share.
    #[error("the contamination is {found}, expected from 0 to below 1")]
    Contamination {
        /// What was asked for.
        found: f64,
    },
    /// A detector of another crate was to be made from a configuration, which does not hold it.
    #[error(
        "a detector of another crate is trained by Gcl::with_detector, not from a configuration"
    )]
    External,
    /// A preset was asked for beside a whole configuration, which has its values already.
    #[error("a whole configuration takes no preset")]
    PresetOfConfig,
}
