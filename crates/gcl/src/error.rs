//! What can go wrong on the way from files to results.

use std::path::{Path, PathBuf};

use gcl_data::cubes::CubeFileError;
use gcl_data::{ClipError, FeatureError, FileError, NpyError, TruthError, VideoId, WindowError};
use gcl_eval::{EvalError, StoredError};
use gcl_features::ExtractError;
use gcl_train::TrainError;
use gcl_weights::WeightError;

use crate::footage::FootageChange;

/// The result of the workflows' fallible functions.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of a workflow: what a part of it refused, or what does not fit together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Training or scoring.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Features.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// An extraction that stopped.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// A file of weights.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// Windows of poses or boxes.
    #[error(transparent)]
    Windows(#[from] WindowError),
    /// A file of object cubes.
    #[error(transparent)]
    Cubes(#[from] CubeFileError),
    /// Not one video of the footage can be read.
    #[error("none of the {videos} videos could be extracted")]
    NothingExtracted {
        /// How many there are.
        videos: usize,
    },
    /// A folder of scores.
    #[error(transparent)]
    Scores(#[from] NpyError),
    /// Ground truth.
    #[error(transparent)]
    Truth(#[from] TruthError),
    /// Scores that cannot be judged.
    #[error(transparent)]
    Eval(#[from] EvalError),
    /// Scores and truth that do not fit.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A video's scores cannot be judged.
    #[error("video `{id}`: {source}")]
    Video {
        /// The video.
        id: VideoId,
        /// What is wrong with them.
        source: EvalError,
    },
    /// A video's segments and frames do not fit.
    #[error("video `{id}`: {source}")]
    Clips {
        /// The video.
        id: VideoId,
        /// What does not fit.
        source: ClipError,
    },
    /// What was asked for does not go together, whatever the data is.
    #[error("{0}")]
    Setting(String),
    /// A run of other footage, whose model takes long to train anew.
    #[error(
        "{path}: the run there is of other footage ({change}), and {method} takes long to train anew; choose another folder"
    )]
    OtherFootage {
        /// The folder.
        path: PathBuf,
        /// How the footage differs.
        change: Box<FootageChange>,
        /// The run's method.
        method: &'static str,
    },
    /// A training that uses video labels, without one for this video.
    #[error("this training uses video labels, and the manifest has none for {id}")]
    NoLabel {
        /// The video.
        id: VideoId,
    },
    /// A run to resume that is not there.
    #[error("{path}: no run to resume here")]
    NoRun {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder that cannot be read or written, or is not what it should be.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Error {
    /// What is wrong with a file or folder.
    pub(crate) fn data<E: std::fmt::Display>(path: &Path) -> impl FnOnce(E) -> Error {
        move |problem| FileError::new(path, problem.to_string()).into()
    }
}

/// For those who judge a run as it goes, at the trainer's request.
impl From<Error> for TrainError {
    fn from(error: Error) -> TrainError {
        match error {
            Error::Train(error) => error,
            Error::Features(error) => error.into(),
            Error::Clips { .. } => TrainError::Mismatch(error.to_string()),
            other => TrainError::Evaluation(other.to_string()),
        }
    }
}
