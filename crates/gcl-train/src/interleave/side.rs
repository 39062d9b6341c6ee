//! The one-class side of a pair: a model with the objects that it trains on and scores.

use gcl_core::rng::HostRng;
use gcl_core::{Device, OneClass, State};
use gcl_data::{ObjectIndex, VideoId};

use super::objects::{Item, Objects};
use crate::error::{Doing, Result, TrainError};

/// Objects scored at a time where no training sets a number.
const SCORE_BATCH: usize = 1024;

/// A one-class model together with its objects, whatever their kind: what the interleaving trains,
/// asks and saves. [`OneClassOn`] makes one of any [`OneClass`] model and fitting [`Objects`].
pub trait OneClassSide {
    /// The objects that train.
    fn objects(&self) -> &ObjectIndex;

    /// The objects that are scored.
    fn scored(&self) -> &ObjectIndex;

    /// Whether an epoch also sees each object's mirror image.
    fn mirrored(&self) -> bool;

    /// A hash of all objects, by which a resumed run recognises its data.
    fn fingerprint(&self) -> u64;

    /// Forgets everything learnt.
    ///
    /// # Errors
    /// If the network cannot be made.
    fn reset(&mut self, seed: u64) -> Result<()>;

    /// One step on these objects, each weighted by how normal it counts, in [0, 1]; the loss.
    ///
    /// # Errors
    /// If objects cannot be read, or the loss is not finite.
    fn train(&mut self, items: &[Item], normality: &[f32], random: &mut HostRng) -> Result<f32>;

    /// Scores of all scored objects, `batch` at a time; higher is more anomalous. `after` is called
    /// after each batch with the number of batches done and of all.
    ///
    /// # Errors
    /// If objects cannot be read or scored, or `after` fails.
    fn scores(
        &self,
        batch: usize,
        after: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Vec<f32>>;

    /// The model's state.
    ///
    /// # Errors
    /// If the network cannot be read from the device.
    fn save(&self) -> Result<State>;

    /// Takes over a saved state of the same model.
    ///
    /// # Errors
    /// If it does not fit.
    fn load(&mut self, state: &State) -> Result<()>;

    /// Frame scores of each video: the most anomalous object of each frame, smoothed
    /// ([`ObjectIndex::frame_scores`]).
    ///
    /// # Errors
    /// As [`OneClassSide::scores`].
    fn frames(&self) -> Result<Vec<(VideoId, Vec<f32>)>> {
        let scores = self.scores(SCORE_BATCH, &mut |_, _| Ok(()))?;
        let frames = self.scored().frame_scores(&scores)?;
        let ids = self.scored().videos().iter().map(|video| video.id.clone());
        Ok(ids.zip(frames).collect())
    }
}

/// A one-class model on objects of its kind.
pub struct OneClassOn<M, X> {
    model: M,
    objects: X,
    scored: Option<X>,
    device: Device,
}

gcl_core::brief_debug!(OneClassOn<M, X>; M, X);

impl<M: OneClass, X: Objects<Batch = M::Batch>> OneClassOn<M, X> {
    /// A model that trains on and scores the same objects.
    pub fn new(model: M, objects: X, device: &Device) -> Self {
        OneClassOn { model, objects, scored: None, device: device.clone() }
    }

    /// Scores these objects in place of those that train: STG-NF trains on every sixth window and
    /// scores every one.
    pub fn scoring(mut self, scored: Option<X>) -> Self {
        self.scored = scored;
        self
    }

    fn to_score(&self) -> &X {
        self.scored.as_ref().unwrap_or(&self.objects)
    }
}

impl<M: OneClass, X: Objects<Batch = M::Batch>> OneClassSide for OneClassOn<M, X> {
    fn objects(&self) -> &ObjectIndex {
        self.objects.index()
    }

    fn scored(&self) -> &ObjectIndex {
        self.to_score().index()
    }

    fn mirrored(&self) -> bool {
        self.objects.mirrored()
    }

    fn fingerprint(&self) -> u64 {
        let scored = self.scored.as_ref().map_or(0, Objects::fingerprint);
        gcl_core::rng::fnv1a(self.objects.fingerprint(), &scored.to_le_bytes())
    }

    fn reset(&mut self, seed: u64) -> Result<()> {
        self.model.reset(seed).doing("starting the one-class model")
    }

    fn train(&mut self, items: &[Item], normality: &[f32], random: &mut HostRng) -> Result<f32> {
        let values = self.objects.fetch(items, &self.device)?;
        let loss = self.model.train_step(values, normality, random);
        loss.doing("training the one-class model")
    }

    fn scores(
        &self,
        batch: usize,
        after: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Vec<f32>> {
        let objects = self.to_score();
        let count = objects.index().objects().len();
        let items: Vec<Item> = (0..count).map(|object| Item { object, mirror: false }).collect();
        let batches = items.chunks(batch.max(1));
        let (mut scores, steps) = (Vec::with_capacity(count), batches.len());
        for (step, batch) in batches.enumerate() {
            let own = self.model.score(objects.fetch(batch, &self.device)?);
            let own = own.doing("scoring objects")?;
            if own.len() != batch.len() {
                let (found, expected) = (own.len(), batch.len());
                return Err(TrainError::Mismatch(format!("{found} scores of {expected} objects")));
            }
            scores.extend(own);
            after(step + 1, steps)?;
        }
        Ok(scores)
    }

    fn save(&self) -> Result<State> {
        self.model.save().doing("saving the one-class model")
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.model.load(state).doing("loading the one-class model")
    }
}
