//! What can go wrong between a weight file and features.

use std::path::PathBuf;

use gcl_kernels::{GraphError, PlanError};
use gcl_weights::WeightError;

use crate::extractor::ExtractorError;
use crate::preprocess::PreprocessError;

/// Why a network gives no features.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The weights cannot be read, or are not this network's.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The file holds more of a network than this one has: it is another one's.
    #[error(
        "{path} is of another network: {count} tensors have no place in {network} (the first: {first})",
        path = path.display()
    )]
    Foreign {
        /// The weight file.
        path: PathBuf,
        /// The network that was asked for.
        network: &'static str,
        /// How many tensors.
        count: usize,
        /// The first of their names.
        first: String,
    },
    /// The file lacks tensors of the network, or has others in their place.
    #[error(
        "{path} is of another network: {count} of the {expected} tensors of {network} are missing or have another shape (the first: {first})",
        path = path.display()
    )]
    Another {
        /// The weight file.
        path: PathBuf,
        /// The network that was asked for.
        network: &'static str,
        /// How many tensors do not fit.
        count: usize,
        /// How many the network has.
        expected: usize,
        /// The first of their names.
        first: String,
    },
    /// A batch-norm whose variance is negative.
    #[error("`{name}` holds {found}; a variance is not negative")]
    Variance {
        /// The tensor.
        name: String,
        /// The value.
        found: f32,
    },
    /// The network's sizes do not fit together.
    #[error("{network}: {what} is {found}; expected {expected}")]
    Size {
        /// The network.
        network: &'static str,
        /// Which size.
        what: &'static str,
        /// Its value.
        found: String,
        /// What would do.
        expected: String,
    },
    /// The graph does not fit together, or not with clips of this size.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The host's executor refuses the graph or the clips.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Pre-processing is not possible as asked for.
    #[error(transparent)]
    Preprocess(#[from] PreprocessError),
    /// A device gave up.
    #[error("the device failed: {0}")]
    Device(String),
}

impl From<NetworkError> for ExtractorError {
    /// A frame's size concerns one video; all else would fail for the next one too.
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::Preprocess(error) => error.into(),
            error => Self::Failed(error.to_string()),
        }
    }
}
