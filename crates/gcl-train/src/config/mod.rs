//! What a run does: one value, from which everything else follows.

mod detector;
mod kind;
mod method;
mod overrides;
mod preset;
mod table;
mod validate;

pub use kind::{RunKind, from_toml, kind_of, to_toml};
pub use method::{DetectorConfig, Method};
pub use overrides::apply_overrides;
pub(crate) use overrides::override_with;
pub use preset::{DataFacts, Preset};

use gcl_core::pseudo_label::PseudoLabels;
use gcl_core::temporal::TemporalDifference;
use gcl_core::{AutoencoderConfig, CooperativeConfig, DiscriminatorConfig, ScalerKind};
use serde::{Deserialize, Serialize};

use crate::schedule::{Budget, batches};

/// A resolved run: what `config.toml` in a run directory holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// The method's name; the values below are what it means.
    pub method: Method,
    /// The preset that the values came from.
    pub preset: Preset,
    /// Every random decision follows from this.
    pub seed: u64,
    /// How features are scaled before any network sees them.
    pub scaler: ScalerKind,
    /// Videos of at least this many segments are centred on their own mean before they are scaled; 0 is none,
    /// as is scaler `raw`. See `docs/method.md`.
    #[serde(default)]
    pub center_videos: usize,
    /// Which score a trained model gives unless asked for another.
    pub score: ScoreSource,
    /// The baseline detector, for the methods that are one; networks and training are then unused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<DetectorConfig>,
    /// The share of training videos whose video-level label may be used, in [0, 1] (GCL_WS). 0 is
    /// unsupervised: labels are not even read.
    pub labelled_share: f64,
    /// What happens before the loop, if anything (paper §3.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretraining: Option<Pretraining>,
    /// The labels that a classifier trains on, for the loop that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudo_labels: Option<PseudoLabels>,
    /// The loop.
    pub training: Training,
    /// How the two networks train each other.
    pub cooperative: CooperativeConfig,
    /// The generator.
    pub generator: AutoencoderConfig,
    /// The discriminator.
    pub discriminator: DiscriminatorConfig,
}

impl RunConfig {
    /// The cleaning rules that the run's phases use.
    pub fn cleaning_rules(&self) -> Vec<TemporalDifference> {
        let rule = |on: TrainOn| match on {
            TrainOn::Calm { rule } => Some(rule),
            TrainOn::All | TrainOn::NormalVideos => None,
        };
        self.segments().into_iter().filter_map(rule).collect()
    }

    /// Whether any part of the run depends on video labels. All others never see them.
    pub fn uses_labels(&self) -> bool {
        self.labelled_share > 0.0 || self.segments().contains(&TrainOn::NormalVideos)
    }

    /// What each phase trains on.
    fn segments(&self) -> Vec<TrainOn> {
        let before = self.pretraining.map(|before| [before.on, before.discriminator_on]);
        before.into_iter().flatten().chain([self.training.on]).collect()
    }
}

/// A value as configuration files spell it, for messages.
pub(crate) fn spelled(value: &impl Serialize) -> String {
    match toml::Value::try_from(value) {
        Ok(toml::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(error) => error.to_string(),
    }
}

/// Which score stands for a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreSource {
    /// The discriminator's probability (paper §3.4).
    Discriminator,
    /// The generator's reconstruction error.
    Generator,
    /// The mean of both networks' ranks among their training scores.
    MeanRank,
    /// A baseline detector's score.
    Detector,
}

gcl_data::named!(ScoreSource:
    Generator = "generator", Discriminator = "discriminator", MeanRank = "mean-rank",
    Detector = "detector");

/// What the loop does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loop {
    /// G and D train each other (paper §3.2).
    Cooperate,
    /// G alone reconstructs (the AE rows of Table 1 and 2).
    Reconstruct,
    /// G alone, with negative learning on its own labels.
    SelfLabel,
    /// D alone, on labels that were made before.
    Classify,
}

impl Loop {
    /// Whether G trains in it.
    pub fn trains_generator(self) -> bool {
        self != Loop::Classify
    }

    /// Whether D trains in it.
    pub fn trains_discriminator(self) -> bool {
        matches!(self, Loop::Cooperate | Loop::Classify)
    }
}

/// Which segments a phase trains on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "segments", deny_unknown_fields)]
pub enum TrainOn {
    /// All of them.
    All,
    /// Those that temporal-difference cleaning keeps (paper §3.3).
    Calm {
        /// The rule.
        rule: TemporalDifference,
    },
    /// Those of videos labelled normal (one-class classification).
    NormalVideos,
}

/// The loop of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// What is done with a batch.
    pub kind: Loop,
    /// On which segments.
    pub on: TrainOn,
    /// Whose turn it is to train, where both networks do.
    pub turns: Turns,
    /// Segments in a batch; paper §4: 8192.
    pub batch: usize,
    /// What becomes of segments that fill no whole batch.
    pub last_batch: LastBatch,
    /// Whether each phase starts with optimizers without state.
    pub fresh_optimizers: bool,
    /// For how long.
    pub budget: Budget,
    /// Whether the learning rate falls on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decay: Option<Decay>,
}

/// One fall of the learning rate in each phase.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decay {
    /// The share of the phase's steps after which it falls, in [0, 1].
    pub after: f64,
    /// What it is multiplied by then, above 0.
    pub factor: f64,
}

impl Decay {
    /// What the learning rate is multiplied by in a step, counted from 0, of so many.
    pub fn pace(&self, step: u64, steps: u64) -> f64 {
        if step as f64 >= self.after * steps as f64 { self.factor } else { 1.0 }
    }
}

impl Training {
    /// How many batches an epoch of `segments` has, and the size of each but the last.
    pub fn batches(&self, segments: usize) -> (usize, usize) {
        match self.last_batch {
            LastBatch::Even => batches(segments, self.batch),
            LastBatch::Keep => (segments.div_ceil(self.batch.max(1)).max(1), self.batch),
            // An epoch without any batch would train nothing: a set below one batch is one.
            LastBatch::Drop => ((segments / self.batch.max(1)).max(1), self.batch),
        }
    }
}

/// Whose turn it is to train in the loop of both networks. See `docs/method.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turns {
    /// Both networks, on every batch.
    #[default]
    EveryBatch,
    /// D for an epoch, on the labels of a G that stays; then G for an epoch, on D's; and so on.
    EveryEpoch,
}

/// What becomes of segments that fill no whole batch; unspecified in the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastBatch {
    /// There is no smaller batch: all are made nearly equal, none larger than asked.
    #[default]
    Even,
    /// They are a smaller batch.
    Keep,
    /// They sit the epoch out; another shuffle leaves out others.
    Drop,
}

/// Pre-training: first G by plain reconstruction, then D on the labels of a G that stays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pretraining {
    /// The segments that G reconstructs.
    pub on: TrainOn,
    /// For how long G trains; as long as the loop if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Budget>,
    /// The segments that D trains on.
    pub discriminator_on: TrainOn,
    /// For how long D trains; as long as the loop if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Budget>,
}
