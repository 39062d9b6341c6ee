//! A run on disk: configuration, events, resumable state, model and scores in one folder.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use gcl_core::State;
use gcl_core::rng::{FNV_START, fnv1a};
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::file::remove_file;
use gcl_data::{At, FileError, LeftOut, VideoId, read_left_out, write_left_out};
use serde::Serialize;

use crate::config::{RunKind, from_toml, kind_of, to_toml};
use crate::error::{Doing, Result, TrainError};
use crate::events::Event;
use crate::kept::RunState;

/// The folder of one run.
///
/// | path | holds |
/// |---|---|
/// | `config.toml` | the resolved configuration |
/// | `events.jsonl` | one event a line |
/// | `left-out.json` | videos whose files could not be used, if there were any |
/// | `state/state.safetensors` | where training stands, replaced by one rename |
/// | `model/` | the trained model: the last state of the run |
/// | `model-chosen/`, `model-oracle/` | other states of the run, see [`RunState`] |
/// | `results.json` | how good each is on a test set, where a truth was given |
/// | `scores/`, `report.html` | what scoring and reporting leave |
#[derive(Clone, Debug)]
pub struct RunDir {
    path: PathBuf,
}

/// What a run holds beside its model, its results and its report.
const CONFIG: &str = "config.toml";
const EVENTS: &str = "events.jsonl";
const STATE: &str = "state/state.safetensors";

impl RunDir {
    /// A run at this path; nothing is touched yet.
    pub fn new(path: impl Into<PathBuf>) -> RunDir {
        RunDir { path: path.into() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the model goes.
    pub fn model(&self) -> PathBuf {
        self.path.join("model")
    }

    /// Where the model of a state goes; [`RunDir::model`] is the last one's.
    pub fn model_of(&self, state: RunState) -> PathBuf {
        match state {
            RunState::Last => self.model(),
            other => self.path.join(format!("model-{}", other.name())),
        }
    }

    /// Where the results on a test set go.
    pub fn results(&self) -> PathBuf {
        self.path.join("results.json")
    }

    /// Where frame scores go.
    pub fn scores(&self) -> PathBuf {
        self.path.join("scores")
    }

    /// Where the scores of folds go that are kept until all are there.
    pub fn cross_fit(&self) -> PathBuf {
        self.path.join("cross-fit")
    }

    /// Where the report goes.
    pub fn report(&self) -> PathBuf {
        self.path.join("report.html")
    }

    /// Whether a run was ever started here.
    pub fn exists(&self) -> bool {
        self.path.join(CONFIG).exists()
    }

    /// Whether a run was trained to its end: its model is there.
    pub fn is_finished(&self) -> bool {
        self.model().exists()
    }

    /// Starts a run: a fresh folder with the configuration.
    ///
    /// # Errors
    /// [`TrainError::RunExists`] if there is a run already; nothing is overwritten.
    pub fn create<C: RunKind>(&self, config: &C) -> Result<()> {
        // What a run without its configuration has learnt is not overwritten either.
        if self.exists() || self.path.join(STATE).exists() || self.model().exists() {
            return Err(TrainError::RunExists { path: self.path.clone() });
        }
        let text = to_toml(config)?;
        // Of a start that failed.
        write_left_out(&self.path, &[])?;
        // Events first: a folder with a configuration is a run, and is complete.
        write_bytes_atomic(&self.path.join(EVENTS), b"")?;
        Ok(write_bytes_atomic(&self.path.join(CONFIG), text.as_bytes())?)
    }

    /// Starts a run and trains. If that fails before anything was learnt, such as for data that is
    /// refused, no run is left behind: the folder is free for another one. An interrupted run stays.
    ///
    /// # Errors
    /// As [`RunDir::create`], and what `work` returns.
    pub fn start<C: RunKind, T>(&self, config: &C, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.create(config)?;
        let done = work();
        let learnt = self.path.join(STATE).exists() || self.model().exists();
        if !learnt && matches!(&done, Err(error) if !matches!(error, TrainError::Interrupted)) {
            // The configuration first: without one, there is no run.
            for path in [self.path.join(CONFIG), self.path.join(EVENTS)] {
                fs::remove_file(&path).at(&path)?;
            }
            write_left_out(&self.path, &[])?;
        }
        done
    }

    /// Videos that training left out because their files cannot be used, each with its file and the reason.
    ///
    /// # Errors
    /// If the list cannot be read.
    pub fn left_out(&self) -> Result<Vec<LeftOut>> {
        Ok(read_left_out(&self.path)?)
    }

    /// Notes which videos are left out at the run's start. A run that continues must leave out the same.
    ///
    /// # Errors
    /// [`TrainError::Mismatch`] naming a video that took part before and does not now, or the other way round.
    pub fn keep_left_out(&self, now: &[LeftOut]) -> Result<()> {
        if !self.path.join(STATE).exists() && !self.model().exists() {
            return Ok(write_left_out(&self.path, now)?);
        }
        let before = self.left_out()?;
        let other = |list: &[LeftOut], id: &VideoId| list.iter().all(|(known, _)| known != id);
        let gone = now.iter().find(|(id, _)| other(&before, id)).map(|(id, reason)| {
            format!("{reason}; video {id} took part when the run began: put its file back")
        });
        let come = || {
            let (id, _) = before.iter().find(|(id, _)| other(now, id))?;
            Some(format!(
                "video {id} was left out when the run began, and its file can be read now"
            ))
        };
        match gone.or_else(come) {
            None => Ok(()),
            Some(what) => Err(TrainError::Mismatch(format!("{what}, or start another run"))),
        }
    }

    /// The configuration of the run.
    ///
    /// # Errors
    /// [`TrainError::Run`] if there is no run, [`TrainError::Kind`] if it is of another kind,
    /// [`TrainError::File`] if the configuration does not parse.
    pub fn config<C: RunKind>(&self) -> Result<C> {
        let path = self.path.join(CONFIG);
        if !path.exists() {
            let problem = "no run here (no config.toml)".to_owned();
            return Err(TrainError::Run { path: self.path.clone(), problem });
        }
        let text = fs::read_to_string(&path).at(&path)?;
        match kind_of(&text).filter(|kind| *kind != C::KIND) {
            Some(found) => {
                let (path, found) = (self.path.clone(), found.to_owned());
                Err(TrainError::Kind { path, expected: C::KIND, found })
            }
            None => Ok(from_toml(&text).at(&path)?),
        }
    }

    /// Saves a state, with the number of events that belong to it.
    ///
    /// # Errors
    /// If it cannot be written; the state before stays.
    pub fn save_state(&self, mut state: State, events: usize) -> Result<()> {
        state.put_json("events", &events).doing("saving the state")?;
        state.put_json("config", &self.config_hash()).doing("saving the state")?;
        let bytes = state.to_bytes().doing("saving the state")?;
        Ok(write_bytes_atomic(&self.path.join(STATE), &bytes)?)
    }

    /// The saved state and its number of events; `None` if none was saved yet.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn state(&self) -> Result<Option<(State, usize)>> {
        let path = self.path.join(STATE);
        let Some(state) = read_state(&path)? else { return Ok(None) };
        let events = state.get_json("events").at(&path)?;
        // Absent from states that were saved before it was written.
        let config: Option<u64> = state.get_json("config").unwrap_or_default();
        if config.is_some() && config != self.config_hash() {
            let path = self.path.join(CONFIG);
            let problem =
                "changed since the saved state; put it back, or start another run".to_owned();
            return Err(TrainError::Run { path, problem });
        }
        Ok(Some((state, events)))
    }

    /// A hash of the configuration's file, if there is one.
    fn config_hash(&self) -> Option<u64> {
        fs::read(self.path.join(CONFIG)).ok().map(|text| fnv1a(FNV_START, &text))
    }

    /// Takes the saved state away, if there is one: training then starts anew.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove_state(&self) -> Result<()> {
        let folder = self.path.join("state");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            removed => Ok(removed.at(&folder)?),
        }
    }

    /// Takes away what a run has learnt, scored and reported, and its configuration last: a folder in which this was
    /// interrupted still holds a run, and another one can start once it is done. Whatever else is in the folder stays.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub fn clear(&self) -> Result<()> {
        let states = [RunState::Last, RunState::Chosen, RunState::Oracle];
        let folders = states.map(|state| self.model_of(state)).into_iter();
        for folder in folders.chain([self.scores(), self.cross_fit(), self.path.join("state")]) {
            if folder.exists() {
                fs::remove_dir_all(&folder).at(&folder)?;
            }
        }
        write_left_out(&self.path, &[])?;
        for path in [self.results(), self.report(), self.path.join(EVENTS), self.path.join(CONFIG)]
        {
            remove_file(&path)?;
        }
        Ok(())
    }

    /// Opens the event log after its first `keep` events; later ones are of steps that a killed
    /// run did after its last save, and will happen again.
    ///
    /// # Errors
    /// If the log cannot be read or holds fewer events.
    pub fn event_log(&self, keep: usize) -> Result<EventLog> {
        let path = self.path.join(EVENTS);
        let mut kept = Vec::new();
        if keep > 0 {
            let file = File::open(&path).at(&path)?;
            for line in BufReader::new(file).lines().take(keep) {
                kept.extend_from_slice(line.at(&path)?.as_bytes());
                kept.push(b'\n');
            }
            let found = kept.iter().filter(|&&b| b == b'\n').count();
            if found < keep {
                let problem = format!("{found} events, expected at least {keep}");
                return Err(FileError::new(path, problem).into());
            }
        }
        write_bytes_atomic(&path, &kept)?;
        let file = OpenOptions::new().append(true).open(&path).at(&path)?;
        Ok(EventLog { file, path, count: keep })
    }

    /// All events so far.
    ///
    /// # Errors
    /// If the log cannot be read, or a line other than a last, half-written one does not parse.
    pub fn events(&self) -> Result<Vec<Event>> {
        let path = self.path.join(EVENTS);
        let text = fs::read_to_string(&path).at(&path)?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let parse = |line| Ok(serde_json::from_str(line).at(&path)?);
        whole.lines().map(parse).collect()
    }
}

/// The state in a file, if there is one.
pub(crate) fn read_state(path: &Path) -> Result<Option<State>> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(State::from_bytes(&fs::read(path).at(path)?).at(path)?))
}

/// The open event log of a run.
pub struct EventLog {
    file: File,
    path: PathBuf,
    count: usize,
}

gcl_core::brief_debug!(EventLog);

impl EventLog {
    /// Appends an event.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write<E: Serialize>(&mut self, event: &E) -> Result<()> {
        let mut line = serde_json::to_vec(event).at(&self.path)?;
        line.push(b'\n');
        self.file.write_all(&line).at(&self.path)?;
        self.count += 1;
        Ok(())
    }

    /// The number of events so far.
    pub fn count(&self) -> usize {
        self.count
    }
}
