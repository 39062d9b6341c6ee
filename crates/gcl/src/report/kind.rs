//! The kinds of runs that a report of scores can be of.

use gcl_eval::svg::LineChart;
use gcl_train::config::{RunKind, to_toml};
use gcl_train::interleave::PairConfig;
use gcl_train::{Event, RunConfig, RunDir, TrainError};

use super::charts::training_charts;
use crate::error::Result;
use crate::facts;
use crate::pair::{Course, charts};

/// A run's configuration.
pub(super) enum Kind {
    Features(Box<RunConfig>),
    Pair(Box<PairConfig>),
}

impl Kind {
    /// That of a run. A pair is one whose scores are of footage ([`find`](crate::find::find())); others have two sets
    /// of scores, and a report of their own.
    pub(super) fn of(run: &RunDir) -> Result<Self> {
        match run.config::<RunConfig>() {
            Err(TrainError::Kind { found, .. })
                if found == PairConfig::KIND && !facts::read(&run.scores())?.is_empty() =>
            {
                Ok(Self::Pair(Box::new(run.config()?)))
            }
            config => Ok(Self::Features(Box::new(config?))),
        }
    }

    pub(super) fn method(&self) -> &'static str {
        match self {
            Self::Features(config) => config.method.name(),
            Self::Pair(config) => config.method.name(),
        }
    }

    /// What the method is, and the seed.
    pub(super) fn about(&self) -> (String, u64) {
        match self {
            Self::Features(config) => (config.method.about().to_owned(), config.seed),
            Self::Pair(config) => {
                let [one_class, weak] =
                    [config.one_class.kind().about(), config.weak.kind().about()];
                let text = format!("{one_class} and {weak} label for each other");
                (text, config.interleave.seed)
            }
        }
    }

    pub(super) fn to_toml(&self) -> Result<String> {
        Ok(match self {
            Self::Features(config) => to_toml(&**config)?,
            Self::Pair(config) => to_toml(&**config)?,
        })
    }

    /// The charts of a training.
    pub(super) fn charts(&self, events: &[Event]) -> Vec<LineChart> {
        match self {
            Self::Features(_) => training_charts(events),
            Self::Pair(_) => charts(&Course::of(events.to_vec())),
        }
    }
}
