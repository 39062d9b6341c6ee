//! Errors of the command, each with its exit code.

use std::error::Error;
use std::io;

use gcl_bench::BenchmarkError;
use gcl_bench::measure::MeasureError;
use gcl_core::CoreError;
use gcl_data::{ClaimError, TruthError};
use gcl_features::networks::NetworkError;
use gcl_train::TrainError;

/// The command's result: whether everything was done, or some items were skipped.
pub type Outcome = Result<Done, Failure>;

/// How a command ended that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// All of it: exit code 0.
    Fully,
    /// With items skipped and listed: exit code 1.
    WithSkips,
}

impl Done {
    /// Whether it was all of it.
    pub fn all(all: bool) -> Done {
        if all { Done::Fully } else { Done::WithSkips }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The command line or a configuration: exit code 2.
    Usage(String),
    /// Data: exit code 3.
    Data(String),
    /// A file that could not be read or written: exit code 3.
    File(String),
    /// A number that is not one: exit code 4.
    Numerical(String),
    /// Interrupted, and resumable: exit code 130.
    Interrupted(String),
}

impl Failure {
    /// The process's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Usage(_) => 2,
            Failure::Data(_) | Failure::File(_) => 3,
            Failure::Numerical(_) => 4,
            Failure::Interrupted(_) => 130,
        }
    }

    /// The message for the user.
    pub fn message(&self) -> &str {
        match self {
            Failure::Usage(text)
            | Failure::Data(text)
            | Failure::File(text)
            | Failure::Numerical(text)
            | Failure::Interrupted(text) => text,
        }
    }

    /// The same, with how to resume after an interruption.
    pub fn resumable(self) -> Failure {
        match self {
            Failure::Interrupted(text) => {
                Failure::Interrupted(format!("{text}: rerun the command with --resume"))
            }
            other => other,
        }
    }

    /// A failure of data, or of a file if the system is what refused, from any error.
    pub fn data(error: impl Error + 'static) -> Failure {
        let text = error.to_string();
        let mut cause: Option<&dyn Error> = Some(&error);
        while let Some(error) = cause {
            if error.is::<io::Error>() {
                return Failure::File(text);
            }
            cause = error.source();
        }
        Failure::Data(text)
    }
}

impl From<ClaimError> for Failure {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::File(error) => error.into(),
            busy => Failure::Usage(busy.to_string()),
        }
    }
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Failure {
        let text = error.to_string();
        match error {
            TrainError::Interrupted => Failure::Interrupted(text),
            TrainError::Config(_) | TrainError::Run { .. } => Failure::Usage(text),
            TrainError::Kind { found, .. } => {
                let verb = if found == "pair" { "gcl pair" } else { "gcl train, score and report" };
                Failure::Usage(format!("{text}; it is for {verb}"))
            }
            TrainError::NoObjects { needs, .. } => {
                Failure::Usage(format!("{text} (--{})", needs.replace(" or ", " or --")))
            }
            TrainError::RunExists { .. } => Failure::Usage(format!("{text} (--resume)")),
            TrainError::NoClipLength { .. } => Failure::Usage(format!("{text} (--clip-length)")),
            error if error.is_numerical() => Failure::Numerical(text),
            TrainError::Core { source: CoreError::Setting { .. }, .. } => Failure::Usage(text),
            error => Failure::data(error),
        }
    }
}

impl From<gcl::Error> for Failure {
    fn from(error: gcl::Error) -> Failure {
        let text = error.to_string();
        match error {
            gcl::Error::Train(error) => error.into(),
            gcl::Error::Truth(error) => error.into(),
            gcl::Error::Stored(error) => error.into(),
            gcl::Error::Setting(_) | gcl::Error::NoLabel { .. } => Failure::Usage(text),
            gcl::Error::OtherFootage { .. } => Failure::Usage(format!("{text}, or give --refit")),
            gcl::Error::NoRun { .. } => {
                Failure::Usage(format!("{text}; leave out --resume to start one"))
            }
            error => Failure::data(error),
        }
    }
}

impl From<BenchmarkError> for Failure {
    fn from(error: BenchmarkError) -> Failure {
        match error {
            BenchmarkError::Train(error) => error.into(),
            BenchmarkError::Judge(error) => error.into(),
            BenchmarkError::NoVideoLabels { .. } => Failure::Usage(format!("{error} (--labels)")),
            BenchmarkError::SeedIsNoSetting => Failure::Usage(format!("{error} (--seeds)")),
            BenchmarkError::Plan(_) | BenchmarkError::Folder { .. } => {
                Failure::Usage(error.to_string())
            }
            error => Failure::data(error),
        }
    }
}

impl From<MeasureError> for Failure {
    fn from(error: MeasureError) -> Failure {
        let text = error.to_string();
        match error {
            MeasureError::Core(CoreError::NotFinite { .. }) => Failure::Numerical(text),
            MeasureError::Core(CoreError::Setting { .. })
            | MeasureError::Network(
                NetworkError::Preprocess(_)
                | NetworkError::Size { .. }
                | NetworkError::Graph(_)
                | NetworkError::Plan(_),
            ) => Failure::Usage(text),
            _ => Failure::Data(text),
        }
    }
}

impl From<TruthError> for Failure {
    fn from(error: TruthError) -> Failure {
        match error {
            TruthError::FrameCount { .. } => Failure::Data(format!(
                "{error}; if its length was not known when it was scored (poses, tracks, plain features), score it \
                 again with the right one: gcl pair score --frames TRUTH, or gcl score --manifest with a CSV of the \
                 columns id,frames"
            )),
            error => Failure::data(error),
        }
    }
}

impl From<gcl_eval::StoredError> for Failure {
    fn from(error: gcl_eval::StoredError) -> Failure {
        match error {
            gcl_eval::StoredError::Truth(error) => error.into(),
            error => Failure::data(error),
        }
    }
}

macro_rules! data_failures {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Failure {
                Failure::data(error)
            }
        })*
    };
}

data_failures! {
    gcl_data::FeatureError,
    gcl_data::FileError,
    gcl_data::NpyError,
    gcl_eval::EvalError,
    gcl_features::SourceError,
}
