//! What an interleaved training is: every setting, and two presets.

use gcl_data::{SnippetRule, WeightReduce, WeightRule};
use serde::{Deserialize, Serialize};

use super::bags::BagRule;
use super::labels::Smoothing;
use super::threshold::FirstChange;
use super::weights::InitialWeights;
use crate::error::{Result, TrainError};

/// Where the settings come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterleavePreset {
    /// As the text of the paper reads: a loop is an epoch of each model, modules end when their
    /// labels settle, bags are random, a snippet's score is the mean of its objects'.
    Paper,
    /// As the authors' code runs: six loops a module, 500 steps of the weakly-supervised model a
    /// loop, stratified bags, smoothed scores and labels. Its faults are not repeated.
    #[default]
    JointVadCode,
}

gcl_data::named!(InterleavePreset: Paper = "paper", JointVadCode = "joint-vad-code");

/// All settings of an [`super::Interleaver`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterleaveConfig {
    /// Every random decision follows from this number.
    pub seed: u64,
    /// How many snippets are called anomalous.
    pub threshold: ThresholdConfig,
    /// When a module ends.
    pub loops: LoopConfig,
    /// The one-class side of a loop.
    pub one_class: OneClassTraining,
    /// From one-class scores to snippet labels.
    pub labels: LabelConfig,
    /// The weakly-supervised side of a loop.
    pub weak: WeakTraining,
}

/// How many snippets are called anomalous (paper §3.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdConfig {
    /// R, the share of all snippets that the first module calls anomalous; 0.15 on ShanghaiTech,
    /// 0.30 on UBnormal.
    pub share: f64,
    /// Whether later modules take the number of snippets on which all one-class models so far
    /// agree (Eq. 8). Without, the first module's number stays.
    pub adaptive: bool,
    /// Q: training ends when the threshold's change is at most this share of the first change;
    /// 0.10.
    pub stop: f64,
    /// Which change is the first one.
    pub first_change: FirstChange,
    /// The most modules; 6.
    pub max_modules: usize,
}

/// When a module ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopConfig {
    /// The most loops of a module.
    pub most: usize,
    /// A module also ends when at most this share of the anomalous labels changed since the loop
    /// before; 0 never ends it early.
    pub settled: f64,
}

/// The one-class side of a loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneClassTraining {
    /// Passes over the objects in a loop; paper: 1, and 2 and 3 in its Table 5.
    pub epochs: usize,
    /// Objects a step; 256.
    pub batch: usize,
    /// Whether objects are weighted (Eq. 2). Without, every object counts as normal.
    pub weighted: bool,
    /// The weights before any model is trained.
    pub initial: InitialWeights,
    /// How the weights of an object's frames become its own.
    pub reduce: WeightReduce,
    /// Which frames an object reads; `code-exact` repeats a fault of the published code.
    pub rule: WeightRule,
    /// Objects that are scored at a time; changes no result.
    pub score_batch: usize,
}

/// From one-class scores to snippet labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelConfig {
    /// From scores of objects to scores of snippets.
    pub snippets: SnippetRule,
    /// Whether lone labels follow their neighbours.
    pub smoothing: Smoothing,
}

/// What [`WeakTraining::length`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeakUnit {
    /// Optimisation steps.
    #[default]
    Iterations,
    /// Passes over the bags of the class that has more of them.
    Epochs,
}

/// The weakly-supervised side of a loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakTraining {
    /// How long it trains in a loop.
    pub length: usize,
    /// What that counts.
    pub unit: WeakUnit,
    /// Snippets in a bag, C; 16.
    pub bag: usize,
    /// Bags of each kind a step; 32. Where there are fewer, all of them.
    pub batch: usize,
    /// How bags are drawn.
    pub bags: BagRule,
    /// Whether the optimizer starts anew in every loop.
    pub fresh_optimizer: bool,
}

impl InterleaveConfig {
    /// The settings of a preset.
    pub fn new(preset: InterleavePreset, seed: u64) -> InterleaveConfig {
        let code = preset == InterleavePreset::JointVadCode;
        InterleaveConfig {
            seed,
            threshold: ThresholdConfig {
                share: 0.15,
                adaptive: true,
                stop: 0.10,
                first_change: if code { FirstChange::SecondModule } else { FirstChange::Initial },
                max_modules: 6,
            },
            // The paper ends a module "when it converges"; see docs/method.md for the rule.
            loops: LoopConfig {
                most: if code { 6 } else { 10 },
                settled: if code { 0.0 } else { 0.1 },
            },
            one_class: OneClassTraining {
                epochs: 1,
                batch: 256,
                weighted: true,
                initial: InitialWeights::PerObject,
                reduce: if code { WeightReduce::Min } else { WeightReduce::Centre },
                rule: WeightRule::PerVideo,
                score_batch: 1024,
            },
            labels: LabelConfig {
                snippets: if code { SnippetRule::Frames } else { SnippetRule::Objects },
                smoothing: if code { Smoothing::PerVideo } else { Smoothing::Off },
            },
            weak: WeakTraining {
                length: if code { 500 } else { 1 },
                unit: if code { WeakUnit::Iterations } else { WeakUnit::Epochs },
                bag: 16,
                batch: 32,
                bags: if code { BagRule::Stratified } else { BagRule::Random },
                fresh_optimizer: code,
            },
        }
    }

    /// Refuses settings that make no training.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting and what is allowed.
    pub fn validate(&self) -> Result<()> {
        let ThresholdConfig { share, stop, max_modules, .. } = self.threshold;
        let wrong = |name: &str, expected: &str, found: String| {
            Err(TrainError::Config(format!("`{name}` is {found}, expected {expected}")))
        };
        if !(share > 0.0 && share < 1.0) {
            return wrong("threshold.share", "a share above 0 and below 1", share.to_string());
        }
        for (name, value) in [("threshold.stop", stop), ("loops.settled", self.loops.settled)] {
            if !(0.0..=1.0).contains(&value) {
                return wrong(name, "a share from 0 to 1", value.to_string());
            }
        }
        let counts = [
            ("threshold.max_modules", max_modules, 1 << 12),
            ("loops.most", self.loops.most, 1 << 12),
            ("one_class.epochs", self.one_class.epochs, 1 << 12),
            ("one_class.batch", self.one_class.batch, 1 << 20),
            ("one_class.score_batch", self.one_class.score_batch, 1 << 20),
            ("weak.length", self.weak.length, 1 << 24),
            ("weak.bag", self.weak.bag, 1 << 12),
            ("weak.batch", self.weak.batch, 1 << 12),
        ];
        check_counts(&counts)
    }
}

/// Refuses a count that is 0 or above its limit: `(name, value, limit)`.
pub(super) fn check_counts(counts: &[(&str, usize, usize)]) -> Result<()> {
    match counts.iter().find(|(_, value, most)| !(1..=*most).contains(value)) {
        None => Ok(()),
        Some((name, value, most)) => {
            Err(TrainError::Config(format!("`{name}` is {value}, expected 1 to {most}")))
        }
    }
}
