//! What a run leaves: the trained networks, with everything that scoring needs to know.

use std::path::Path;

use gcl_core::{Scaler, State};
use gcl_data::ExtractorIdentity;
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::file::{find_json, write_json};
use serde::{Deserialize, Serialize};

use super::pair::PairConfig;
use crate::error::{Doing, Result, TrainError};
use crate::run_dir::read_state;

/// What belongs to the networks of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairModel {
    /// The configuration that trained them.
    pub config: PairConfig,
    /// The snippet features' scaling; absent for a one-class model that needs no features.
    pub scaler: Option<Scaler>,
    /// What made the snippet features, where they say.
    pub extractor: Option<ExtractorIdentity>,
}

const CARD: &str = "pair.json";
const ONE_CLASS: &str = "one-class.safetensors";
const WEAK: &str = "weak.safetensors";

impl PairModel {
    /// Stores the networks that there are in a folder; the description comes last.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn save(&self, folder: &Path, one_class: Option<State>, weak: Option<State>) -> Result<()> {
        for (name, state) in [(ONE_CLASS, one_class), (WEAK, weak)] {
            let Some(state) = state else { continue };
            let bytes = state.to_bytes().doing("saving a network")?;
            let path = folder.join(name);
            write_bytes_atomic(&path, &bytes)?;
        }
        Ok(write_json(&folder.join(CARD), self)?)
    }

    /// Reads a folder's description.
    ///
    /// # Errors
    /// If there is none, or it is damaged.
    pub fn open(folder: &Path) -> Result<PairModel> {
        let found = find_json(&folder.join(CARD), "the description of a pair")?;
        let model: PairModel = found.ok_or_else(|| {
            let problem = "no trained pair here (no pair.json)".to_owned();
            TrainError::Run { path: folder.to_owned(), problem }
        })?;
        model.config.validate()?;
        Ok(model)
    }

    /// The stored one-class network's state, if there is one.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn one_class(folder: &Path) -> Result<Option<State>> {
        read_state(&folder.join(ONE_CLASS))
    }

    /// The stored weakly-supervised network's state, if there is one.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn weak(folder: &Path) -> Result<Option<State>> {
        read_state(&folder.join(WEAK))
    }
}
