//! What an interleaved run reports: a line each in `events.jsonl`, and told to whoever listens.

use gcl_core::WeaklySupervised;
use serde::{Deserialize, Serialize};

use super::threshold::Stop;
use crate::error::Result;

/// One line of an interleaved run's `events.jsonl`. Events hold no times, so that equal runs write
/// equal files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum InterleaveEvent {
    /// The run's data.
    Started {
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
    /// The end of a loop.
    Loop(LoopReport),
    /// How good both networks are on a test set after a loop, told by a listener. No trainer reads
    /// it.
    Judged(Judgement),
    /// The end of a module.
    Module(ModuleReport),
    /// One test video's scores at the end of a module, told by a listener. No trainer reads it.
    Followed(Followed),
    /// The end of an epoch of a model that trains alone.
    Epoch {
        /// Counted from 1.
        epoch: usize,
        /// Mean loss.
        loss: f64,
    },
    /// Training is over.
    Finished {
        /// Modules.
        modules: usize,
        /// Loops of all modules.
        loops: usize,
        /// Why; absent for a model that trained alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stop: Option<Stop>,
    },
}

/// One loop: the one-class model, then the weakly-supervised one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoopReport {
    /// The module, from 1.
    pub module: usize,
    /// The loop in it, from 1.
    #[serde(rename = "loop")]
    pub number: usize,
    /// The one-class model's loss, mean over the steps.
    pub loss_one_class: f64,
    /// The weakly-supervised model's loss, mean over the steps.
    pub loss_weak: f64,
    /// T_ws, the threshold of this module.
    pub threshold: usize,
    /// Snippets on which all one-class models so far agree.
    pub agreed: usize,
    /// Snippets labelled anomalous, after smoothing.
    pub anomalous: usize,
    /// Snippets labelled normal.
    pub normal: usize,
    /// The share of the anomalous labels that are new since the loop before; 1 in the first.
    pub moved: f64,
    /// The mean weight of the objects after the loop: how normal they count, 0 to 1.
    pub mean_weight: f64,
}

/// One module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModuleReport {
    /// The module, from 1.
    pub module: usize,
    /// Its loops.
    pub loops: usize,
    /// Its threshold.
    pub threshold: usize,
    /// The threshold that the next module takes, or would take.
    pub next: usize,
}

/// Frame AUCs on a test set, 0 to 1; `None` where undefined.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The module, from 1.
    pub module: usize,
    /// The loop in it, from 1.
    #[serde(rename = "loop")]
    pub number: usize,
    /// The one-class model's.
    pub one_class: Option<f64>,
    /// The weakly-supervised model's.
    pub weak: Option<f64>,
}

/// One test video's frame scores at the end of a module: how they change as modules proceed (Joint-VAD,
/// Figure 2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Followed {
    /// The module, from 1.
    pub module: usize,
    /// The video.
    pub video: String,
    /// One score a frame, of the weakly-supervised model.
    pub weak: Vec<f32>,
    /// Abnormal frames, from the first to one past the last of each stretch.
    pub abnormal: Vec<[usize; 2]>,
}

/// Which of the two models is being trained or asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The one-class model trains.
    OneClass,
    /// The one-class model scores all objects.
    Scoring,
    /// The weakly-supervised model trains.
    Weak,
}

/// How far a loop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// The module, from 1.
    pub module: usize,
    /// The loop in it, from 1.
    pub number: usize,
    /// What is going on.
    pub stage: Stage,
    /// Steps done of this stage.
    pub step: usize,
    /// Steps of this stage.
    pub steps: usize,
}

/// Someone who follows an interleaved run. Nothing that a listener answers changes what is
/// trained.
pub trait InterleaveListener<M> {
    /// Something worth a line happened.
    fn event(&mut self, _event: &InterleaveEvent) {}

    /// One step is done.
    fn pulse(&mut self, _pulse: &Pulse) {}

    /// A loop ended: the frame AUCs of both networks, if the listener has a test set and its truth.
    ///
    /// # Errors
    /// If scoring the test set fails; the run ends.
    fn judge(
        &mut self,
        _one_class: &M,
        _weak: &dyn WeaklySupervised,
    ) -> Result<Option<[Option<f64>; 2]>> {
        Ok(None)
    }

    /// A module ended: the scores of the test videos that the listener follows, if any.
    ///
    /// # Errors
    /// As [`InterleaveListener::judge`].
    fn follow(&mut self, _module: usize, _weak: &dyn WeaklySupervised) -> Result<Vec<Followed>> {
        Ok(Vec::new())
    }
}

impl<M> InterleaveListener<M> for crate::events::Silent {}
