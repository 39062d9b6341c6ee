//! Running cells: a finished one is kept, an interrupted one resumed, a failure reported.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gcl::judge::{Curve, Epochs, judge, read_epochs, remove_epochs};
use gcl_core::Device;
use gcl_data::VideoId;
use gcl_train::events::Progress;
use gcl_train::{
    Event, Listener, Model, RunConfig, RunDir, RunState, TrainError, TrainOptions, train,
};

use super::cell::Cell;
use super::data::OpenData;
use super::error::{BenchmarkError, Result};
use super::result::CellResult;

/// How cells are run. Nothing here changes what they compute.
#[derive(Debug)]
pub struct CellOptions<'a> {
    /// Where tensors live.
    pub device: Device,
    /// Set by someone who wants everything to stop after its current step.
    pub cancel: &'a AtomicBool,
    /// The time between two saves of a run's state.
    pub save_every: Duration,
    /// Features that take at most this many bytes are kept in memory; see
    /// [`TrainOptions::memory_limit`].
    pub memory_limit: u64,
    /// Whether epochs are judged as they end; see [`gcl::judge::read_epochs`].
    pub epochs: bool,
    /// The test video whose scores are kept at every judged epoch.
    pub follow: Option<VideoId>,
    /// Cells that run at once.
    pub jobs: usize,
}

/// How a cell ended.
#[derive(Debug)]
pub enum Outcome {
    /// It was finished before.
    Kept(CellResult),
    /// It is finished now.
    Done(CellResult),
    /// It failed.
    Failed(BenchmarkError),
}

/// Someone who follows the cells of a plan. All methods do nothing unless overridden.
pub trait Watcher: Sync {
    /// A cell trained one step.
    fn step(&self, _cell: &Cell, _progress: &Progress) {}
    /// Something worth a line happened in a cell.
    fn event(&self, _cell: &Cell, _event: &Event) {}
    /// A cell ended.
    fn ended(&self, _cell: &Cell, _outcome: &Outcome) {}
}

/// Runs cells, each in its folder below `root`. A cell's failure stops no other; returns every
/// cell's outcome, in order.
///
/// # Errors
/// [`TrainError::Interrupted`] after a cancel; what was finished stays, and the same call resumes.
pub fn run_cells(
    cells: &[(&Cell, &OpenData)],
    root: &Path,
    options: &CellOptions<'_>,
    watcher: &dyn Watcher,
) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::default();
    let work = || {
        while let Some((index, (cell, data))) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            cells.get(index).map(|cell| (index, *cell))
        } {
            if options.cancel.load(Ordering::Relaxed) {
                return;
            }
            let outcome = run_cell(cell, data, root, options, watcher);
            if !matches!(outcome, Outcome::Failed(BenchmarkError::Train(TrainError::Interrupted))) {
                watcher.ended(cell, &outcome);
            }
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push((index, outcome));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..options.jobs.max(1) {
            scope.spawn(work);
        }
        work();
    });
    if options.cancel.load(Ordering::Relaxed) {
        return Err(TrainError::Interrupted.into());
    }
    let mut outcomes = outcomes.into_inner().unwrap_or_default();
    outcomes.sort_by_key(|(index, _)| *index);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Runs one cell in its folder below `root`, from wherever it stands.
pub fn run_cell(
    cell: &Cell,
    data: &OpenData,
    root: &Path,
    options: &CellOptions<'_>,
    watcher: &dyn Watcher,
) -> Outcome {
    let folder = root.join(cell.name());
    let kept = || -> Result<Option<CellResult>> {
        let result = finished(cell, data, &folder)?;
        Ok(if judged_as_asked(&cell.config(data)?, &folder, options)? { result } else { None })
    };
    match kept() {
        Ok(Some(result)) => return Outcome::Kept(result),
        Ok(None) => {}
        Err(error) => return Outcome::Failed(error),
    }
    match train_and_judge(cell, data, &folder, options, watcher) {
        Ok(result) => Outcome::Done(result),
        Err(error) => Outcome::Failed(error),
    }
}

/// Whether a cell's networks are judged at the ends of epochs: a baseline detector has none.
fn judges_epochs(config: &RunConfig, options: &CellOptions<'_>) -> bool {
    options.epochs && config.detector.is_none()
}

/// Whether the epochs so far were judged as these options ask.
fn judged_as_asked(config: &RunConfig, folder: &Path, options: &CellOptions<'_>) -> Result<bool> {
    let follow = options.follow.as_ref();
    let fits = |found: Epochs| follow.is_none() || found.followed.as_ref() == follow;
    Ok(!judges_epochs(config, options) || read_epochs(folder)?.is_some_and(fits))
}

/// The result of a cell that is finished, on this very data.
fn finished(cell: &Cell, data: &OpenData, folder: &Path) -> Result<Option<CellResult>> {
    let Some(result) = CellResult::read(folder)? else { return Ok(None) };
    let differs = |what: &str| {
        let text = format!("a cell with other {what} is finished here; choose another folder");
        Err(BenchmarkError::folder(folder, text))
    };
    let config = cell.config(data)?;
    if RunDir::new(folder).config::<RunConfig>()? != config {
        return differs("settings");
    }
    if result.inputs != data.inputs.used_by(&config) {
        return differs("data");
    }
    Ok(Some(result))
}

fn train_and_judge(
    cell: &Cell,
    data: &OpenData,
    folder: &Path,
    options: &CellOptions<'_>,
    watcher: &dyn Watcher,
) -> Result<CellResult> {
    let config = cell.config(data)?;
    let run = RunDir::new(folder);
    if !run.exists() {
        run.create(&config)?;
    } else if run.config::<RunConfig>()? != config {
        let text = "a run with other settings is here; choose another folder";
        return Err(BenchmarkError::folder(folder, text));
    }
    let judges_epochs = judges_epochs(&config, options);
    if !judged_as_asked(&config, folder, options)? {
        // Trained again from the start, to the same model, so that no epoch is missing.
        CellResult::remove(folder)?;
        run.remove_state()?;
        remove_epochs(folder)?;
    } else if !judges_epochs {
        // Some epochs of a run that went on unwatched are no curve.
        remove_epochs(folder)?;
    }
    let how = TrainOptions {
        normal: data.normal.as_ref(),
        save_every: options.save_every,
        memory_limit: options.memory_limit,
        ..TrainOptions::new(options.device.clone(), options.cancel)
    };
    let mut told = Told { cell, watcher };
    let model = if judges_epochs {
        let follow = options.follow.as_ref();
        let mut curve = Curve::new(&data.test, &config, follow, folder, &mut told)?;
        let model = train(&data.train, &run, &how, &mut curve)?;
        match curve.failed {
            Some(error) => return Err(error.into()),
            None => model,
        }
    } else {
        train(&data.train, &run, &how, &mut told)?
    };
    let score = config.score.name();
    let mut result = CellResult::new(cell, data.inputs.used_by(&config), score);
    result.add(RunState::Last, &judge(&model, &data.test)?);
    // Other states that a run may have kept beside its last one.
    for state in [RunState::Chosen, RunState::Oracle] {
        let kept = run.model_of(state);
        if kept.join("model.json").exists() {
            let model = Model::load(&kept, &options.device)?;
            result.add(state, &judge(&model, &data.test)?);
        }
    }
    result.write(folder)?;
    // A finished cell is never resumed, and a state is three times the size of its model.
    run.remove_state()?;
    Ok(result)
}

/// Passes a cell's events to the watcher of all cells.
struct Told<'a> {
    cell: &'a Cell,
    watcher: &'a dyn Watcher,
}

impl Listener for Told<'_> {
    fn event(&mut self, event: &Event) {
        self.watcher.event(self.cell, event);
    }

    fn step(&mut self, progress: &Progress) {
        self.watcher.step(self.cell, progress);
    }
}
