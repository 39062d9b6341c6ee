//! What a run does: one value, from which everything else follows.

mod method;
mod overrides;
mod preset;
mod validate;

pub use method::Method;
pub(crate) use overrides::override_with;
pub use overrides::{apply_overrides, from_toml};
pub use preset::{DataFacts, Preset};

use gcl_core::temporal::TemporalDifference;
use gcl_core::{AutoencoderConfig, CooperativeConfig, DiscriminatorConfig, ScalerKind};
use serde::{Deserialize, Serialize};

use crate::schedule::Budget;

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
    /// Which score a trained model gives unless asked for another.
    pub score: ScoreSource,
    /// The plain detector, for the methods that are one; networks and training are then unused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<DetectorConfig>,
    /// The share of training videos whose video-level label may be used, in [0, 1] (GCL_WS). 0 is
    /// unsupervised: labels are not even read.
    pub labelled_share: f64,
    /// What happens before the loop, if anything (paper §3.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretraining: Option<Pretraining>,
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
        let before = self.pretraining.and_then(|before| rule(before.on));
        before.into_iter().chain(rule(self.training.on)).collect()
    }

    /// Whether any part of the run depends on video labels. All others never see them.
    pub fn uses_labels(&self) -> bool {
        let of_normal = |on: TrainOn| on == TrainOn::NormalVideos;
        self.labelled_share > 0.0
            || of_normal(self.training.on)
            || self.pretraining.is_some_and(|before| of_normal(before.on))
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
    /// A plain detector's score.
    Detector,
}

/// A plain detector and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name", deny_unknown_fields)]
pub enum DetectorConfig {
    /// Distance to the k-th nearest training segment.
    Knn {
        /// Which neighbour.
        k: usize,
    },
    /// Mahalanobis distance with a shrunk covariance.
    Mahalanobis {
        /// The identity's share in the covariance, in (0, 1].
        shrinkage: f64,
    },
}

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
    /// Segments in a batch; paper §4: 8192.
    pub batch: usize,
    /// For how long.
    pub budget: Budget,
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
    /// For how long D trains, on all segments; as long as the loop if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Budget>,
}
