//! A one-class model alone.

use std::sync::atomic::AtomicBool;

use gcl_core::{State, rng};
use rand::seq::SliceRandom;

use super::{AloneSettings, load, save};
use crate::error::{Result, TrainError};
use crate::events::{Event, Listener, Progress};
use crate::interleave::interleaver::Watch;
use crate::interleave::objects::Item;
use crate::interleave::rounds::{Rounds, watch};
use crate::interleave::side::OneClassSide;

/// A one-class model on objects that all count as normal; a round is an epoch.
pub struct OneClassAlone {
    pub(crate) side: Box<dyn OneClassSide>,
    settings: AloneSettings,
    seed: u64,
    fingerprint: u64,
    done: usize,
}

gcl_core::brief_debug!(OneClassAlone);

impl OneClassAlone {
    /// A training at its start: of the objects of normal videos.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if there is no object, or if the model cannot be reset.
    pub fn new(
        mut side: Box<dyn OneClassSide>,
        settings: AloneSettings,
        seed: u64,
    ) -> Result<Self> {
        if side.objects().objects().is_empty() {
            return Err(TrainError::Mismatch("there is no object to train on".to_owned()));
        }
        side.reset(seed)?;
        let fingerprint = side.fingerprint();
        Ok(OneClassAlone { side, settings, seed, fingerprint, done: 0 })
    }

    /// The model as it is now, with its objects.
    pub fn side(&self) -> &dyn OneClassSide {
        self.side.as_ref()
    }

    /// One epoch; the mean loss.
    fn epoch(&mut self, watch: Watch<'_>) -> Result<f64> {
        let epoch = self.done as u64;
        let sides: &[bool] = if self.side.mirrored() { &[false, true] } else { &[false] };
        let mut items: Vec<Item> = (0..self.side.objects().objects().len())
            .flat_map(|object| sides.iter().map(move |&mirror| Item { object, mirror }))
            .collect();
        items.shuffle(&mut rng::stream(self.seed, "alone:objects", epoch));
        let steps = items.len().div_ceil(self.settings.batch);
        let mut sum = 0.0;
        for (step, batch) in items.chunks(self.settings.batch).enumerate() {
            let mut random = rng::stream(self.seed, "alone:one-class", (epoch << 32) + step as u64);
            sum += f64::from(self.side.train(batch, &vec![1.0; batch.len()], &mut random)?);
            let phase = format!("epoch {} of {}", epoch + 1, self.settings.epochs);
            if !watch(&Progress { phase, step: step as u64 + 1, steps: steps as u64 }) {
                return Err(TrainError::Interrupted);
            }
        }
        Ok(sum / steps as f64)
    }
}

impl Rounds for OneClassAlone {
    fn advance(
        &mut self,
        cancel: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<Option<Vec<Event>>> {
        if self.done == self.settings.epochs {
            return Ok(None);
        }
        let loss = self.epoch(&mut watch(cancel, listener))?;
        self.done += 1;
        Ok(Some(vec![Event::Round { round: self.done, loss }]))
    }

    fn save(&self) -> Result<State> {
        save(self.done, self.fingerprint, self.side.save()?)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (done, inner) = load(state, self.fingerprint, self.settings.epochs)?;
        self.side.load(&inner)?;
        self.done = done;
        Ok(())
    }
}
