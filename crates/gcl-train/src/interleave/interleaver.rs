//! The interleaving as a state machine: one loop at a time, each a pure function of the state and
//! the seed.

use std::ops::Range;

use gcl_core::{Device, OneClass, WeaklySupervised, rng};
use rand::RngExt;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::bags::{self, bags};
use super::config::{InterleaveConfig, WeakUnit};
use super::events::{LoopReport, ModuleReport, Pulse, Stage};
use super::labels::{Labels, count, ranked};
use super::objects::{Item, Objects};
use super::snippets::Snippets;
use super::threshold::{Consensus, Stop};
use super::weights::initial_weights;
use crate::error::{Result, TrainError};

/// A one-class and a weakly-supervised model that train each other.
pub struct Interleaver<M: OneClass, X: Objects<Batch = M::Batch>> {
    pub(super) config: InterleaveConfig,
    pub(super) one_class: M,
    pub(super) weak: Box<dyn WeaklySupervised>,
    objects: X,
    scored: Option<X>,
    snippets: Snippets,
    /// Which snippets may be called anomalous.
    candidates: Vec<bool>,
    device: Device,
    pub(super) at: Position,
    pub(super) consensus: Consensus,
    /// How normal each object counts, 1 − w.
    pub(super) weights: Vec<f32>,
    /// The snippets that the last loop called anomalous.
    pub(super) labelled: Vec<u32>,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    /// Modules that are over.
    pub(super) module: usize,
    /// Loops of the current module that are over.
    pub(super) loops: usize,
    /// Loops of all modules that are over.
    pub(super) total: usize,
    pub(super) stop: Option<Stop>,
}

/// Tells a listener, and answers whether to go on.
pub type Watch<'a> = &'a mut dyn FnMut(&Pulse) -> bool;

impl<M: OneClass, X: Objects<Batch = M::Batch>> Interleaver<M, X> {
    /// A training at its start. Whatever the models have learnt before is forgotten.
    ///
    /// `objects` train the one-class model; `scored`, where given, are scored in their place (a
    /// flow trains on every sixth window and scores every one). `anomalous` holds, for weak
    /// supervision, whether each video is labelled anomalous: snippets of others are normal.
    ///
    /// # Errors
    /// [`TrainError::Config`], or [`TrainError::Mismatch`] if objects, snippets and labels are not
    /// of the same videos.
    pub fn new(
        config: InterleaveConfig,
        (one_class, objects, scored): (M, X, Option<X>),
        (weak, snippets): (Box<dyn WeaklySupervised>, Snippets),
        anomalous: Option<&[bool]>,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        for objects in [Some(&objects), scored.as_ref()].into_iter().flatten() {
            check(objects, &snippets)?;
        }
        let candidates = candidates(&snippets, anomalous)?;
        let (n, may) = (snippets.len(), candidates.iter().filter(|&&c| c).count());
        if n < 2 || may == 0 {
            return Err(TrainError::Config(format!(
                "{n} snippets, of which {may} may be anomalous: there is nothing to tell apart"
            )));
        }
        let weights = match config.one_class.weighted {
            true => initial_weights(objects.index(), config.one_class.initial, config.seed)?,
            false => vec![1.0; objects.index().objects().len()],
        };
        let mut this = Interleaver {
            consensus: Consensus::new(1),
            config,
            one_class,
            weak,
            objects,
            scored,
            snippets,
            candidates,
            device: device.clone(),
            at: Position::default(),
            weights,
            labelled: Vec::new(),
        };
        this.consensus = Consensus::new(this.highest().min(n - 1));
        Ok(this)
    }

    /// R % of N, where so many may be chosen.
    fn highest(&self) -> usize {
        let most = self.candidates.iter().filter(|&&c| c).count();
        count(self.config.threshold.share, self.snippets.len()).min(most)
    }

    /// One loop, as the paper's algorithm: the one-class model learns from weighted objects, its
    /// scores become labels of snippets, the weakly-supervised model learns from those, and its
    /// scores become the objects' weights. Answers with a report, and one more where a module
    /// ended; `None` if there is nothing left to do.
    ///
    /// # Errors
    /// [`TrainError::Interrupted`] if `watch` says to stop: the loop is then to be repeated from
    /// the last saved state. [`TrainError::Core`] if a loss or a score is not finite.
    pub fn advance(
        &mut self,
        watch: Watch<'_>,
    ) -> Result<Option<(LoopReport, Option<ModuleReport>)>> {
        if self.at.stop.is_some() {
            return Ok(None);
        }
        if self.at.loops == 0 {
            self.start_module()?;
        }
        let loss_one_class = self.train_one_class(watch)?;
        let scores = self.one_class_scores(watch)?;

        let mut highest = ranked(&scores, |i| self.candidates[i]);
        highest.truncate(self.highest());
        self.consensus.add(highest);
        let threshold = self.consensus.threshold();
        let smoothing = self.config.labels.smoothing;
        let videos: Vec<Range<usize>> =
            self.snippets.videos().iter().map(|(_, range)| range.clone()).collect();
        let labels = Labels::new(scores, &self.candidates, threshold, smoothing, &videos);
        let moved = self.moved(&labels);

        let loss_weak = self.train_weak(&labels, watch)?;
        let scores = self.snippets.score(self.weak.as_ref(), &self.device)?;
        if self.config.one_class.weighted {
            let (reduce, rule) = (self.config.one_class.reduce, self.config.one_class.rule);
            self.weights = self.objects.index().object_weights(&scores, reduce, rule)?;
        }

        self.at.loops += 1;
        self.at.total += 1;
        let (anomalous, normal) = labels.counts();
        let sum: f64 = self.weights.iter().map(|&w| f64::from(w)).sum();
        let report = LoopReport {
            module: self.at.module + 1,
            number: self.at.loops,
            loss_one_class,
            loss_weak,
            threshold,
            agreed: self.consensus.agreed(),
            anomalous,
            normal,
            moved,
            mean_weight: sum / self.weights.len().max(1) as f64,
        };
        let settled = self.at.loops > 1 && moved <= self.config.loops.settled;
        let over =
            self.at.loops >= self.config.loops.most || self.config.loops.settled > 0.0 && settled;
        Ok(Some((report, over.then(|| self.end_module(threshold)))))
    }

    /// Both models from scratch; the objects' weights stay those of the module before.
    fn start_module(&mut self) -> Result<()> {
        let mut seeds = rng::stream(self.config.seed, "interleave:module", self.at.module as u64);
        let doing = || TrainError::core("starting a module");
        self.one_class.reset(seeds.random()).map_err(doing())?;
        self.weak.reset(seeds.random()).map_err(doing())?;
        self.labelled.clear();
        Ok(())
    }

    fn end_module(&mut self, threshold: usize) -> ModuleReport {
        self.at.stop = self.consensus.next_module(&self.config.threshold);
        let (loops, next) = (self.at.loops, self.consensus.threshold());
        (self.at.module, self.at.loops) = (self.at.module + 1, 0);
        ModuleReport { module: self.at.module, loops, threshold, next }
    }

    /// The share of anomalous labels that the loop before did not give; remembers the new ones.
    fn moved(&mut self, labels: &Labels) -> f64 {
        let all = (0u32..).zip(&labels.anomalous).filter(|(_, l)| **l).map(|(i, _)| i);
        let now: Vec<u32> = all.collect();
        let new = now.iter().filter(|i| self.labelled.binary_search(i).is_err()).count();
        let share = new as f64 / now.len().max(1) as f64;
        self.labelled = now;
        share
    }

    /// A counter that no other loop's streams of random numbers share.
    fn moment(&self) -> u64 {
        (self.at.total as u64) << 32
    }

    fn pulse(&self, stage: Stage, (step, steps): (usize, usize), watch: Watch<'_>) -> Result<()> {
        let (module, number) = (self.at.module + 1, self.at.loops + 1);
        match watch(&Pulse { module, number, stage, step, steps }) {
            true => Ok(()),
            false => Err(TrainError::Interrupted),
        }
    }

    /// Some epochs over all objects that count, in a fresh order each; the mean loss.
    fn train_one_class(&mut self, watch: Watch<'_>) -> Result<f64> {
        let settings = self.config.one_class.clone();
        // Objects of weight 0 have no influence.
        let kept = (0..self.weights.len()).filter(|&object| self.weights[object] > 0.0);
        let sides: &[bool] = if self.objects.mirrored() { &[false, true] } else { &[false] };
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
                let values = self.objects.fetch(batch, &self.device)?;
                let moment = self.moment() + step as u64;
                let mut random = rng::stream(self.config.seed, "interleave:one-class", moment);
                let loss = self.one_class.train_step(values, &weights, &mut random);
                sum += f64::from(loss.map_err(TrainError::core("training the one-class model"))?);
                step += 1;
                self.pulse(Stage::OneClass, (step, steps), watch)?;
            }
        }
        Ok(sum / steps.max(1) as f64)
    }

    /// The one-class model's score of every snippet.
    fn one_class_scores(&self, watch: Watch<'_>) -> Result<Vec<f32>> {
        let objects = self.scored.as_ref().unwrap_or(&self.objects);
        let size = self.config.one_class.score_batch;
        let steps = objects.index().objects().len().div_ceil(size);
        let mut step = 0;
        let scores = object_scores(&self.one_class, objects, size, &self.device, &mut || {
            step += 1;
            self.pulse(Stage::Scoring, (step, steps), watch)
        })?;
        Ok(objects.index().snippet_scores(&scores, self.config.labels.snippets)?)
    }

    /// Steps on bags of both labels; the mean loss.
    fn train_weak(&mut self, labels: &Labels, watch: Watch<'_>) -> Result<f64> {
        let settings = self.config.weak.clone();
        let (seed, moment) = (self.config.seed, self.moment());
        if settings.fresh_optimizer {
            self.weak
                .restart_optimizer()
                .map_err(TrainError::core("restarting the weakly-supervised model's optimizer"))?;
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
            let doing = TrainError::core("training the weakly-supervised model");
            sum += f64::from(loss.map_err(doing)?);
            self.pulse(Stage::Weak, (step + 1, steps), watch)?;
        }
        Ok(sum / steps.max(1) as f64)
    }

    /// Whether, and why, there is nothing left to do.
    pub fn stop(&self) -> Option<Stop> {
        self.at.stop
    }

    /// Modules that are over, and loops of all modules.
    pub fn done(&self) -> (usize, usize) {
        (self.at.module, self.at.total)
    }

    /// The thresholds of all modules so far; the last is the current one's.
    pub fn thresholds(&self) -> &[usize] {
        self.consensus.thresholds()
    }

    /// How normal each object counts now, in [0, 1].
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// The one-class model as it is now.
    pub fn one_class(&self) -> &M {
        &self.one_class
    }

    /// The weakly-supervised model as it is now.
    pub fn weak(&self) -> &dyn WeaklySupervised {
        self.weak.as_ref()
    }

    /// The snippets.
    pub fn snippets(&self) -> &Snippets {
        &self.snippets
    }

    /// The objects that train, and how many are scored.
    pub fn objects(&self) -> (&X, usize) {
        let scored = self.scored.as_ref().unwrap_or(&self.objects);
        (&self.objects, scored.index().objects().len())
    }

    /// A hash of the data.
    pub(super) fn fingerprint(&self) -> u64 {
        let candidates: Vec<u8> = self.candidates.iter().map(|&c| u8::from(c)).collect();
        let scored = self.scored.as_ref().map_or(0, Objects::fingerprint);
        let parts = [self.objects.fingerprint(), scored, self.snippets.fingerprint()];
        let hash = rng::fnv1a(rng::FNV_START, &candidates);
        parts.iter().fold(hash, |hash, part| rng::fnv1a(hash, &part.to_le_bytes()))
    }
}

/// A one-class model's score of every object, `size` at a time; `after` is called after each.
///
/// # Errors
/// If objects cannot be read or scored, or a score is not finite.
pub fn object_scores<M: OneClass, X: Objects<Batch = M::Batch>>(
    model: &M,
    objects: &X,
    size: usize,
    device: &Device,
    after: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<f32>> {
    let items: Vec<Item> =
        (0..objects.index().objects().len()).map(|object| Item { object, mirror: false }).collect();
    let mut scores = Vec::with_capacity(items.len());
    for batch in items.chunks(size.max(1)) {
        let own = model.score(objects.fetch(batch, device)?);
        let own = own.map_err(TrainError::core("scoring objects"))?;
        if own.len() != batch.len() {
            let (found, expected) = (own.len(), batch.len());
            return Err(TrainError::Mismatch(format!("{found} scores of {expected} objects")));
        }
        scores.extend(own);
        after()?;
    }
    Ok(scores)
}

/// Refuses objects of other videos than the snippets'.
fn check<X: Objects>(objects: &X, snippets: &Snippets) -> Result<()> {
    let index = objects.index();
    if index.objects().is_empty() {
        return Err(TrainError::Mismatch("there is no object to train on".to_owned()));
    }
    if index.videos().len() != snippets.videos().len() {
        let (found, expected) = (index.videos().len(), snippets.videos().len());
        return Err(TrainError::Mismatch(format!(
            "objects of {found} videos, snippets of {expected}"
        )));
    }
    for (video, (id, range)) in index.videos().iter().zip(snippets.videos()) {
        if video.id != *id || video.snippets != range.len() {
            return Err(TrainError::Mismatch(format!(
                "objects are of video `{}` with {} snippets where snippets are of video `{id}` \
                 with {}",
                video.id,
                video.snippets,
                range.len()
            )));
        }
    }
    Ok(())
}

/// Which snippets may be called anomalous: all, or those of videos labelled so.
fn candidates(snippets: &Snippets, anomalous: Option<&[bool]>) -> Result<Vec<bool>> {
    let Some(labels) = anomalous else { return Ok(vec![true; snippets.len()]) };
    if labels.len() != snippets.videos().len() {
        let (found, expected) = (labels.len(), snippets.videos().len());
        return Err(TrainError::Mismatch(format!("{found} labels of {expected} videos")));
    }
    let videos = snippets.videos().iter().zip(labels);
    Ok(videos.flat_map(|((_, range), &label)| range.clone().map(move |_| label)).collect())
}
