//! The kinds of runs that a report of scores can be of.

use gcl_core::{Device, Scaler};
use gcl_eval::svg::LineChart;
use gcl_train::config::{RunKind, to_toml};
use gcl_train::interleave::{PairConfig, PairModel};
use gcl_train::{Event, Model, RunConfig, RunDir, TrainError};

use super::charts::training_charts;
use super::settings;
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

    /// The settings that play a part in it, as rows of a table.
    pub(super) fn settings(&self) -> Result<Vec<(String, String)>> {
        let (toml, idle) = match self {
            Self::Features(config) => (to_toml(&**config)?, idle(config)),
            Self::Pair(config) => (to_toml(&**config)?, Vec::new()),
        };
        let mut rows = settings(&toml);
        rows.retain(|(key, _)| !idle.iter().any(|part| key.split('.').next() == Some(*part)));
        Ok(rows)
    }

    /// How the run's model scales features; `None` for a pair that takes them as they are.
    pub(super) fn scaler(&self, run: &RunDir, device: &Device) -> Result<Option<Scaler>> {
        Ok(match self {
            Self::Features(_) => Some(Model::load(run.path(), device)?.card().scaler.clone()),
            Self::Pair(_) => PairModel::open(&run.model())?.scaler,
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

/// The parts of a configuration that its method does not look at.
fn idle(config: &RunConfig) -> Vec<&'static str> {
    let networks = ["training", "cooperative", "generator", "discriminator", "pretraining"];
    let mut idle = match config.detector {
        Some(_) => networks.to_vec(),
        None => Vec::new(),
    };
    let kind = config.training.kind;
    if !kind.trains_discriminator() && config.pretraining.is_none() {
        idle.push("discriminator");
    }
    if !kind.trains_generator() {
        idle.push("generator");
    }
    if !config.uses_labels() {
        idle.push("labelled_share");
    }
    idle
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_train::config::DataFacts;
    use gcl_train::{Method, Preset};

    use super::*;

    #[test]
    fn settings_are_those_that_play_a_part() {
        let facts = DataFacts { dim: 8, segments: 100 };
        let parts = |method| {
            let config = RunConfig::new(method, Preset::Any, 1, facts);
            let rows = Kind::Features(Box::new(config)).settings().unwrap();
            let mut parts: Vec<String> =
                rows.iter().map(|(key, _)| key.split('.').next().unwrap().to_owned()).collect();
            parts.dedup();
            parts
        };
        let own = ["kind", "method", "preset", "seed", "scaler", "center_videos", "score"];
        assert_eq!(parts(Method::Knn), [&own[..], &["detector"]].concat());
        let both = ["training", "cooperative", "generator", "discriminator"];
        assert_eq!(parts(Method::GclB), [&own[..], &both].concat());
        assert_eq!(parts(Method::Ae), [&own[..], &both[..3]].concat());
        assert!(!parts(Method::C2fpl).contains(&"generator".to_owned()));
        assert!(parts(Method::GclWs).contains(&"labelled_share".to_owned()));
    }
}
