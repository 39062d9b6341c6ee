//! Training as a state machine: phases of steps, each a pure function of the state and the seed.

use gcl_core::{CooperativePair, Device, State, VideoLabel, rng};
use serde::{Deserialize, Serialize};

use crate::config::{Loop, RunConfig, TrainOn, Turns, spelled};
use crate::error::{Result, TrainError};
use crate::events::{EpochReport, PhaseOutline, Progress};
use crate::samples::{Feed, Place, SampleVideo, Samples, tensor};
use crate::schedule::{Budget, epoch_order};
use crate::tally::Tally;

/// What a phase does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Reconstruct,
    DiscriminatorOnly,
    GeneratorOnly,
    Cooperate,
    /// D in the first epoch and every second after, G in the others.
    Alternate,
    SelfLabel,
}

impl Work {
    /// What an epoch, counted from 0, does.
    fn of_epoch(self, epoch: u64) -> Work {
        match self {
            Work::Alternate if epoch.is_multiple_of(2) => Work::DiscriminatorOnly,
            Work::Alternate => Work::GeneratorOnly,
            other => other,
        }
    }
}

struct Phase {
    name: &'static str,
    work: Work,
    segments: Vec<u32>,
    steps: u64,
}

/// A run in progress.
///
/// The paper's algorithm: pre-train G on temporally stable segments, then D on G's labels (§3.3), then
/// both train each other (§3.2). Each is a phase; the method decides which there are.
pub struct Trainer {
    config: RunConfig,
    samples: Samples,
    known: Option<Vec<VideoLabel>>,
    pair: CooperativePair,
    phases: Vec<Phase>,
    at: Position,
    feed: Feed,
    /// The order of an epoch: of which phase and epoch, and the segments.
    order: Option<(Place, Vec<u32>)>,
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
        if config.generator.input != samples.dim() {
            return Err(TrainError::Mismatch(format!(
                "the configuration is for features of {} dimensions, the features have {}",
                config.generator.input,
                samples.dim()
            )));
        }
        config.validate()?;
        let (g, d) = (&config.generator, &config.discriminator);
        let pair = CooperativePair::new(g, d, config.cooperative.clone(), config.seed, device)
            .map_err(TrainError::core("making the networks"))?;
        let phases = phases(&config, &samples)?;
        let known = known(&config, &samples)?;
        let at = Position::default();
        let feed = Feed::new(&samples);
        Ok(Trainer { config, samples, known, pair, phases, at, feed, order: None })
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
        let place = (self.at.phase, self.at.step);
        let (rows, values) = match self.feed.take(place) {
            Some(batch) => batch?,
            None => {
                let Some(rows) = self.rows_at(place) else { return Ok(None) };
                let values = self.samples.gather(&rows)?;
                (rows, values)
            }
        };
        self.fetch_after(place);
        let Some(phase) = self.phases.get(self.at.phase) else { return Ok(None) };
        let (batches, _) = self.config.training.batches(phase.segments.len());
        let (batches, epoch) = (batches as u64, self.at.step / batches as u64);
        let features = tensor(values, self.samples.dim(), self.pair.device());
        let known: Option<Vec<VideoLabel>> =
            self.known.as_ref().map(|known| rows.iter().map(|&row| known[row as usize]).collect());
        let mut rng = rng::stream(self.config.seed, &format!("step:{}", phase.name), self.at.step);

        let tally = &mut self.at.tally;
        let step = match phase.work.of_epoch(epoch) {
            Work::Reconstruct => {
                self.pair.reconstruction_step(features, &mut rng).map(|loss| tally.generator(loss))
            }
            Work::DiscriminatorOnly => self
                .pair
                .frozen_generator_step(features, known.as_deref(), &mut rng)
                .map(|(loss, labels)| tally.discriminator(loss, &labels)),
            Work::GeneratorOnly => self
                .pair
                .frozen_discriminator_step(features, known.as_deref(), &mut rng)
                .map(|(loss, labels)| tally.labelled_by_discriminator(loss, &labels)),
            // An alternating phase is one of the two by now.
            Work::Alternate => Ok(()),
            Work::Cooperate => self
                .pair
                .step(features, known.as_deref(), &mut rng)
                .map(|report| tally.cooperation(&report)),
            Work::SelfLabel => self
                .pair
                .self_labelled_step(features, known.as_deref(), &mut rng)
                .map(|(loss, labels)| tally.self_labelled(loss, &labels)),
        };
        step.map_err(TrainError::core(format!("phase {}, step {}", phase.name, self.at.step + 1)))?;

        self.at.step += 1;
        let phase_over = self.at.step == phase.steps;
        let epoch_over = phase_over || self.at.step.is_multiple_of(batches);
        let report = epoch_over.then(|| {
            let tally = std::mem::take(&mut self.at.tally);
            tally.report(phase.name, epoch + 1, self.at.step)
        });
        if phase_over {
            self.at = Position { phase: self.at.phase + 1, ..Position::default() };
            if self.config.training.fresh_optimizers {
                self.pair.reset_optimizers().map_err(TrainError::core("between two phases"))?;
            }
        }
        Ok(report)
    }

    /// The segments of a place's batch; `None` after the last one.
    fn rows_at(&mut self, place: Place) -> Option<Vec<u32>> {
        let phase = self.phases.get(place.0)?;
        let (batches, size) = self.config.training.batches(phase.segments.len());
        let (epoch, index) = (place.1 / batches as u64, (place.1 % batches as u64) as usize * size);
        let known = self.order.take().filter(|(of, _)| *of == (place.0, epoch));
        let (_, order) = self.order.insert(known.unwrap_or_else(|| {
            let order = epoch_order(&phase.segments, self.config.seed, phase.name, epoch);
            ((place.0, epoch), order)
        }));
        Some(order[index..order.len().min(index + size)].to_vec())
    }

    /// Has the batch after a place read while that of the place trains.
    fn fetch_after(&mut self, (phase, step): Place) {
        let next = match self.phases.get(phase) {
            Some(now) if step + 1 < now.steps => (phase, step + 1),
            _ => (phase + 1, 0),
        };
        if let Some(rows) = self.rows_at(next) {
            self.feed.fetch(next, rows);
        }
    }

    /// The whole state.
    ///
    /// # Errors
    /// If the networks cannot be read from the device.
    pub fn save(&self) -> Result<State> {
        let core = || TrainError::core("saving the state");
        let mut state = State::default();
        state.put_state("pair", self.pair.save().map_err(core())?);
        state.put_json("position", &self.at).map_err(core())?;
        state.put_json("data", &self.samples.fingerprint()).map_err(core())?;
        Ok(state)
    }

    /// Restores a saved state of the same run.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] if the state was saved with other features, or is damaged.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let core = || TrainError::core("loading the state");
        let data: u64 = state.get_json("data").map_err(core())?;
        if data != self.samples.fingerprint() {
            return Err(TrainError::Mismatch(
                "the saved state was trained on other features than these".to_owned(),
            ));
        }
        let at: Position = state.get_json("position").map_err(core())?;
        let steps = self.phases.get(at.phase).map_or(1, |phase| phase.steps);
        if at.phase > self.phases.len() || at.step >= steps {
            return Err(TrainError::Mismatch(format!("the saved position {at:?} is impossible")));
        }
        self.pair.load(&state.get_state("pair")).map_err(core())?;
        (self.at, self.order, self.feed) = (at, None, Feed::new(&self.samples));
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

/// The phases that a configuration means for this data.
fn phases(config: &RunConfig, samples: &Samples) -> Result<Vec<Phase>> {
    let mut phases = Vec::new();
    let mut add = |name, work, on, budget: Budget| -> Result<()> {
        let segments = select(samples, on)?;
        let (batches, _) = config.training.batches(segments.len());
        let steps = budget.steps(batches as u64);
        if steps > 0 {
            phases.push(Phase { name, work, segments, steps });
        }
        Ok(())
    };
    if let Some(before) = config.pretraining {
        let same = config.training.budget;
        let (generator, discriminator) = (before.generator, before.discriminator);
        add("pretrain-generator", Work::Reconstruct, before.on, generator.unwrap_or(same))?;
        let (on, budget) = (before.discriminator_on, discriminator.unwrap_or(same));
        add("pretrain-discriminator", Work::DiscriminatorOnly, on, budget)?;
    }
    let (name, work) = match config.training.kind {
        Loop::Cooperate => match config.training.turns {
            Turns::EveryBatch => ("cooperate", Work::Cooperate),
            Turns::EveryEpoch => ("cooperate", Work::Alternate),
        },
        Loop::Reconstruct => ("reconstruct", Work::Reconstruct),
        Loop::SelfLabel => ("self-label", Work::SelfLabel),
    };
    add(name, work, config.training.on, config.training.budget)?;
    match phases.is_empty() {
        true => Err(TrainError::Config("the budget allows no step at all".to_owned())),
        false => Ok(phases),
    }
}

/// The segments that a phase trains on.
fn select(samples: &Samples, on: TrainOn) -> Result<Vec<u32>> {
    let keep: Vec<bool> = match on {
        TrainOn::All => vec![true; samples.len()],
        TrainOn::Calm { rule } => samples.calm(&rule)?,
        TrainOn::NormalVideos => {
            let flags = samples
                .videos()
                .iter()
                .flat_map(|video| video.segments.clone().map(|_| video.normal == Some(true)));
            flags.collect()
        }
    };
    let rows: Vec<u32> = (0u32..).zip(&keep).filter(|(_, keep)| **keep).map(|(i, _)| i).collect();
    match rows.is_empty() {
        true if on == TrainOn::NormalVideos => Err(TrainError::Config(
            "none of the training videos is labelled normal, and a phase trains on those"
                .to_owned(),
        )),
        true => Err(TrainError::Config(format!(
            "training on {} keeps none of the training segments",
            spelled(&on)
        ))),
        false => Ok(rows),
    }
}

/// What weak labels say of each segment's video; `None` without labels.
fn known(config: &RunConfig, samples: &Samples) -> Result<Option<Vec<VideoLabel>>> {
    if config.labelled_share == 0.0 {
        return Ok(None);
    }
    let label = |normal: Option<bool>| match normal {
        None => VideoLabel::Unknown,
        Some(true) => VideoLabel::Normal,
        Some(false) => VideoLabel::Anomalous,
    };
    let videos = samples.videos();
    // Labels of other videos would otherwise leave a run unsupervised without a word.
    if videos.iter().all(|video| video.normal.is_none()) {
        return Err(TrainError::Config(format!(
            "none of the {} training videos has a label, and labelled_share is {}",
            videos.len(),
            config.labelled_share
        )));
    }
    let segments = |v: &SampleVideo| vec![label(v.normal); v.segments.len()];
    Ok(Some(videos.iter().flat_map(segments).collect()))
}
