//! Training as a state machine: phases of steps, each a pure function of the state and the seed.

use gcl_core::pseudo_label::refine::refine;
use gcl_core::{CooperativePair, Device, State, VideoLabel, rng};
use serde::{Deserialize, Serialize};

use crate::config::RunConfig;
use crate::error::{Doing, Result, TrainError};
use crate::events::{EpochReport, PhaseOutline, Progress};
use crate::phases::{Phase, Work, known, phases};
use crate::samples::{Batch, Batches, Samples, Targets, in_batches, tensor};
use crate::tally::Tally;

/// A run in progress.
///
/// The paper's algorithm: pre-train G on temporally stable segments, then D on G's labels (§3.3), then
/// both train each other (§3.2). Each is a phase; the method decides which there are.
pub struct Trainer {
    config: RunConfig,
    samples: Samples,
    known: Option<Vec<VideoLabel>>,
    targets: Option<Targets>,
    pair: CooperativePair,
    phases: Vec<Phase>,
    at: Position,
    batches: Batches,
}

gcl_core::brief_debug!(Trainer);

/// Where a run stands; with the pair's state, all that a resumed run needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Position {
    phase: usize,
    step: u64,
    tally: Tally,
}

impl Trainer {
    /// A run at its start. `samples` must be scaled already.
    ///
    /// # Errors
    /// [`TrainError::Config`] if the configuration is not valid for this data.
    pub fn new(config: RunConfig, samples: Samples, device: &Device) -> Result<Trainer> {
        config.check_dim(samples.dim())?;
        config.validate()?;
        let (g, d) = (&config.generator, &config.discriminator);
        let pair = CooperativePair::new(g, d, config.cooperative.clone(), config.seed, device)
            .doing("making the networks")?;
        let targets = samples.targets(&config)?;
        let phases = phases(&config, &samples, targets.as_ref())?;
        let known = known(&config, &samples)?;
        let at = Position::default();
        let batches = Batches::new(&samples, config.seed);
        Ok(Trainer { config, samples, known, targets, pair, phases, at, batches })
    }

    /// The phases to come.
    pub fn outline(&self) -> Vec<PhaseOutline> {
        let outline = |phase: &Phase| PhaseOutline {
            name: phase.name.to_owned(),
            segments: phase.segments.len(),
            steps: phase.steps,
        };
        self.phases.iter().map(outline).collect()
    }

    /// How far the run is.
    pub fn progress(&self) -> Progress {
        let sum = |phases: &[Phase]| phases.iter().fold(0u64, |n, p| n.saturating_add(p.steps));
        let before = sum(&self.phases[..self.at.phase.min(self.phases.len())]);
        let name = self.phases.get(self.at.phase).map_or("done", |phase| phase.name);
        Progress {
            phase: name.to_owned(),
            step: before.saturating_add(self.at.step),
            steps: sum(&self.phases),
        }
    }

    /// Whether there is nothing left to do.
    pub fn is_finished(&self) -> bool {
        self.at.phase == self.phases.len()
    }

    /// One optimisation step; returns a report at the end of an epoch.
    ///
    /// # Errors
    /// [`TrainError::Core`] if a loss or score is not finite; the networks keep their last values.
    pub fn advance(&mut self) -> Result<Option<EpochReport>> {
        if self.is_finished() {
            return Ok(None);
        }
        let batch = self.batches.next(&self.phases, (self.at.phase, self.at.step))?;
        self.work(batch)?;
        self.end_step()
    }

    /// What the phase does with a batch.
    fn work(&mut self, (rows, values): Batch) -> Result<()> {
        let phase = &self.phases[self.at.phase];
        let step = self.at.step;
        let mut rng = rng::stream(self.config.seed, &format!("step:{}", phase.name), step);
        let features = tensor(values, self.samples.dim(), self.pair.device());
        let known: Option<Vec<VideoLabel>> =
            self.known.as_ref().map(|known| rows.iter().map(|&row| known[row as usize]).collect());

        let pace = self.config.training.decay.map_or(1.0, |decay| decay.pace(step, phase.steps));
        self.pair.set_pace(pace);
        let (pair, tally, known) = (&mut self.pair, &mut self.at.tally, known.as_deref());
        let done = match phase.work.of_epoch(phase.epoch(step).0) {
            Work::Reconstruct => {
                pair.reconstruction_step(features, &mut rng).map(|loss| tally.generator(loss))
            }
            Work::DiscriminatorOnly => pair
                .frozen_generator_step(features, known, &mut rng)
                .map(|(loss, labels)| tally.discriminator(loss, &labels)),
            Work::GeneratorOnly => pair
                .frozen_discriminator_step(features, known, &mut rng)
                .map(|(loss, labels)| tally.labelled_by_discriminator(loss, &labels)),
            // An alternating phase is one of the two by now.
            Work::Alternate => Ok(()),
            Work::Cooperate => {
                pair.step(features, known, &mut rng).map(|report| tally.cooperation(&report))
            }
            Work::SelfLabel => pair
                .self_labelled_step(features, known, &mut rng)
                .map(|(loss, labels)| tally.self_labelled(loss, &labels)),
            Work::Classify => {
                let of = |values: &[f32]| -> Vec<f32> {
                    rows.iter().map(|&row| values[row as usize]).collect()
                };
                let targets = self.targets.as_ref();
                let labels = targets.map(|t| of(&t.labels)).unwrap_or_default();
                let weights = targets.and_then(|t| t.weights.as_deref()).map(of);
                pair.classification_step(features, &labels, weights.as_deref(), &mut rng)
                    .map(|loss| tally.discriminator(loss, &labels))
            }
        };
        done.doing(format!("phase {}, step {}", phase.name, step + 1))
    }

    /// Counts the step, and moves on where an epoch or the phase ends.
    fn end_step(&mut self) -> Result<Option<EpochReport>> {
        let phase = &self.phases[self.at.phase];
        let (epoch, _) = phase.epoch(self.at.step);
        self.at.step += 1;
        let phase_over = self.at.step == phase.steps;
        let epoch_over = phase_over || phase.epoch(self.at.step).1 == 0;
        let report = epoch_over.then(|| {
            let tally = std::mem::take(&mut self.at.tally);
            tally.report(phase.name, epoch + 1, self.at.step)
        });
        // Epochs are counted from 1 in the configuration.
        if epoch_over && !phase_over {
            self.refine(epoch + 2)?;
        }
        if phase_over {
            self.at = Position { phase: self.at.phase + 1, ..Position::default() };
            if self.config.training.fresh_optimizers {
                self.pair.reset_optimizers().doing("between two phases")?;
            }
        }
        Ok(report)
    }

    /// Revises the labels before an epoch, if they are to follow the classifier by then.
    fn refine(&mut self, epoch: u64) -> Result<()> {
        let rule = self.config.pseudo_labels.and_then(|labels| labels.refine());
        let (Some(rule), Some(targets)) =
            (rule.filter(|rule| epoch >= rule.from), &mut self.targets)
        else {
            return Ok(());
        };
        let (dim, pair) = (self.samples.dim(), &self.pair);
        let mut scores = Vec::with_capacity(self.samples.len());
        self.samples.for_each_block(|rows| {
            for (_, batch) in in_batches(rows, dim, pair.device()) {
                scores.extend(pair.probabilities(batch).doing("revising the labels")?);
            }
            Ok(())
        })?;
        for piece in &targets.pieces {
            refine(&mut targets.labels[piece.clone()], &scores[piece.clone()], &rule);
        }
        Ok(())
    }

    /// The whole state.
    ///
    /// # Errors
    /// If the networks cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_state("pair", self.pair.save().doing("saving the state")?);
        state.put_json("position", &self.at).doing("saving the state")?;
        state.put_json("data", &self.samples.fingerprint()).doing("saving the state")?;
        if let Some(targets) = &self.targets {
            state.put_f32s("labels", &targets.labels);
        }
        Ok(state)
    }

    /// Resumes from a saved state of the same run.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the state was saved with other features, or is damaged.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let data: u64 = state.get_json("data").doing("loading the state")?;
        if data != self.samples.fingerprint() {
            return Err(TrainError::Mismatch(
                "the saved state was trained on other features than these".to_owned(),
            ));
        }
        let at: Position = state.get_json("position").doing("loading the state")?;
        let steps = self.phases.get(at.phase).map_or(1, |phase| phase.steps);
        if at.phase > self.phases.len() || at.step >= steps {
            return Err(TrainError::Mismatch(format!("the saved position {at:?} is impossible")));
        }
        let labels = match &self.targets {
            Some(_) => Some(state.get_f32s("labels").doing("loading the state")?),
            None => None,
        };
        if let Some(labels) = labels.as_ref().filter(|labels| labels.len() != self.samples.len()) {
            let (found, expected) = (labels.len(), self.samples.len());
            let text =
                format!("the saved state has labels of {found} segments, expected {expected}");
            return Err(TrainError::Mismatch(text));
        }
        self.pair.load(&state.get_state("pair")).doing("loading the state")?;
        if let (Some(targets), Some(labels)) = (&mut self.targets, labels) {
            targets.labels = labels;
        }
        (self.at, self.batches) = (at, Batches::new(&self.samples, self.config.seed));
        Ok(())
    }

    /// The two networks as they are now.
    pub fn pair(&self) -> &CooperativePair {
        &self.pair
    }

    /// The two networks, consuming the trainer.
    pub fn into_pair(self) -> CooperativePair {
        self.pair
    }

    /// The scaled training features.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// The configuration.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }
}
