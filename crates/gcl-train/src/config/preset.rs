//! From a method and a preset to a resolved configuration.

use gcl_core::soft_label::LabelRule;
use gcl_core::threshold::Threshold;
use gcl_core::{
    AutoencoderConfig, CooperativeConfig, DiscriminatorConfig, RmsPropConfig, ScalerKind,
};
use gcl_data::FeatureSet;
use serde::{Deserialize, Serialize};

use super::{LastBatch, Loop, Method, RunConfig, ScoreSource, TrainOn, Training, Turns};
use crate::schedule::{Budget, NamedBudget, batches};

/// Where a run's values come from. See `docs/method.md` for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The paper's settings (§4), fit for ResNeXt-101 features: raw features, batch 8192, 15
    /// epochs at 2e-5, labels by mean and standard deviation, scores by the discriminator.
    Paper,
    /// Settings for features that nobody tuned for, where the paper's collapse: centred and
    /// half-whitened features, the top 10 % labelled, a faster optimizer, scores by the generator.
    Any,
}

gcl_data::named!(Preset: Paper = "paper", Any = "any");

impl Preset {
    /// The preset that features call for: the paper's settings fit those of its own extractor.
    pub fn of_features(features: &FeatureSet) -> Preset {
        match features.identity() {
            Some(identity) if identity.name == PAPER_EXTRACTOR => Preset::Paper,
            _ => Preset::Any,
        }
    }

    /// The method that fits a preset best: the paper's best for its own features; on others,
    /// pre-training is what collapses (see `docs/results.md`).
    pub fn method(self) -> Method {
        match self {
            Preset::Paper => Method::GclPt,
            Preset::Any => Method::GclB,
        }
    }
}

/// The extractor whose features the paper's settings fit.
const PAPER_EXTRACTOR: &str = "resnext101";

/// The batch size of preset `any`.
const ANY_BATCH: usize = 256;

/// The epochs that preset `any` trains at most, however few the segments.
const ANY_EPOCHS: u64 = 50;

/// The segments of a video that preset `any` centres on its own mean: an hour at 5 frames per second, 11
/// minutes at 25.
const ANY_CENTERED: usize = 1000;

/// What a preset must know of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFacts {
    /// The feature dimension.
    pub dim: usize,
    /// The number of training segments.
    pub segments: usize,
}

impl RunConfig {
    /// The values of a method under a preset.
    pub fn new(method: Method, preset: Preset, seed: u64, data: DataFacts) -> RunConfig {
        let mut config = match preset {
            Preset::Paper => paper(method, seed, data),
            Preset::Any => any(method, seed, data),
        };
        method.apply(&mut config, data);
        config
    }
}

fn paper(method: Method, seed: u64, data: DataFacts) -> RunConfig {
    RunConfig {
        method,
        preset: Preset::Paper,
        seed,
        scaler: ScalerKind::Raw,
        center_videos: 0,
        score: ScoreSource::Discriminator,
        detector: None,
        labelled_share: 0.0,
        pretraining: None,
        pseudo_labels: None,
        training: Training {
            kind: Loop::Cooperate,
            on: TrainOn::All,
            turns: Turns::EveryBatch,
            batch: 8192,
            last_batch: LastBatch::Even,
            fresh_optimizers: true,
            // 15 epochs of UCF-Crime are about 1,400 steps; of a small set they would be 15.
            budget: NamedBudget::Equalised.budget(),
            decay: None,
        },
        cooperative: CooperativeConfig::default(),
        generator: AutoencoderConfig::new(data.dim),
        discriminator: DiscriminatorConfig::new(data.dim),
    }
}

fn any(method: Method, seed: u64, data: DataFacts) -> RunConfig {
    let paper = paper(method, seed, data);
    // Wide networks diverge at the rate that narrow ones need.
    let learning_rate = if data.dim > 1024 { 1e-4 } else { 5e-4 };
    let top = Threshold::Top { share: 0.1 };
    let (batches, _) = batches(data.segments, ANY_BATCH);
    RunConfig {
        preset: Preset::Any,
        scaler: ScalerKind::HalfWhiten,
        center_videos: ANY_CENTERED,
        score: ScoreSource::Generator,
        training: Training {
            batch: ANY_BATCH,
            // The discriminator levels off where rate × steps reaches 0.1; but on few segments
            // both networks learn each by heart before that, the anomalous ones too.
            budget: Budget {
                epochs: 15,
                min_steps: ((0.1 / learning_rate) as u64).min(ANY_EPOCHS * batches as u64),
                max_steps: (0.2 / learning_rate) as u64,
            },
            ..paper.training
        },
        cooperative: CooperativeConfig {
            generator_labels: LabelRule::Hard { threshold: top },
            discriminator_labels: top,
            optimizer: RmsPropConfig { learning_rate, ..RmsPropConfig::default() },
            ..CooperativeConfig::default()
        },
        ..paper
    }
}
