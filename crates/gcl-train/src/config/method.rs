//! The methods: one table, a row each.

use gcl_core::detector::{
    IsolationForestSettings, MahalanobisSettings, NearestNeighboursSettings, PcaSettings,
    SemiOrthogonalSettings, Settings,
};
use gcl_core::init::Init;
use gcl_core::pseudo_label::PseudoLabels;
use gcl_core::soft_label::{LabelRule, Squeeze};
use gcl_core::target::{ExcludeDivisor, NegativeTarget};
use gcl_core::temporal::TemporalDifference;
use gcl_core::{DiscriminatorConfig, LatentEntropy, OptimizerConfig, RmsPropConfig, SgdConfig};
use serde::{Deserialize, Serialize};

use super::table::methods;
use super::{DataFacts, Decay, LastBatch, Loop, Pretraining, RunConfig, ScoreSource, TrainOn};
use crate::schedule::Budget;

methods! {
    networks {
        /// GCL after unsupervised pre-training on temporally stable segments (GCL_PT).
        GclPt = "gcl-pt",
            "generator and discriminator train each other, after pre-training on temporally stable segments",
            |config| pretrain(config, calm());

        /// GCL from random weights (GCL_B).
        GclB = "gcl-b",
            "generator and discriminator train each other from random weights",
            |_| ();

        /// GCL from random weights without negative learning (GCL_w/oNL).
        GclNoNl = "gcl-no-nl",
            "gcl-b without negative learning",
            |config| {
                let divisor = ExcludeDivisor::Kept;
                config.cooperative.target = NegativeTarget::Exclude { divisor };
            };

        /// GCL after pre-training on normal videos (GCL_OCC).
        GclOcc = "gcl-occ",
            "gcl-pt, pre-trained on videos labelled normal (needs video labels)",
            |config| pretrain(config, TrainOn::NormalVideos);

        /// GCL_PT with video labels where there are some (GCL_WS).
        GclWs = "gcl-ws",
            "gcl-pt, helped by video labels (needs video labels)",
            |config| {
                pretrain(config, calm());
                config.labelled_share = 1.0;
            };

        /// GCL_B with soft labels for the discriminator.
        SoftLabel = "soft-label",
            "gcl-b with soft labels for the discriminator",
            |config| {
                let squeeze = Squeeze::MinMax;
                config.cooperative.generator_labels = LabelRule::Soft { squeeze };
            };

        /// The generator with negative learning on its own labels, no discriminator.
        SelfLabel = "self-label",
            "the generator alone, with negative learning on its own labels",
            |config| generator_alone(config, Loop::SelfLabel, TrainOn::All);

        /// The generator alone, reconstructing all segments (AE_AllData).
        Ae = "ae",
            "the generator alone, by reconstruction",
            |config| generator_alone(config, Loop::Reconstruct, TrainOn::All);

        /// The generator alone, reconstructing normal videos (AE_OCC).
        AeOcc = "ae-occ",
            "ae on videos labelled normal (needs video labels)",
            |config| generator_alone(config, Loop::Reconstruct, TrainOn::NormalVideos);

        /// The generator alone, reconstructing temporally stable segments (AE_TD).
        AeTd = "ae-td",
            "ae on temporally stable segments",
            |config| generator_alone(config, Loop::Reconstruct, calm());

        /// C2FPL: a classifier on labels from coarse to fine.
        C2fpl = "c2fpl",
            "C2FPL: a classifier, on the most varying window of videos that a mixture of Gaussians sets apart",
            |config| {
                classify(config, PseudoLabels::C2fpl(Default::default()), [512, 32], 0.6);
                let (momentum, nesterov, weight_decay) = (0.9, true, 5e-4);
                let sgd = SgdConfig { momentum, nesterov, weight_decay, ..SgdConfig::default() };
                trained_by(config, sgd, 20);
                config.training.decay = Some(Decay { after: 0.75, factor: 0.1 });
            };

        /// CLAP with one participant: as C2FPL, with labels that follow the classifier.
        Clap = "clap",
            "CLAP: as c2fpl, by the entropy of videos, with labels that follow the classifier",
            |config| {
                classify(config, PseudoLabels::Clap(Default::default()), [512, 32], 0.6);
                trained_by(config, SgdConfig::default(), 10);
            };

        /// LANP: a classifier on labels that follow from the ends of videos.
        Lanp = "lanp",
            "LANP: a classifier, on what is least like the ends of its video (for clips cut around events)",
            |config| {
                classify(config, PseudoLabels::Lanp(Default::default()), [512, 512], 0.7);
                let rmsprop = RmsPropConfig { learning_rate: 1e-4, ..RmsPropConfig::default() };
                trained_by(config, rmsprop, 300);
                // Thirty videos of 32 segments; what fills no batch sits the epoch out.
                (config.training.batch, config.training.last_batch) = (960, LastBatch::Drop);
            };

        /// MLE-UVAD: an autoencoder whose latent vectors are drawn together.
        Mle = "mle",
            "MLE-UVAD: ae, with the entropy of its narrowest layer made small",
            |config| {
                generator_alone(config, Loop::Reconstruct, TrainOn::All);
                config.cooperative.latent_entropy = Some(LatentEntropy::default());
                // The entropy looks at all pairs of a batch.
                config.training.batch = config.training.batch.min(256);
            };
    }
    detectors {
        /// Distance to the nearest training segments.
        Knn(NearestNeighboursSettings) = "knn",
            "distance to the nearest training segments",
            |_| NearestNeighboursSettings { k: 5, sample: 32_768 };

        /// Mahalanobis distance with a shrunk covariance.
        Mahalanobis(MahalanobisSettings) = "mahalanobis",
            "distance from the mean, by covariance",
            |_| MahalanobisSettings { shrinkage: 0.1 };

        /// Distance from the subspace of the leading principal components.
        Pca(PcaSettings) = "pca",
            "distance from the principal components",
            // As many as the generator's bottleneck has units: its linear counterpart.
            |data| PcaSettings {
                components: (data.dim / 8).max(1).min(data.dim.saturating_sub(1)),
            };

        /// Isolation forest.
        IsolationForest(IsolationForestSettings) = "isolation-forest",
            "how few random cuts isolate a segment",
            |_| IsolationForestSettings { trees: 100, sample: 256 };

        /// Mahalanobis distance in a random projection, after Kim et al.
        Kim(SemiOrthogonalSettings) = "kim",
            "mahalanobis in a random projection, after Kim et al.",
            |data| SemiOrthogonalSettings { k: data.dim.clamp(1, 128), shrinkage: 0.01 };
    }
}

fn calm() -> TrainOn {
    TrainOn::Calm { rule: TemporalDifference::default() }
}

fn pretrain(config: &mut RunConfig, on: TrainOn) {
    let (generator, discriminator) = (None, None);
    config.pretraining =
        Some(Pretraining { on, generator, discriminator_on: TrainOn::All, discriminator });
}

/// The steps that a classifier takes at least: published epochs of a few segments would be a handful.
const CLASSIFIER_STEPS: u64 = 1000;

fn classify(config: &mut RunConfig, labels: PseudoLabels, hidden: [usize; 2], dropout: f64) {
    config.pseudo_labels = Some(labels);
    config.training.kind = Loop::Classify;
    config.score = ScoreSource::Discriminator;
    let init = Init::XavierUniform;
    let published = DiscriminatorConfig::new(config.discriminator.input);
    config.discriminator =
        DiscriminatorConfig { hidden: hidden.to_vec(), dropout, init, ..published };
}

fn trained_by(config: &mut RunConfig, optimizer: impl Into<OptimizerConfig>, epochs: u64) {
    config.cooperative.discriminator_optimizer = Some(optimizer.into());
    let (min_steps, max_steps) = (CLASSIFIER_STEPS, u64::MAX);
    (config.training.batch, config.training.budget) =
        (128, Budget { epochs, min_steps, max_steps });
}

fn generator_alone(config: &mut RunConfig, kind: Loop, on: TrainOn) {
    (config.training.kind, config.training.on) = (kind, on);
    config.score = ScoreSource::Generator;
}

gcl_data::named!(Method);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use gcl_core::Device;

    use super::*;
    use crate::config::Preset;

    #[test]
    fn a_detectors_own_name_is_its_methods() {
        let data = DataFacts { dim: 8, segments: 100 };
        for method in Method::ALL {
            let config = RunConfig::new(method, Preset::Any, 0, data);
            let settings = config.detector.as_ref().and_then(|detector| detector.settings());
            let Some(settings) = settings else { continue };
            assert_eq!(settings.build(0, &Device::flex()).unwrap().name(), method.name());
        }
    }
}
