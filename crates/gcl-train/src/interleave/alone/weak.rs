//! A weakly-supervised model alone.

use std::sync::atomic::AtomicBool;

use gcl_core::rng::fnv1a;
use gcl_core::{Device, State, WeaklySupervised, rng};

use super::{AloneSettings, load, save};
use crate::error::{Doing, Result, TrainError};
use crate::events::{Event, Listener, Progress};
use crate::interleave::bags::batch;
use crate::interleave::interleaver::Watch;
use crate::interleave::rounds::{Rounds, watch};
use crate::interleave::snippets::Snippets;

/// Steps between two reports and saves.
const ROUND: usize = 500;

/// What bags of each kind are shuffled for.
const PURPOSES: [&str; 2] = ["alone:anomalous", "alone:normal"];

/// A weakly-supervised model on videos averaged to so many segments each.
pub struct WeakAlone {
    pub(crate) model: Box<dyn WeaklySupervised>,
    segments: Snippets,
    /// Anomalous, then normal videos: each its segments, as a bag.
    kinds: [Vec<Vec<u32>>; 2],
    settings: AloneSettings,
    seed: u64,
    device: Device,
    fingerprint: u64,
    done: usize,
}

gcl_core::brief_debug!(WeakAlone);

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
        // First, since it refuses more segments than have a number.
        let segments = averaged(snippets, settings.segments)?;
        let length = settings.segments as u32;
        let of = |kind: bool| {
            let all = (0..snippets.videos().len() as u32).zip(anomalous);
            let all = all.filter(|(_, label)| **label == kind);
            all.map(|(video, _)| (video * length..(video + 1) * length).collect()).collect()
        };
        let kinds: [Vec<Vec<u32>>; 2] = [of(true), of(false)];
        if kinds.iter().any(Vec::is_empty) || anomalous.len() != snippets.videos().len() {
            let [a, n] = kinds.map(|kind| kind.len());
            return Err(TrainError::Config(format!(
                "{a} videos labelled anomalous and {n} labelled normal, of {}: both kinds are needed",
                snippets.videos().len()
            )));
        }
        model.reset(seed).doing("starting the model")?;
        let labels: Vec<u8> = anomalous.iter().map(|&label| label.into()).collect();
        let fingerprint = fnv1a(segments.fingerprint(), &labels);
        let device = device.clone();
        Ok(WeakAlone { model, segments, kinds, settings, seed, device, fingerprint, done: 0 })
    }

    /// The model as it is now.
    pub fn model(&self) -> &dyn WeaklySupervised {
        self.model.as_ref()
    }

    fn rounds(&self) -> usize {
        self.settings.iterations.div_ceil(ROUND)
    }

    /// One round; the mean loss.
    fn round(&mut self, watch: Watch<'_>) -> Result<f64> {
        let steps = ROUND.min(self.settings.iterations - self.done * ROUND);
        let mut sum = 0.0;
        for i in 0..steps {
            let step = (self.done * ROUND + i) as u64;
            let [positive, negative] = [0, 1].map(|kind| {
                let (purpose, size) = (PURPOSES[kind], self.settings.bags);
                let bags = batch(&self.kinds[kind], size, step, self.seed, purpose, 0);
                self.segments.groups(&bags, &self.device)
            });
            let mut random = rng::stream(self.seed, "alone:weak", step);
            let loss = self.model.train_step(positive, negative, &mut random);
            sum += f64::from(loss.doing("training the weakly-supervised model")?);
            let phase = "training".to_owned();
            let (step, steps) = (step + 1, self.settings.iterations as u64);
            if !watch(&Progress { phase, step, steps }) {
                return Err(TrainError::Interrupted);
            }
        }
        Ok(sum / steps as f64)
    }
}

impl Rounds for WeakAlone {
    fn advance(
        &mut self,
        cancel: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<Option<Vec<Event>>> {
        if self.done == self.rounds() {
            return Ok(None);
        }
        let loss = self.round(&mut watch(cancel, listener))?;
        self.done += 1;
        Ok(Some(vec![Event::Round { round: self.done, loss }]))
    }

    fn save(&self) -> Result<State> {
        let model = self.model.save().doing("saving the state")?;
        save(self.done, self.fingerprint, model)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let (done, inner) = load(state, self.fingerprint, self.rounds())?;
        self.model.load(&inner).doing("loading the state")?;
        self.done = done;
        Ok(())
    }
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
