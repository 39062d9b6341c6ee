//! A one-class model alone.

use gcl_core::{Device, OneClass, State, rng};
use rand::seq::SliceRandom;

use super::{Alone, AloneSettings, load, save};
use crate::error::{Result, TrainError};
use crate::interleave::objects::{Item, Objects};

/// A one-class model on objects that all count as normal; a round is an epoch.
pub struct OneClassAlone<M: OneClass, X: Objects<Batch = M::Batch>> {
    model: M,
    objects: X,
    settings: AloneSettings,
    seed: u64,
    device: Device,
    fingerprint: u64,
    done: usize,
}

impl<M: OneClass, X: Objects<Batch = M::Batch>> std::fmt::Debug for OneClassAlone<M, X> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneClassAlone").finish_non_exhaustive()
    }
}

impl<M: OneClass, X: Objects<Batch = M::Batch>> OneClassAlone<M, X> {
    /// A training at its start: of the objects of normal videos.
    ///
    /// # Errors
    /// If the model cannot be reset.
    pub fn new(
        mut model: M,
        objects: X,
        settings: AloneSettings,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        if objects.index().objects().is_empty() {
            return Err(TrainError::Mismatch("there is no object to train on".to_owned()));
        }
        model.reset(seed).map_err(TrainError::core("starting the model"))?;
        let (fingerprint, device) = (objects.fingerprint(), device.clone());
        Ok(OneClassAlone { model, objects, settings, seed, device, fingerprint, done: 0 })
    }

    /// The model as it is now.
    pub fn model(&self) -> &M {
        &self.model
    }
}

impl<M: OneClass, X: Objects<Batch = M::Batch>> Alone for OneClassAlone<M, X> {
    fn progress(&self) -> (usize, usize) {
        (self.done, self.settings.epochs)
    }

    fn advance(&mut self, watch: &mut dyn FnMut(usize, usize) -> bool) -> Result<f64> {
        let epoch = self.done as u64;
        let sides: &[bool] = if self.objects.mirrored() { &[false, true] } else { &[false] };
        let mut items: Vec<Item> = (0..self.objects.index().objects().len())
            .flat_map(|object| sides.iter().map(move |&mirror| Item { object, mirror }))
            .collect();
        items.shuffle(&mut rng::stream(self.seed, "alone:objects", epoch));
        let steps = items.len().div_ceil(self.settings.batch);
        let mut sum = 0.0;
        for (step, batch) in items.chunks(self.settings.batch).enumerate() {
            let moment = (epoch << 32) + step as u64;
            let mut random = rng::stream(self.seed, "alone:one-class", moment);
            let values = self.objects.fetch(batch, &self.device)?;
            let loss = self.model.train_step(values, &vec![1.0; batch.len()], &mut random);
            sum += f64::from(loss.map_err(TrainError::core("training the one-class model"))?);
            if !watch(step + 1, steps) {
                return Err(TrainError::Interrupted);
            }
        }
        self.done += 1;
        Ok(sum / steps as f64)
    }

    fn save(&self) -> Result<State> {
        save(self.done, self.fingerprint, self.model.save())
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (done, inner) = load(state, self.fingerprint, self.settings.epochs)?;
        self.model.load(&inner).map_err(TrainError::core("loading the state"))?;
        self.done = done;
        Ok(())
    }
}
