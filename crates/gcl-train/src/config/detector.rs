//! The plain detectors by name and settings.

use gcl_core::Device;
use gcl_core::detector::{
    Detector, IsolationForest, Mahalanobis, NearestNeighbours, Pca, SemiOrthogonal,
};
use serde::{Deserialize, Serialize};

use crate::error::{Result, TrainError};

/// A plain detector and its settings. `docs/method.md` says why the presets choose theirs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "name", deny_unknown_fields)]
pub enum DetectorConfig {
    /// Distance to the k-th nearest training segment.
    Knn {
        /// Which neighbour.
        k: usize,
        /// At most this many training segments are kept, drawn by the run's seed.
        sample: usize,
    },
    /// Mahalanobis distance with a shrunk covariance.
    Mahalanobis {
        /// The identity's share in the covariance, in (0, 1].
        shrinkage: f64,
    },
    /// Distance from the subspace of the leading principal components.
    Pca {
        /// How many components span it; fewer than dimensions.
        components: usize,
    },
    /// Isolation forest.
    IsolationForest {
        /// The number of trees.
        trees: usize,
        /// The training segments that each tree is grown from.
        sample: usize,
    },
    /// Mahalanobis distance in a random projection.
    Kim {
        /// The dimensions projected to; at most those there are.
        k: usize,
        /// The identity's share in the covariance, in (0, 1].
        shrinkage: f64,
    },
}

impl DetectorConfig {
    /// An unfitted detector; `seed` is the run's.
    ///
    /// # Errors
    /// [`TrainError::Config`] for settings out of range.
    pub fn build(self, seed: u64, device: &Device) -> Result<Box<dyn Detector>> {
        let detector: gcl_core::Result<Box<dyn Detector>> = match self {
            DetectorConfig::Knn { k, sample } => NearestNeighbours::new(k, device)
                .and_then(|knn| knn.with_sample(sample, seed))
                .map(|knn| Box::new(knn) as _),
            DetectorConfig::Mahalanobis { shrinkage } => {
                Mahalanobis::new(shrinkage).map(|detector| Box::new(detector) as _)
            }
            DetectorConfig::Pca { components } => Ok(Box::new(Pca::new(components, seed))),
            DetectorConfig::IsolationForest { trees, sample } => {
                IsolationForest::new(trees, sample, seed).map(|detector| Box::new(detector) as _)
            }
            DetectorConfig::Kim { k, shrinkage } => {
                SemiOrthogonal::new(k, shrinkage, seed).map(|detector| Box::new(detector) as _)
            }
        };
        detector.map_err(|e| TrainError::Config(format!("detector: {e}")))
    }

    /// Refuses settings that make no detector for features of this dimension.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub(super) fn validate(self, dim: usize) -> Result<()> {
        let refuse = |what: String| Err(TrainError::Config(format!("detector.{what}")));
        let built = match self {
            DetectorConfig::Knn { k, sample } if k == 0 || sample < k => {
                let k = format!("k is {k} and sample {sample}");
                return refuse(format!("{k}, expected k from 1 to sample"));
            }
            DetectorConfig::Pca { components } if components >= dim => {
                let expected = format!("expected fewer than the {dim} dimensions");
                return refuse(format!("components is {components}, {expected}"));
            }
            DetectorConfig::Kim { k, .. } if k > dim => {
                return refuse(format!("k is {k}, expected at most the {dim} dimensions"));
            }
            DetectorConfig::Knn { .. } | DetectorConfig::Pca { .. } => Ok(()),
            DetectorConfig::Mahalanobis { shrinkage } => Mahalanobis::new(shrinkage).map(drop),
            DetectorConfig::IsolationForest { trees, sample } => {
                IsolationForest::new(trees, sample, 0).map(drop)
            }
            DetectorConfig::Kim { k, shrinkage } => SemiOrthogonal::new(k, shrinkage, 0).map(drop),
        };
        built.map_err(|e| TrainError::Config(format!("detector: {e}")))
    }
}
