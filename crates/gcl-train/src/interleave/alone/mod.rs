//! Each model alone, supervised, as its own paper trains it: a one-class model on normal videos, a
//! weakly-supervised one on a label for each video.

mod one_class;
mod weak;

use gcl_core::State;
use serde::{Deserialize, Serialize};

use super::config::check_counts;
use crate::error::{Doing, Result, TrainError};

pub use one_class::OneClassAlone;
pub use weak::WeakAlone;

/// How a model trains alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AloneSettings {
    /// Passes over the objects of a one-class model; STG-NF: 8.
    pub epochs: usize,
    /// Objects of a step.
    pub batch: usize,
    /// Steps of a weakly-supervised model; RTFM: 15,000, Sultani: 20,000.
    pub iterations: usize,
    /// Segments that each video is averaged to; 32.
    pub segments: usize,
    /// Videos of each kind a step; RTFM: 32, Sultani: 30.
    pub bags: usize,
}

impl Default for AloneSettings {
    fn default() -> Self {
        AloneSettings { epochs: 8, batch: 256, iterations: 15_000, segments: 32, bags: 32 }
    }
}

impl AloneSettings {
    /// Refuses settings that make no training.
    ///
    /// # Errors
    /// [`TrainError::Config`] naming the setting.
    pub fn validate(&self) -> Result<()> {
        let AloneSettings { epochs, batch, iterations, segments, bags } = *self;
        let counts = [
            ("alone.epochs", epochs, 1 << 16),
            ("alone.batch", batch, 1 << 20),
            ("alone.iterations", iterations, 1 << 28),
            ("alone.segments", segments, 1 << 12),
            ("alone.bags", bags, 1 << 12),
        ];
        check_counts(&counts)
    }
}

fn save(done: usize, data: u64, model: State) -> Result<State> {
    let mut state = State::default();
    state.put_json("done", &done).doing("saving the state")?;
    state.put_json("data", &data).doing("saving the state")?;
    state.put_state("model", model);
    Ok(state)
}

fn load(state: &State, data: u64, most: usize) -> Result<(usize, State)> {
    let (done, found): (usize, u64) = (
        state.get_json("done").doing("loading the state")?,
        state.get_json("data").doing("loading the state")?,
    );
    if found != data || done > most {
        let text = "the saved state is of other data or settings than these".to_owned();
        return Err(TrainError::Mismatch(text));
    }
    Ok((done, state.get_state("model")))
}
