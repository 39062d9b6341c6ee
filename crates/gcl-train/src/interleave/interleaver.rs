//! The interleaving as a state machine: one loop at a time, each a pure function of the state and
//! the seed.

use std::ops::Range;

use gcl_core::{Device, WeaklySupervised, rng};
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::config::InterleaveConfig;
use super::labels::{Labels, count, ranked};
use super::line_up::{candidates, check};
use super::reports::{LoopReport, ModuleReport};
use super::side::OneClassSide;
use super::snippets::Snippets;
use super::threshold::{Consensus, Stop};
use super::weights::initial_weights;
use crate::error::{Doing, Result, TrainError};
use crate::events::Progress;

/// A one-class and a weakly-supervised model that train each other.
pub struct Interleaver {
    pub(super) config: InterleaveConfig,
    pub(super) one_class: Box<dyn OneClassSide>,
    pub(super) weak: Box<dyn WeaklySupervised>,
    pub(super) snippets: Snippets,
    /// Which snippets may be called anomalous.
    pub(super) candidates: Vec<bool>,
    pub(super) device: Device,
    pub(super) at: Position,
    pub(super) consensus: Consensus,
    /// How normal each object counts, 1 − w.
    pub(super) weights: Vec<f32>,
    /// The snippets that the last loop called anomalous.
    pub(super) labelled: Vec<u32>,
}

gcl_core::brief_debug!(Interleaver);

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

/// Called after every step; returns whether to continue.
pub type Watch<'a> = &'a mut dyn FnMut(&Progress) -> bool;

impl Interleaver {
    /// A training at its start. Whatever the models have learnt before is forgotten.
    ///
    /// `anomalous` holds, for weak supervision, whether each video is labelled anomalous: snippets
    /// of others are normal.
    ///
    /// # Errors
    /// [`TrainError::Config`], or [`TrainError::Mismatch`] if objects, snippets and labels are not
    /// of the same videos.
    pub fn new(
        config: InterleaveConfig,
        one_class: Box<dyn OneClassSide>,
        weak: Box<dyn WeaklySupervised>,
        snippets: Snippets,
        anomalous: Option<&[bool]>,
        device: &Device,
    ) -> Result<Self> {
        config.validate()?;
        for objects in [one_class.objects(), one_class.scored()] {
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
            true => initial_weights(one_class.objects(), config.one_class.initial, config.seed)?,
            false => vec![1.0; one_class.objects().objects().len()],
        };
        let mut this = Interleaver {
            consensus: Consensus::new(1),
            config,
            one_class,
            weak,
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
    /// scores become the objects' weights. Returns a report, and one more where a module
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
            self.weights = self.one_class.objects().object_weights(&scores, reduce, rule)?;
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
        self.one_class.reset(seeds.random())?;
        self.weak.reset(seeds.random()).doing("starting a module")?;
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

    /// The one-class model as it is now, with its objects.
    pub fn one_class(&self) -> &dyn OneClassSide {
        self.one_class.as_ref()
    }

    /// The weakly-supervised model as it is now.
    pub fn weak(&self) -> &dyn WeaklySupervised {
        self.weak.as_ref()
    }

    /// The snippets.
    pub fn snippets(&self) -> &Snippets {
        &self.snippets
    }
}
