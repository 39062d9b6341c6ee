//! Each model alone, supervised, as its own paper trains it: a one-class model on normal videos, a
//! weakly-supervised one on a label for each video.

use gcl_core::{Device, OneClass, State, WeaklySupervised, rng};
use rand::seq::SliceRandom;

use super::objects::{Item, Objects};
use super::pair::AloneSettings;
use super::snippets::Snippets;
use crate::error::{Result, TrainError};

/// Steps of a weakly-supervised model between two reports and saves.
const ROUND: usize = 500;

/// A model that trains alone, round by round, each a pure function of the state and the seed.
pub trait Alone {
    /// Rounds that are over, and all of them.
    fn progress(&self) -> (usize, usize);

    /// One round; its mean loss. `watch` hears of every step (of so many), and answers whether to
    /// go on.
    ///
    /// # Errors
    /// [`TrainError::Interrupted`] if it does not; else what went wrong.
    fn advance(&mut self, watch: &mut dyn FnMut(usize, usize) -> bool) -> Result<f64>;

    /// The whole state, between two rounds.
    ///
    /// # Errors
    /// If the network cannot be read from the device.
    fn save(&self) -> Result<State>;

    /// Goes on from a saved state of the same run.
    ///
    /// # Errors
    /// If it does not fit.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// All rounds that are left; `after` is called after each with its number, from 1, and its loss.
///
/// # Errors
/// What a round or `after` refuses.
pub fn train_alone(
    alone: &mut dyn Alone,
    watch: &mut dyn FnMut(usize, usize) -> bool,
    after: &mut dyn FnMut(&dyn Alone, usize, f64) -> Result<()>,
) -> Result<()> {
    while alone.progress().0 < alone.progress().1 {
        let loss = alone.advance(watch)?;
        after(alone, alone.progress().0, loss)?;
    }
    Ok(())
}

/// A one-class model on objects that all count as normal; a round is an epoch.
pub struct OneClassAlone<M: OneClass, X: Objects<Batch = M::Batch>> {
    model: M,
    objects: X,
    settings: AloneSettings,
    seed: u64,
    device: Device,
    done: usize,
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
        Ok(OneClassAlone { model, objects, settings, seed, device: device.clone(), done: 0 })
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
        save(self.done, self.objects.fingerprint(), self.model.save())
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (done, inner) = load(state, self.objects.fingerprint(), self.settings.epochs)?;
        self.model.load(&inner).map_err(TrainError::core("loading the state"))?;
        self.done = done;
        Ok(())
    }
}

/// A weakly-supervised model on videos averaged to so many segments each.
pub struct WeakAlone {
    model: Box<dyn WeaklySupervised>,
    segments: Snippets,
    /// Anomalous, then normal videos.
    kinds: [Vec<usize>; 2],
    settings: AloneSettings,
    seed: u64,
    device: Device,
    fingerprint: u64,
    done: usize,
}

impl WeakAlone {
    /// A training at its start; `anomalous` has one label for each video.
    ///
    /// # Errors
    /// [`TrainError::Config`] if there are no videos of one kind.
    pub fn new(
        mut model: Box<dyn WeaklySupervised>,
        snippets: &Snippets,
        anomalous: &[bool],
        settings: AloneSettings,
        seed: u64,
        device: &Device,
    ) -> Result<Self> {
        let of = |kind: bool| {
            let all = anomalous.iter().enumerate().filter(|(_, label)| **label == kind);
            all.map(|(video, _)| video).take(snippets.videos().len()).collect::<Vec<_>>()
        };
        let kinds = [of(true), of(false)];
        if kinds.iter().any(Vec::is_empty) || anomalous.len() != snippets.videos().len() {
            let [a, n] = kinds.map(|kind| kind.len());
            return Err(TrainError::Config(format!(
                "{a} videos labelled anomalous and {n} labelled normal, of {}: both kinds are needed",
                snippets.videos().len()
            )));
        }
        model.reset(seed).map_err(TrainError::core("starting the model"))?;
        let segments = averaged(snippets, settings.segments)?;
        let fingerprint = segments.fingerprint();
        let device = device.clone();
        Ok(WeakAlone { model, segments, kinds, settings, seed, device, fingerprint, done: 0 })
    }

    /// The model as it is now.
    pub fn model(&self) -> &dyn WeaklySupervised {
        self.model.as_ref()
    }

    /// One kind's videos of a step: every pass has an order of its own.
    fn draw(&self, kind: usize, step: u64) -> Vec<Vec<u32>> {
        let mut videos = self.kinds[kind].clone();
        let size = self.settings.bags.min(videos.len());
        let passes = (videos.len() / size) as u64;
        let purpose = ["alone:anomalous", "alone:normal"][kind];
        videos.shuffle(&mut rng::stream(self.seed, purpose, step / passes));
        let from = (step % passes) as usize * size;
        let length = self.settings.segments as u32;
        let bag = |&video: &usize| (video as u32 * length..(video as u32 + 1) * length).collect();
        videos[from..from + size].iter().map(bag).collect()
    }
}

impl Alone for WeakAlone {
    fn progress(&self) -> (usize, usize) {
        (self.done, self.settings.iterations.div_ceil(ROUND))
    }

    fn advance(&mut self, watch: &mut dyn FnMut(usize, usize) -> bool) -> Result<f64> {
        let steps = ROUND.min(self.settings.iterations - self.done * ROUND);
        let mut sum = 0.0;
        for i in 0..steps {
            let step = (self.done * ROUND + i) as u64;
            let [positive, negative] = [0, 1].map(|kind| {
                let bags = self.draw(kind, step);
                let bags: Vec<&[u32]> = bags.iter().map(Vec::as_slice).collect();
                self.segments.groups(&bags, &self.device)
            });
            let mut random = rng::stream(self.seed, "alone:weak", step);
            let loss = self.model.train_step(positive, negative, &mut random);
            let doing = TrainError::core("training the weakly-supervised model");
            sum += f64::from(loss.map_err(doing)?);
            if !watch(i + 1, steps) {
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
        let (done, inner) = load(state, self.fingerprint, self.progress().1)?;
        self.model.load(&inner).map_err(TrainError::core("loading the state"))?;
        self.done = done;
        Ok(())
    }
}

fn save(done: usize, data: u64, model: gcl_core::Result<State>) -> Result<State> {
    let core = || TrainError::core("saving the state");
    let mut state = State::default();
    state.put_json("done", &done).map_err(core())?;
    state.put_json("data", &data).map_err(core())?;
    state.put_state("model", model.map_err(core())?);
    Ok(state)
}

fn load(state: &State, data: u64, most: usize) -> Result<(usize, State)> {
    let core = || TrainError::core("loading the state");
    let (done, found): (usize, u64) =
        (state.get_json("done").map_err(core())?, state.get_json("data").map_err(core())?);
    if found != data || done > most {
        let text = "the saved state is of other data or settings than these".to_owned();
        return Err(TrainError::Mismatch(text));
    }
    Ok((done, state.get_state("model")))
}

/// Each video as `segments` means over nearly equal parts, as RTFM and Sultani cut them; a part
/// without a snippet takes the one at its start.
fn averaged(snippets: &Snippets, segments: usize) -> Result<Snippets> {
    let row = snippets.crops() * snippets.dim();
    let total = snippets.videos().len().checked_mul(segments).and_then(|n| n.checked_mul(row));
    let mut values: Vec<f32> = Vec::with_capacity(total.unwrap_or(0));
    for (_, range) in snippets.videos() {
        let border = |i: usize| range.start + i * range.len() / segments;
        for i in 0..segments {
            let part = border(i)..border(i + 1).max(border(i) + 1);
            let own = &snippets.values()[part.start * row..part.end * row];
            let column = |j: usize| own.iter().skip(j).step_by(row).sum::<f32>();
            values.extend((0..row).map(|j| column(j) / part.len() as f32));
        }
    }
    let videos = snippets.videos().iter().map(|(id, _)| (id.clone(), segments)).collect();
    Snippets::new(values, snippets.crops(), snippets.dim(), videos)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::VideoId;

    use super::*;

    #[test]
    fn parts_are_means_or_single_snippets() {
        let id = |name: &str| VideoId::new(name).unwrap();
        let values: Vec<f32> = (0..7).map(|i| i as f32).collect();
        let videos = vec![(id("a"), 5), (id("b"), 2)];
        let found = averaged(&Snippets::new(values, 1, 1, videos).unwrap(), 4).unwrap();
        // numpy.linspace(0, 5, 5, dtype=int) is 0 1 2 3 5; of two snippets 0 0 1 1 2.
        assert_eq!(found.values(), [0.0, 1.0, 2.0, 3.5, 5.0, 5.0, 6.0, 6.0]);
    }
}
