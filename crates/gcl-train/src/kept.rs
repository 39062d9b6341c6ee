//! States of a run that are kept beside its last one.

use gcl_core::weights::to_safetensors;
use gcl_core::{CooperativePair, State};
use serde::{Deserialize, Serialize};

use crate::error::{Doing, Result};
use crate::events::EpochReport;

/// Which state of a run a model is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// The last one: what the paper reports.
    #[default]
    Last,
    /// The one whose score agrees best with baseline detectors ([`crate::Signals::score`]), chosen
    /// without labels.
    Chosen,
    /// The one that is best on the test set, chosen with its labels: an upper bound, no result.
    Oracle,
}

gcl_data::named!(RunState: Last = "last", Chosen = "chosen", Oracle = "oracle");

/// When a state was kept, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptAt {
    /// The phase.
    pub phase: String,
    /// The epoch within it, counted from 1.
    pub epoch: u64,
    /// The phase's steps by then.
    pub step: u64,
    /// What it was kept for: the agreement of the chosen state, the oracle's AUC.
    pub value: f64,
}

/// The networks of the best epoch so far.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub at: KeptAt,
    /// As safetensors.
    pub generator: Vec<u8>,
    pub discriminator: Vec<u8>,
}

impl Kept {
    /// Keeps the networks in place of the ones before, if their value is better. The first of
    /// equals stays.
    pub fn update(
        best: &mut Option<Kept>,
        value: Option<f64>,
        epoch: &EpochReport,
        pair: &CooperativePair,
    ) -> Result<()> {
        let Some(value) = value.filter(|v| best.as_ref().is_none_or(|kept| *v > kept.at.value))
        else {
            return Ok(());
        };
        let phase = epoch.phase.clone();
        *best = Some(Kept {
            at: KeptAt { phase, epoch: epoch.epoch, step: epoch.step, value },
            generator: to_safetensors(pair.generator()).doing("keeping a state")?,
            discriminator: to_safetensors(pair.discriminator()).doing("keeping a state")?,
        });
        Ok(())
    }

    /// Adds what is kept to a run's state.
    pub fn save(best: &Option<Kept>, name: &str, state: &mut State) -> Result<()> {
        let at = best.as_ref().map(|kept| &kept.at);
        state.put_json(name, &at).doing("saving the state")?;
        if let Some(kept) = best {
            state.put(&format!("{name}/generator"), kept.generator.clone());
            state.put(&format!("{name}/discriminator"), kept.discriminator.clone());
        }
        Ok(())
    }

    /// Reads it back.
    pub fn load(name: &str, state: &State) -> Result<Option<Kept>> {
        let at: Option<KeptAt> = state.get_json(name).doing("loading the state")?;
        let part = |part: &str| state.get(&format!("{name}/{part}")).map(<[u8]>::to_vec);
        let Some(at) = at else { return Ok(None) };
        let generator = part("generator").doing("loading the state")?;
        let discriminator = part("discriminator").doing("loading the state")?;
        Ok(Some(Kept { at, generator, discriminator }))
    }
}
