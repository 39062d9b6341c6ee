//! What a run reports while it goes: written to `events.jsonl`, and told to whoever listens.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::kept::KeptAt;
use crate::model::Scorer;
use crate::signals::Signals;

/// One line of `events.jsonl`. Events hold no times, so that equal runs write equal files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// The run's data and phases.
    Started {
        /// Training videos.
        videos: usize,
        /// Training segments.
        segments: usize,
        /// Feature dimension.
        dim: usize,
        /// The phases to come: name, segments and steps.
        phases: Vec<PhaseOutline>,
    },
    /// The end of one pass over a phase's segments.
    Epoch(EpochReport),
    /// Something that a user should know, in words.
    Warning {
        /// The words.
        text: String,
    },
    /// Training is over; the model is stored next.
    Finished {
        /// Optimisation steps over all phases.
        steps: u64,
        /// 1 − (G's squared error / the data's variance) on the training segments; 1 is perfect,
        /// 0 is no better than the mean. Absent for plain detectors.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        generator_r2: Option<f64>,
        /// The epoch of the state chosen without labels, `model-chosen`, and its agreement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chosen: Option<KeptAt>,
        /// The epoch of the state best on the test set, `model-oracle`, and its AUC there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oracle: Option<KeptAt>,
    },
}

/// A phase, before it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhaseOutline {
    /// Its name.
    pub name: String,
    /// The segments it trains on.
    pub segments: usize,
    /// Its optimisation steps.
    pub steps: u64,
}

/// Means over the batches of one epoch, and what a look at the networks after it found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// The phase's name.
    pub phase: String,
    /// Counted from 1.
    pub epoch: u64,
    /// The phase's steps so far.
    pub step: u64,
    /// G's loss; absent where G does not train.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_generator: Option<f64>,
    /// D's loss; absent where D does not train.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_discriminator: Option<f64>,
    /// The share of segments that G called anomalous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_by_generator: Option<f64>,
    /// The share of segments that D called anomalous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labelled_by_discriminator: Option<f64>,
    /// Signals without labels, after those epochs that are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signals: Option<Signals>,
    /// What the listener's truth says, where it has one, after the same epochs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auc: Option<TestAuc>,
}

/// How well scores order the frames of a test set; each in [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestAuc {
    /// Of G's errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<f64>,
    /// Of D's probabilities; absent where D does not train.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<f64>,
    /// Of the score that the run's model gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The current phase's name.
    pub phase: String,
    /// Steps done over all phases.
    pub step: u64,
    /// Steps of all phases.
    pub steps: u64,
}

/// Someone who follows a run. All methods do nothing unless overridden.
pub trait Listener {
    /// Something worth a line happened.
    fn event(&mut self, _event: &Event) {}
    /// One optimisation step is done.
    fn step(&mut self, _progress: &Progress) {}
    /// Judges the networks as they are after an epoch, against a truth that the run never sees:
    /// the answer is logged, and the best state kept as `model-oracle`, but nothing that trains
    /// depends on it.
    ///
    /// # Errors
    /// If the test set cannot be read or scored; the run ends with this error.
    fn evaluate(&mut self, _networks: &Scorer<'_>) -> Result<Option<TestAuc>> {
        Ok(None)
    }
}

/// A listener that ignores everything.
#[derive(Debug)]
pub struct Silent;

impl Listener for Silent {}
