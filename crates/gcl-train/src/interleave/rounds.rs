//! Training round by round: what is common to a pair and to each of its models alone.

use std::sync::atomic::{AtomicBool, Ordering};

use gcl_core::State;

use super::interleaver::{Interleaver, Position};
use super::reports::Judgement;
use super::threshold::Consensus;
use crate::error::{Doing, Result, TrainError};
use crate::events::{Event, Listener, Progress};
use crate::run_dir::RunDir;
use crate::sink::Sink;

/// A training that proceeds in rounds, each a pure function of the state and the seed.
pub trait Rounds {
    /// What is known before the first round.
    fn outline(&self) -> Option<Event> {
        None
    }

    /// One round, and the events to report of it; `None` when all are done.
    ///
    /// # Errors
    /// [`TrainError::Interrupted`](crate::TrainError::Interrupted) after a cancel, which is looked at after every step; else what
    /// went wrong.
    fn advance(
        &mut self,
        cancel: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<Option<Vec<Event>>>;

    /// The whole state, between two rounds.
    ///
    /// # Errors
    /// If a network cannot be read from the device.
    fn save(&self) -> Result<State>;

    /// Takes over a saved state of the same training.
    ///
    /// # Errors
    /// If it does not fit.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// Trains to the end: in a run's folder, from its saved state if it has one, which is replaced by
/// one rename after every round; or in memory alone.
///
/// # Errors
/// [`TrainError::Interrupted`](crate::TrainError::Interrupted) after a cancel, with the last round's end saved; else what
/// went wrong.
pub fn train_rounds(
    training: &mut dyn Rounds,
    run: Option<&RunDir>,
    cancel: &AtomicBool,
    listener: &mut dyn Listener,
) -> Result<()> {
    let mut sink = Sink::new(run);
    match sink.state()? {
        Some((state, events)) => {
            training.load(&state)?;
            sink.open(events)?;
        }
        None => {
            sink.open(0)?;
            if let Some(outline) = training.outline() {
                sink.tell(listener, outline)?;
            }
        }
    }
    while let Some(events) = training.advance(cancel, listener)? {
        for event in events {
            sink.tell(listener, event)?;
        }
        sink.save(|| training.save())?;
    }
    Ok(())
}

/// What is called after every step: informs the listener, and returns whether to continue.
pub(super) fn watch<'a>(
    cancel: &'a AtomicBool,
    listener: &'a mut dyn Listener,
) -> impl FnMut(&Progress) -> bool + 'a {
    |progress| {
        listener.step(progress);
        !cancel.load(Ordering::Relaxed)
    }
}

impl Rounds for Interleaver {
    fn outline(&self) -> Option<Event> {
        Some(Event::PairStarted {
            videos: self.snippets().videos().len(),
            snippets: self.snippets().len(),
            objects: self.one_class().objects().objects().len(),
            scored: self.one_class().scored().objects().len(),
            threshold: self.thresholds()[0],
        })
    }

    fn advance(
        &mut self,
        cancel: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<Option<Vec<Event>>> {
        let advanced = Interleaver::advance(self, &mut watch(cancel, listener))?;
        let Some((report, module)) = advanced else { return Ok(None) };
        let (at, number) = (report.module, report.number);
        let mut events = vec![Event::Loop(report)];
        if let Some(auc) = listener.judge(self.one_class(), self.weak())? {
            events.push(Event::Judged(Judgement { module: at, number, auc }));
        }
        if let Some(module) = module {
            events.push(Event::Module(module));
            let followed = listener.follow(at, self.weak())?;
            events.extend(followed.into_iter().map(Event::Followed));
        }
        if let Some(stop) = self.stop() {
            let (modules, loops) = self.done();
            events.push(Event::PairFinished { modules, loops, stop });
        }
        Ok(Some(events))
    }

    fn save(&self) -> Result<State> {
        let mut state = State::default();
        state.put_state("one-class", self.one_class.save()?);
        state.put_state("weak", self.weak.save().doing("saving the state")?);
        state.put_json("position", &self.at).doing("saving the state")?;
        state.put_json("consensus", &self.consensus).doing("saving the state")?;
        state.put_json("labelled", &self.labelled).doing("saving the state")?;
        let bytes = self.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        state.put("weights", bytes);
        state.put_json("data", &self.fingerprint()).doing("saving the state")?;
        Ok(state)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let data: u64 = state.get_json("data").doing("loading the state")?;
        if data != self.fingerprint() {
            return Err(TrainError::Mismatch(
                "the saved state was trained on other objects or snippets than these".to_owned(),
            ));
        }
        let at: Position = state.get_json("position").doing("loading the state")?;
        let consensus: Consensus = state.get_json("consensus").doing("loading the state")?;
        let labelled: Vec<u32> = state.get_json("labelled").doing("loading the state")?;
        let bytes = state.get("weights").doing("loading the state")?.as_chunks::<4>().0;
        let weights: Vec<f32> = bytes.iter().map(|b| f32::from_le_bytes(*b)).collect();
        let limits = (self.config.threshold.max_modules, self.config.loops.most);
        let possible = at.module <= limits.0
            && at.loops < limits.1
            && consensus.thresholds().len() == at.module + 1
            && weights.len() == self.weights.len()
            && weights.iter().all(|w| (0.0..=1.0).contains(w));
        if !possible {
            return Err(TrainError::Mismatch(format!("the saved position {at:?} is impossible")));
        }
        self.one_class.load(&state.get_state("one-class"))?;
        self.weak.load(&state.get_state("weak")).doing("loading the state")?;
        (self.at, self.consensus, self.labelled) = (at, consensus, labelled);
        self.weights = weights;
        Ok(())
    }
}
