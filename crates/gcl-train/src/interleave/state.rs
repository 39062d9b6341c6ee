//! The whole state of an interleaved training, as one value.

use gcl_core::State;

use super::interleaver::{Interleaver, Position};
use super::threshold::Consensus;
use crate::error::{Doing, Result, TrainError};

impl Interleaver {
    /// The whole state, between two loops.
    ///
    /// # Errors
    /// If the networks cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_state("one-class", self.one_class.save()?);
        state.put_state("weak", self.weak.save().doing("saving the state")?);
        state.put_json("position", &self.at).doing("saving the state")?;
        state.put_json("consensus", &self.consensus).doing("saving the state")?;
        state.put_json("labelled", &self.labelled).doing("saving the state")?;
        let bytes = self.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        state.put("weights", bytes);
        state.put_json("data", &self.fingerprint()).doing("saving the state")?;
        Ok(state)
    }

    /// Resumes from a saved state of the same run.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the state was saved with other data, or does not fit.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let data: u64 = state.get_json("data").doing("loading the state")?;
        if data != self.fingerprint() {
            return Err(TrainError::Mismatch(
                "the saved state was trained on other objects or snippets than these".to_owned(),
            ));
        }
        let at: Position = state.get_json("position").doing("loading the state")?;
        let consensus: Consensus = state.get_json("consensus").doing("loading the state")?;
        let labelled: Vec<u32> = state.get_json("labelled").doing("loading the state")?;
        let bytes = state.get("weights").doing("loading the state")?.as_chunks::<4>().0;
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
        self.weak.load(&state.get_state("weak")).doing("loading the state")?;
        (self.at, self.consensus, self.labelled) = (at, consensus, labelled);
        self.weights = weights;
        Ok(())
    }
}
