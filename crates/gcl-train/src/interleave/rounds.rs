//! Training round by round: what is common to a pair and to each of its models alone.

use std::sync::atomic::{AtomicBool, Ordering};

use gcl_core::State;

use super::interleaver::Interleaver;
use super::reports::Judgement;
use crate::error::Result;
use crate::events::{Event, Listener, Progress};
use crate::run_dir::{EventLog, RunDir};

/// A training that proceeds in rounds, each a pure function of the state and the seed.
pub trait Rounds {
    /// What is known before the first round.
    fn outline(&self) -> Option<Event> {
        None
    }

    /// One round, and what is to be told of it; `None` when all are done.
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
    let saved = match run {
        Some(run) => run.state()?,
        None => None,
    };
    if let Some((state, _)) = &saved {
        training.load(state)?;
    }
    let kept = saved.as_ref().map_or(0, |(_, events)| *events);
    let mut log = run.map(|run| run.event_log(kept)).transpose()?;
    let mut tell = |events: &[Event], listener: &mut dyn Listener| -> Result<usize> {
        for event in events {
            if let Some(log) = &mut log {
                log.write(event)?;
            }
            listener.event(event);
        }
        Ok(log.as_ref().map_or(0, EventLog::count))
    };
    if let (None, Some(outline)) = (&saved, training.outline()) {
        tell(&[outline], listener)?;
    }
    while let Some(events) = training.advance(cancel, listener)? {
        let count = tell(&events, listener)?;
        if let Some(run) = run {
            run.save_state(training.save()?, count)?;
        }
    }
    Ok(())
}

/// What is called after every step: tells the listener, and answers whether to go on.
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
        Interleaver::save(self)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        Interleaver::load(self, state)
    }
}
