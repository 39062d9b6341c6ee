//! An interleaved run on disk: the same folder as any run, with events of its own.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_core::OneClass;
use gcl_data::atomic::write_bytes_atomic;

use super::events::{InterleaveEvent, InterleaveListener, Judgement};
use super::interleaver::Interleaver;
use super::objects::Objects;
use super::pair::PairConfig;
use crate::error::{Result, TrainError};
use crate::run_dir::{EventLog, RunDir};

/// The folder of a run of a pair, or of one of its models alone; laid out as [`RunDir`]'s.
#[derive(Clone, Debug)]
pub struct InterleaveRun {
    dir: RunDir,
}

impl InterleaveRun {
    /// A run at this path; nothing is touched yet.
    pub fn new(path: &Path) -> InterleaveRun {
        InterleaveRun { dir: RunDir::new(path) }
    }

    /// Whether the run at this path, if there is one, is of this kind.
    pub fn is_at(path: &Path) -> bool {
        InterleaveRun::new(path).config().is_ok()
    }

    /// The folder.
    pub fn dir(&self) -> &RunDir {
        &self.dir
    }

    /// Starts a run: a fresh folder with the configuration.
    ///
    /// # Errors
    /// [`TrainError::RunExists`] if there is a run already; nothing is overwritten.
    pub fn create(&self, config: &PairConfig) -> Result<()> {
        if self.dir.exists() {
            return Err(TrainError::RunExists { path: self.dir.path().to_owned() });
        }
        let text = toml::to_string(config).map_err(|e| TrainError::Config(e.to_string()))?;
        // Events first: a folder with a configuration is a run, and is complete.
        let events = self.dir.path().join("events.jsonl");
        write_bytes_atomic(&events, b"").map_err(TrainError::io(&events))?;
        let path = self.dir.path().join("config.toml");
        write_bytes_atomic(&path, text.as_bytes()).map_err(TrainError::io(&path))
    }

    /// The configuration of the run.
    ///
    /// # Errors
    /// If there is no run, or it is of another kind.
    pub fn config(&self) -> Result<PairConfig> {
        let path = self.dir.path().join("config.toml");
        let text = fs::read_to_string(&path).map_err(TrainError::io(&path))?;
        let config: PairConfig = toml::from_str(&text).map_err(TrainError::damaged(&path))?;
        config.validate()?;
        Ok(config)
    }

    /// All events so far.
    ///
    /// # Errors
    /// If the log cannot be read, or a line other than a last, half-written one does not parse.
    pub fn events(&self) -> Result<Vec<InterleaveEvent>> {
        let path = self.dir.path().join("events.jsonl");
        let text = fs::read_to_string(&path).map_err(TrainError::io(&path))?;
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let parse = |line| serde_json::from_str(line).map_err(TrainError::damaged(&path));
        whole.lines().map(parse).collect()
    }
}

/// Trains until the modules end, from the start or from the run's saved state, which is replaced
/// by one rename after every loop.
///
/// # Errors
/// [`TrainError::Interrupted`] after a cancel: the last loop's end is saved. Else what went wrong.
pub fn interleave<M: OneClass, X: Objects<Batch = M::Batch>>(
    run: &InterleaveRun,
    interleaver: &mut Interleaver<M, X>,
    cancel: &AtomicBool,
    listener: &mut dyn InterleaveListener<M>,
) -> Result<()> {
    let mut log = match run.dir.state()? {
        Some((state, events)) => {
            interleaver.load(&state)?;
            run.dir.event_log(events)?
        }
        None => {
            let mut log = run.dir.event_log(0)?;
            let (objects, scored) = interleaver.objects();
            let started = InterleaveEvent::Started {
                videos: interleaver.snippets().videos().len(),
                snippets: interleaver.snippets().len(),
                objects: objects.index().objects().len(),
                scored,
                threshold: interleaver.thresholds()[0],
            };
            tell(&mut log, listener, started)?;
            log
        }
    };
    loop {
        let advanced = interleaver.advance(&mut |pulse| {
            listener.pulse(pulse);
            !cancel.load(Ordering::Relaxed)
        })?;
        let Some((report, module)) = advanced else { break };
        let judged = listener.judge(interleaver.one_class(), interleaver.weak())?;
        let (module_number, number) = (report.module, report.number);
        tell(&mut log, listener, InterleaveEvent::Loop(report))?;
        if let Some([one_class, weak]) = judged {
            let judged = Judgement { module: module_number, number, one_class, weak };
            tell(&mut log, listener, InterleaveEvent::Judged(judged))?;
        }
        if let Some(module) = module {
            tell(&mut log, listener, InterleaveEvent::Module(module))?;
            for followed in listener.follow(module_number, interleaver.weak())? {
                tell(&mut log, listener, InterleaveEvent::Followed(followed))?;
            }
        }
        if let Some(stop) = interleaver.stop() {
            let (modules, loops) = interleaver.done();
            let finished = InterleaveEvent::Finished { modules, loops, stop: Some(stop) };
            tell(&mut log, listener, finished)?;
        }
        run.dir.save_state(interleaver.save()?, log.count())?;
    }
    Ok(())
}

fn tell<M>(
    log: &mut EventLog,
    listener: &mut dyn InterleaveListener<M>,
    event: InterleaveEvent,
) -> Result<()> {
    log.write(&event)?;
    listener.event(&event);
    Ok(())
}
