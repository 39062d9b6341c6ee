//! The settings of the cooperative loop, and the report of one iteration.

use serde::{Deserialize, Serialize};

use crate::latent_entropy::LatentEntropy;
use crate::loss::ErrorNorm;
use crate::optimizer::OptimizerConfig;
use crate::rmsprop::RmsPropConfig;
use crate::soft_label::LabelRule;
use crate::target::NegativeTarget;
use crate::threshold::Threshold;
use crate::weak_label::WeakLabels;

/// How the two networks train each other. The defaults are the paper's (§4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CooperativeConfig {
    /// The norm of a sample's reconstruction error.
    pub error: ErrorNorm,
    /// From G's errors to the labels that train D (Eq. 2).
    pub generator_labels: LabelRule,
    /// From D's probabilities to the labels that train G (Eq. 4).
    pub discriminator_labels: Threshold,
    /// The target of G for samples that D labels anomalous.
    pub target: NegativeTarget,
    /// Which D labels the batch for G.
    pub labelled_by: LabelledBy,
    /// How video labels change both networks' labels, where some are known.
    pub weak: WeakLabels,
    /// RMSprop, one instance for each network.
    pub optimizer: RmsPropConfig,
    /// The discriminator's optimizer, if it has another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discriminator_optimizer: Option<OptimizerConfig>,
    /// What plain reconstruction adds to G's loss, if anything (MLE-UVAD).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latent_entropy: Option<LatentEntropy>,
}

/// Which state of the discriminator labels the batch for the generator; the paper's sections
/// differ, see `docs/method.md`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelledBy {
    /// D after its step on this batch.
    #[default]
    UpdatedDiscriminator,
    /// D as it was before its step on this batch. A joint step of both networks on the sum of
    /// their losses is the same: neither loss has a gradient in the other network, and RMSprop
    /// treats every weight on its own.
    PreviousDiscriminator,
}

crate::spelled_by_serde!(LabelledBy);

impl Default for CooperativeConfig {
    fn default() -> Self {
        CooperativeConfig {
            error: ErrorNorm::Norm,
            generator_labels: LabelRule::Hard { threshold: Threshold::mean_std(1.0) },
            discriminator_labels: Threshold::mean_std(0.1),
            target: NegativeTarget::Ones { value: 1.0 },
            labelled_by: LabelledBy::UpdatedDiscriminator,
            weak: WeakLabels::default(),
            optimizer: RmsPropConfig::default(),
            discriminator_optimizer: None,
            latent_entropy: None,
        }
    }
}

/// The losses, labels and thresholds of one iteration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// D's loss before its step (Eq. 3).
    pub loss_discriminator: f64,
    /// G's loss before its step (Eq. 5).
    pub loss_generator: f64,
    /// The labels from G, in [0, 1]; hard ones are 0 or 1.
    pub generator_labels: Vec<f32>,
    /// The labels from D.
    pub discriminator_labels: Vec<bool>,
    /// The error at or above which G labels a sample anomalous; absent for soft labels.
    pub generator_threshold: Option<f64>,
    /// The probability at or above which D labels a sample anomalous; 1 if it labels none.
    pub discriminator_threshold: f64,
}
