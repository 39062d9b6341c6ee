//! What training leaves behind while it goes: files in a run's folder, or nothing but the model.

use gcl_core::State;

use crate::error::Result;
use crate::events::{EpochReport, Event, Listener};
use crate::run_dir::{EventLog, RunDir};

/// Where a run's events and states go.
pub(crate) struct Sink<'a> {
    /// The run's folder; in memory alone, states are not saved, and only the last model is kept.
    pub run: Option<&'a RunDir>,
    log: Option<EventLog>,
    /// The last epoch so far, those before a resume included.
    pub last_epoch: Option<EpochReport>,
}

impl<'a> Sink<'a> {
    pub fn new(run: Option<&'a RunDir>) -> Sink<'a> {
        Sink { run, log: None, last_epoch: None }
    }

    /// The state to resume from and its number of events; `None` starts anew.
    pub fn state(&self) -> Result<Option<(State, usize)>> {
        self.run.map_or(Ok(None), RunDir::state)
    }

    /// Begins to take events, after the first `keep` that are there. Comes after a saved state was
    /// accepted: a run that refuses it leaves the events as they were.
    pub fn open(&mut self, keep: usize) -> Result<()> {
        let Some(run) = self.run else { return Ok(()) };
        self.log = Some(run.event_log(keep)?);
        // A run resumed after its last step has its last epoch only there.
        self.last_epoch = run.events()?.into_iter().rev().find_map(|event| match event {
            Event::Epoch(report) => Some(report),
            _ => None,
        });
        Ok(())
    }

    /// Takes an event, and tells it.
    pub fn tell(&mut self, listener: &mut dyn Listener, event: Event) -> Result<()> {
        if let Some(log) = &mut self.log {
            log.write(&event)?;
        }
        listener.event(&event);
        if let Event::Epoch(report) = event {
            self.last_epoch = Some(report);
        }
        Ok(())
    }

    /// Saves the whole state of a run, if anyone keeps it.
    pub fn save(&self, state: impl FnOnce() -> Result<State>) -> Result<()> {
        let Some(run) = self.run else { return Ok(()) };
        run.save_state(state()?, self.log.as_ref().map_or(0, EventLog::count))
    }
}
