//! The whole state of an interleaved training, as one value.

use gcl_core::State;

use super::interleaver::{Interleaver, Position};
use super::threshold::Consensus;
use crate::error::{Result, TrainError};

impl Interleaver {
    /// The whole state, between two loops.
    ///
    /// # Errors
    /// If the networks cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let core = || TrainError::core("saving the state");
        let mut state = State::default();
        state.put_state("one-class", self.one_class.save()?);
        state.put_state("weak", self.weak.save().map_err(core())?);
        state.put_json("position", &self.at).map_err(core())?;
        state.put_json("consensus", &self.consensus).map_err(core())?;
        state.put_json("labelled", &self.labelled).map_err(core())?;
        let bytes = self.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        state.put("weights", bytes);
        state.put_json("data", &self.fingerprint()).map_err(core())?;
        Ok(state)
    }

    /// Goes on from a saved state of the same run.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the state was saved with other data, or does not fit.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let core = || TrainError::core("loading the state");
        let data: u64 = state.get_json("data").map_err(core())?;
        if data != self.fingerprint() {
            return Err(TrainError::Mismatch(
                "the saved state was trained on other objects or snippets than these".to_owned(),
            ));
        }
        let at: Position = state.get_json("position").map_err(core())?;
        let consensus: Consensus = state.get_json("consensus").map_err(core())?;
        let labelled: Vec<u32> = state.get_json("labelled").map_err(core())?;
        let bytes = state.get("weights").map_err(core())?.as_chunks::<4>().0;
        let weights: Vec<f32> = bytes.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let limits = (self.config.threshold.max_modules, self.config.loops.most);
        let possible = at.module <= limits.0
            && at.loops < limits.1
            && consensus.thresholds().len() == at.module + 1
            && weights.len() == self.weights.len()
            && weights.iter().all(|w| (0.0..=1.0).contains(w));
        if !possible {
            return Err(TrainError::Mismatch(format!("the saved position {at:?} is impossible")));
        }
        self.one_class.load(&state.get_state("one-class"))?;
        self.weak.load(&state.get_state("weak")).map_err(core())?;
        (self.at, self.consensus, self.labelled) = (at, consensus, labelled);
        self.weights = weights;
        Ok(())
    }
}
