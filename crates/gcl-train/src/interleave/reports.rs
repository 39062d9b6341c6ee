//! What a pair reports of its loops and modules, and what a listener says of a test set.

use serde::{Deserialize, Serialize};

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

/// Frame AUCs of both models on a test set, 0 to 1; `None` where undefined, or without that model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PairAuc {
    /// The one-class model's.
    pub one_class: Option<f64>,
    /// The weakly-supervised model's.
    pub weak: Option<f64>,
}

/// How good both models are after a loop.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// The module, from 1.
    pub module: usize,
    /// The loop in it, from 1.
    #[serde(rename = "loop")]
    pub number: usize,
    /// The AUCs.
    #[serde(flatten)]
    pub auc: PairAuc,
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
