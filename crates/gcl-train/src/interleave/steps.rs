//! The three pieces of work of a loop: the one-class model learns, its scores come to snippets, the
//! weakly-supervised model learns.

use gcl_core::rng;
use rand::seq::SliceRandom;

use super::bags::{self, bags};
use super::config::WeakUnit;
use super::interleaver::{Interleaver, Watch};
use super::labels::Labels;
use super::objects::Item;
use crate::error::{Doing, Result, TrainError};
use crate::events::Progress;

impl Interleaver {
    /// A counter that no other loop's streams of random numbers share.
    fn moment(&self) -> u64 {
        (self.at.total as u64) << 32
    }

    fn tell(&self, stage: &str, (step, steps): (usize, usize), watch: Watch<'_>) -> Result<()> {
        let phase = format!("module {}.{} {stage}", self.at.module + 1, self.at.loops + 1);
        match watch(&Progress { phase, step: step as u64, steps: steps as u64 }) {
            true => Ok(()),
            false => Err(TrainError::Interrupted),
        }
    }

    /// Some epochs over all objects that count, in a fresh order each; the mean loss.
    pub(super) fn train_one_class(&mut self, watch: Watch<'_>) -> Result<f64> {
        let settings = self.config.one_class.clone();
        // Objects of weight 0 have no influence.
        let kept = (0..self.weights.len()).filter(|&object| self.weights[object] > 0.0);
        let sides: &[bool] = if self.one_class.mirrored() { &[false, true] } else { &[false] };
        let mut items: Vec<Item> = kept
            .flat_map(|object| sides.iter().map(move |&mirror| Item { object, mirror }))
            .collect();
        let batches = items.len().div_ceil(settings.batch);
        let steps = batches * settings.epochs;
        let (mut sum, mut step) = (0.0, 0);
        for epoch in 0..settings.epochs as u64 {
            let moment = self.moment() + epoch;
            items.sort_unstable_by_key(|item| (item.object, item.mirror));
            items.shuffle(&mut rng::stream(self.config.seed, "interleave:objects", moment));
            for batch in items.chunks(settings.batch) {
                let weights: Vec<f32> = batch.iter().map(|i| self.weights[i.object]).collect();
                let moment = self.moment() + step as u64;
                let mut random = rng::stream(self.config.seed, "interleave:one-class", moment);
                sum += f64::from(self.one_class.train(batch, &weights, &mut random)?);
                step += 1;
                self.tell("one-class", (step, steps), watch)?;
            }
        }
        Ok(sum / steps.max(1) as f64)
    }

    /// The one-class model's score of every snippet.
    pub(super) fn one_class_scores(&self, watch: Watch<'_>) -> Result<Vec<f32>> {
        let size = self.config.one_class.score_batch;
        let scores = self
            .one_class
            .scores(size, &mut |step, steps| self.tell("scoring", (step, steps), watch))?;
        Ok(self.one_class.scored().snippet_scores(&scores, self.config.labels.snippets)?)
    }

    /// Steps on bags of both labels; the mean loss.
    pub(super) fn train_weak(&mut self, labels: &Labels, watch: Watch<'_>) -> Result<f64> {
        let settings = self.config.weak.clone();
        let (seed, moment) = (self.config.seed, self.moment());
        if settings.fresh_optimizer {
            self.weak
                .restart_optimizer()
                .doing("restarting the weakly-supervised model's optimizer")?;
        }
        let kinds = [(true, "positive"), (false, "negative")].map(|(anomalous, name)| {
            let mut random = rng::stream(seed, &format!("interleave:bags:{name}"), moment);
            bags(&labels.of(anomalous), settings.bag, settings.bags, &mut random)
        });
        let passes = kinds.each_ref().map(|bags| bags::batches(bags.len(), settings.batch));
        let steps = match settings.unit {
            WeakUnit::Iterations => settings.length,
            WeakUnit::Epochs => settings.length.saturating_mul(passes[0].max(passes[1])),
        };
        let mut sum = 0.0;
        for step in 0..steps {
            let draw = |kind: usize, purpose| {
                let bags = &kinds[kind];
                let chosen = bags::batch(bags, settings.batch, step as u64, seed, purpose, moment);
                self.snippets.groups(&chosen, &self.device)
            };
            let positive = draw(0, "interleave:order:positive");
            let negative = draw(1, "interleave:order:negative");
            let mut random = rng::stream(seed, "interleave:weak", moment + step as u64);
            let loss = self.weak.train_step(positive, negative, &mut random);
            sum += f64::from(loss.doing("training the weakly-supervised model")?);
            self.tell("weak", (step + 1, steps), watch)?;
        }
        Ok(sum / steps.max(1) as f64)
    }
}
