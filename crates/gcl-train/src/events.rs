//! What a run reports as it proceeds: written to `events.jsonl` and passed to a listener.

use gcl_core::WeaklySupervised;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::interleave::threshold::Stop;
use crate::interleave::{Followed, Judgement, LoopReport, ModuleReport, OneClassSide, PairAuc};
use crate::kept::KeptAt;
use crate::model::Scorer;
use crate::signals::Signals;

/// One line of `events.jsonl`. Events hold no times, so that equal runs write equal files. The
/// first four are of the methods on features alone, the others of pairs of models.
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
    /// Something that a user should know.
    Warning {
        /// The words.
        text: String,
    },
    /// Training is over; the model is stored next.
    Finished {
        /// Optimisation steps over all phases.
        steps: u64,
        /// 1 − (G's squared error / the data's variance) on the training segments; 1 is perfect,
        /// 0 is no better than the mean. Absent where G does not train.
        generator_r2: Option<f64>,
        /// The epoch of the state chosen without labels, `model-chosen`, and its agreement.
        chosen: Option<KeptAt>,
        /// The epoch of the state best on the test set, `model-oracle`, and its AUC there.
        oracle: Option<KeptAt>,
    },
    /// A pair's data.
    PairStarted {
        /// Training videos.
        videos: usize,
        /// Their snippets, N.
        snippets: usize,
        /// Objects that train the one-class model.
        objects: usize,
        /// Objects that it scores.
        scored: usize,
        /// The first threshold, R % of N.
        threshold: usize,
    },
    /// The end of a loop of a pair.
    Loop(LoopReport),
    /// How good both networks are on a test set after a loop, by a listener. No trainer reads it.
    Judged(Judgement),
    /// The end of a module of a pair.
    Module(ModuleReport),
    /// One test video's scores at the end of a module, by a listener. No trainer reads it.
    Followed(Followed),
    /// The end of a round of one of a pair's models that trains alone: an epoch of the objects, or
    /// 500 steps.
    Round {
        /// Counted from 1.
        round: usize,
        /// Mean loss.
        loss: f64,
    },
    /// A pair's training is over.
    PairFinished {
        /// Modules.
        modules: usize,
        /// Loops of all modules.
        loops: usize,
        /// Why.
        stop: Stop,
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
    pub loss_generator: Option<f64>,
    /// D's loss; absent where D does not train.
    pub loss_discriminator: Option<f64>,
    /// The share of segments that G called anomalous, or the labels that D learns do.
    pub labelled_by_generator: Option<f64>,
    /// The share of segments that D called anomalous.
    pub labelled_by_discriminator: Option<f64>,
    /// Signals without labels, after those epochs that are looked at.
    pub signals: Option<Signals>,
    /// What the listener's truth says, where it has one, after the same epochs.
    pub auc: Option<TestAuc>,
}

/// How well scores order the frames of a test set; each in [0, 1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestAuc {
    /// Of G's errors; absent where G does not train.
    pub generator: Option<f64>,
    /// Of D's probabilities; absent where D does not train.
    pub discriminator: Option<f64>,
    /// Of the score that the run's model gives.
    pub score: Option<f64>,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The current phase's name.
    pub phase: String,
    /// Steps done over all phases; of the current one for a pair, which has as many as it needs.
    pub step: u64,
    /// Steps of all phases, or of the current one.
    pub steps: u64,
}

/// Someone who follows a run. All methods do nothing unless overridden, and nothing that a listener
/// answers changes what is trained.
pub trait Listener {
    /// Something worth a line happened.
    fn event(&mut self, _event: &Event) {}

    /// One optimisation step is done.
    fn step(&mut self, _progress: &Progress) {}

    /// Judges the networks as they are after an epoch, against a truth that the run never sees:
    /// the answer is logged, and the best state kept as `model-oracle`.
    ///
    /// # Errors
    /// If the test set cannot be read or scored; the run ends with this error.
    fn evaluate(&mut self, _networks: &Scorer<'_>) -> Result<Option<TestAuc>> {
        Ok(None)
    }

    /// Judges both models of a pair after a loop, if there is a test set.
    ///
    /// # Errors
    /// As [`Listener::evaluate`].
    fn judge(
        &mut self,
        _one_class: &dyn OneClassSide,
        _weak: &dyn WeaklySupervised,
    ) -> Result<Option<PairAuc>> {
        Ok(None)
    }

    /// The scores of the test videos that the listener follows, at the end of a pair's module.
    ///
    /// # Errors
    /// As [`Listener::evaluate`].
    fn follow(&mut self, _module: usize, _weak: &dyn WeaklySupervised) -> Result<Vec<Followed>> {
        Ok(Vec::new())
    }
}

/// A listener that ignores everything.
#[derive(Debug)]
pub struct Silent;

impl Listener for Silent {}
