//! One run of a plan.

use std::collections::BTreeMap;

use gcl_train::config::{DataFacts, apply_overrides};
use gcl_train::{Method, Preset, RunConfig};
use serde::{Deserialize, Serialize};

use super::data::OpenData;
use super::error::{BenchmarkError, Result};
use super::plan::{Variant, slug};

/// One method on one data set, with its settings and seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The data set's name.
    pub data: String,
    /// The method.
    pub method: Method,
    /// Where its values come from.
    pub preset: Preset,
    /// The variant's name; empty for the preset as it is.
    pub variant: String,
    /// What the variant changes, as `key=value`.
    pub settings: Vec<String>,
    /// The seed.
    pub seed: u64,
}

impl Cell {
    /// The cell's folder below the sweep's: the same for the same cell in every plan.
    pub fn name(&self) -> String {
        let variant = Variant { name: self.variant.clone(), settings: self.settings.clone() };
        let (method, preset) = (self.method, self.preset);
        format!("{}/{method}-{preset}{}-seed{}", self.data, slug(&variant), self.seed)
    }

    /// The run that the cell means on its data.
    ///
    /// # Errors
    /// If a setting is unknown, makes no run, or is the seed, which the plan chooses; if the run uses video
    /// labels and the data has none.
    pub fn config(&self, data: &OpenData) -> Result<RunConfig> {
        let facts = DataFacts { dim: data.train.dim(), segments: data.train.total() };
        let config = RunConfig::new(self.method, self.preset, self.seed, facts);
        let key = |setting: &String| setting.split_once('=').map(|(key, _)| key.trim().to_owned());
        if self.settings.iter().filter_map(key).any(|key| key == "seed") {
            return Err(BenchmarkError::SeedIsNoSetting);
        }
        let config = apply_overrides(&config, &self.settings)?;
        if config.uses_labels() && data.normal.as_ref().is_none_or(BTreeMap::is_empty) {
            return Err(BenchmarkError::NoVideoLabels { method: self.method });
        }
        Ok(config)
    }
}
