//! The errors of training and scoring.

use std::path::PathBuf;

use gcl_core::CoreError;
use gcl_data::cubes::CubeFileError;
use gcl_data::{FeatureError, FileError, NpyError, ObjectError, VideoId, WindowError};

/// The result of this crate's fallible functions.
pub type Result<T> = std::result::Result<T, TrainError>;

/// An error of training, of a run directory or of scoring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// An error of a network, threshold or detector; numerical failures are among them.
    #[error("{doing}: {source}")]
    Core {
        /// What was being done.
        doing: String,
        /// The refusal.
        source: CoreError,
    },
    /// Features cannot be read.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// Objects and snippets do not match.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// Windows of poses or boxes are invalid.
    #[error(transparent)]
    Windows(#[from] WindowError),
    /// Object cubes cannot be read.
    #[error(transparent)]
    Cubes(#[from] CubeFileError),
    /// An array cannot be read.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A configuration is wrong.
    #[error("{0}")]
    Config(String),
    /// A file cannot be read or written, or is damaged or of another version.
    #[error(transparent)]
    File(#[from] FileError),
    /// A model is a detector of another crate, and whoever opens it does not know that one.
    #[error("{path}: the model is a detector `{kind}` of another crate, which is not known here")]
    UnknownDetector {
        /// The model's folder.
        path: PathBuf,
        /// The detector's [`name`](gcl_core::detector::Detector::name).
        kind: String,
    },
    /// A run directory is not in the state that the command needs.
    #[error("{path}: {problem}")]
    Run {
        /// The run directory.
        path: PathBuf,
        /// What is in the way, and what to do.
        problem: String,
    },
    /// A run is of another kind, such as one of a pair where a model on features was expected.
    #[error("{path}: a run of kind `{found}`, expected `{expected}`")]
    Kind {
        /// The run directory.
        path: PathBuf,
        /// The kind that was asked for.
        expected: &'static str,
        /// The kind that its configuration names.
        found: String,
    },
    /// A method that compares videos has too few of them.
    #[error(
        "method {method} compares videos with each other: it needs at least {needed}, or one that is longer than \
         {longest} segments and is cut; found {found}"
    )]
    TooFewVideos {
        /// The method.
        method: String,
        /// The videos that it needs.
        needed: usize,
        /// The videos that there are.
        found: usize,
        /// The segments above which a video is cut.
        longest: usize,
    },
    /// There is a run already where a new one should start; nothing was overwritten.
    #[error("{path}: there is a run already; resume it, or choose another folder")]
    RunExists {
        /// The run directory.
        path: PathBuf,
    },
    /// A one-class model without the objects that it is about.
    #[error("the one-class model {model} needs {needs}")]
    NoObjects {
        /// The model.
        model: &'static str,
        /// The kinds of objects, one of which must be given.
        needs: &'static str,
    },
    /// Features without a clip rule, where it must be known.
    #[error(
        "{path}: plain .npy files do not say how many frames a clip has, and no clip length was given"
    )]
    NoClipLength {
        /// The features.
        path: PathBuf,
    },
    /// Data does not fit the model or the run it is used with.
    #[error("{0}")]
    Mismatch(String),
    /// A listener could not judge the networks.
    #[error("judging the test set: {0}")]
    Evaluation(String),
    /// The run was interrupted; its state is saved.
    #[error("interrupted; the state is saved, and the run can be resumed")]
    Interrupted,
}

impl TrainError {
    /// Whether it is a numerical failure: a loss or score that is not finite.
    pub fn is_numerical(&self) -> bool {
        matches!(self, TrainError::Core { source: CoreError::NotFinite { .. }, .. })
    }

    /// The same failure, of a video.
    pub fn of_video(self, id: &VideoId) -> Self {
        match self {
            Self::Core { doing, source } => {
                Self::Core { doing: format!("{doing}, video {id}"), source }
            }
            other => other,
        }
    }
}

/// Says what failed.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl Into<String>) -> Result<T>;
}

impl<T> Doing<T> for gcl_core::Result<T> {
    fn doing(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|source| TrainError::Core { doing: what.into(), source })
    }
}
