//! What can go wrong around many runs.

use std::path::{Path, PathBuf};

use gcl_data::{FeatureError, FileError, TruthError};
use gcl_train::TrainError;

/// The result of this module's fallible functions.
pub type Result<T> = std::result::Result<T, BenchmarkError>;

/// An error of a plan, of its data, or of a cell.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchmarkError {
    /// The plan asks for something that there is not.
    #[error("{0}")]
    Plan(String),
    /// A method uses video labels and the data has none.
    #[error(
        "{method} uses video labels as configured, and the data has none: a manifest gives them in \
         its column `label`"
    )]
    NoVideoLabels {
        /// The method.
        method: gcl_train::Method,
    },
    /// The seed is set like a hyperparameter.
    #[error("seed is no setting of a plan: its seeds are a list of their own")]
    SeedIsNoSetting,
    /// A data set does not fit together.
    #[error("data set `{name}`: {problem}")]
    Data {
        /// The data set.
        name: String,
        /// What does not fit.
        problem: String,
    },
    /// A cell's folder holds something else.
    #[error("{path}: {problem}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What it holds, and what to do.
        problem: String,
    },
    /// Reading or writing a file failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Training or scoring failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Features cannot be read.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// The truth cannot be read, or does not fit.
    #[error(transparent)]
    Truth(#[from] TruthError),
    /// A test set cannot be lined up or judged.
    #[error(transparent)]
    Judge(#[from] gcl::Error),
}

impl BenchmarkError {
    pub(crate) fn folder(path: &Path, problem: impl ToString) -> BenchmarkError {
        BenchmarkError::Folder { path: path.to_owned(), problem: problem.to_string() }
    }
}
