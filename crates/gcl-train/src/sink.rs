//! What training leaves behind while it goes: files in a run's folder, or nothing but the model.

use gcl_core::State;

use crate::error::{Result, TrainError};
use crate::events::{EpochReport, Event};
use crate::kept::RunState;
use crate::model::Model;
use crate::run_dir::{EventLog, RunDir};

/// Where a run's events, states and models go.
pub(crate) trait Sink {
    /// The state to go on from and its number of events; `None` starts anew.
    fn state(&self) -> Result<Option<(State, usize)>>;

    /// Begins to take events, after the first `keep` that are there. Comes after a saved state was
    /// accepted: a run that refuses it leaves the events as they were.
    fn open(&mut self, keep: usize) -> Result<()>;

    /// Takes an event.
    fn event(&mut self, event: &Event) -> Result<()>;

    /// Whether states are saved, and models other than the last one kept.
    fn keeps_states(&self) -> bool;

    /// Takes the whole state of a run.
    fn save_state(&mut self, state: State) -> Result<()>;

    /// The last epoch so far, those before a resume included.
    fn last_epoch(&self) -> Result<Option<EpochReport>>;

    /// Takes the model of a state.
    fn model(&mut self, state: RunState, model: &Model) -> Result<()>;
}

/// A run's folder.
pub(crate) struct Folder<'a> {
    run: &'a RunDir,
    log: Option<EventLog>,
}

impl<'a> Folder<'a> {
    pub fn new(run: &'a RunDir) -> Folder<'a> {
        Folder { run, log: None }
    }
}

impl Sink for Folder<'_> {
    fn state(&self) -> Result<Option<(State, usize)>> {
        self.run.state()
    }

    fn open(&mut self, keep: usize) -> Result<()> {
        self.log = Some(self.run.event_log(keep)?);
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        match &mut self.log {
            Some(log) => log.write(event),
            None => Err(TrainError::Run {
                path: self.run.path().to_owned(),
                problem: "the event log is not open".to_owned(),
            }),
        }
    }

    fn keeps_states(&self) -> bool {
        true
    }

    fn save_state(&mut self, state: State) -> Result<()> {
        self.run.save_state(state, self.log.as_ref().map_or(0, EventLog::count))
    }

    fn last_epoch(&self) -> Result<Option<EpochReport>> {
        // From the log, since a run resumed after its last step has its last epoch only there.
        Ok(self.run.events()?.into_iter().rev().find_map(epoch))
    }

    fn model(&mut self, state: RunState, model: &Model) -> Result<()> {
        model.save(&self.run.model_of(state))
    }
}

/// Nothing but what the end of a run asks for.
#[derive(Default)]
pub(crate) struct Memory {
    last: Option<EpochReport>,
    /// What a user should know, in words.
    pub warnings: Vec<String>,
}

impl Sink for Memory {
    fn state(&self) -> Result<Option<(State, usize)>> {
        Ok(None)
    }

    fn open(&mut self, _keep: usize) -> Result<()> {
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::Epoch(report) => self.last = Some(report.clone()),
            Event::Warning { text } => self.warnings.push(text.clone()),
            _ => {}
        }
        Ok(())
    }

    fn keeps_states(&self) -> bool {
        false
    }

    fn save_state(&mut self, _state: State) -> Result<()> {
        Ok(())
    }

    fn last_epoch(&self) -> Result<Option<EpochReport>> {
        Ok(self.last.clone())
    }

    fn model(&mut self, _state: RunState, _model: &Model) -> Result<()> {
        Ok(())
    }
}

fn epoch(event: Event) -> Option<EpochReport> {
    match event {
        Event::Epoch(report) => Some(report),
        _ => None,
    }
}
