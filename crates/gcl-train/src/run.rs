//! A whole training run: from a folder of features to a stored model.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gcl_core::{Device, Scaler};
use gcl_data::FeatureSet;

use crate::config::{DetectorConfig, RunConfig};
use crate::error::{Result, TrainError};
use crate::events::{Event, Listener};
use crate::model::{Model, new_detector, training_ranks};
use crate::run_dir::{EventLog, RunDir};
use crate::samples::Samples;
use crate::trainer::Trainer;
use crate::warnings::{generator_r2, warnings};

/// How a run is run; nothing here changes what it computes.
pub struct TrainOptions<'a> {
    /// Where tensors live.
    pub device: Device,
    /// Set by someone who wants the run to stop after its current step.
    pub cancel: &'a AtomicBool,
    /// The time between two saves of the state.
    pub save_every: Duration,
}

/// Trains what `run`'s configuration says, from the start or from its saved state, and stores the
/// model in it.
///
/// # Errors
/// [`TrainError::Interrupted`] after a cancel, with the state saved; else what went wrong.
pub fn train(
    set: &FeatureSet,
    run: &RunDir,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let config = run.config()?;
    let mut samples = Samples::read(set)?;
    let scaler = Scaler::fit(config.scaler, samples.features(), samples.dim())
        .map_err(TrainError::core("fitting the feature scaler"))?;
    samples.scale(&scaler)?;
    let model = match config.detector {
        Some(detector) => fit(set, run, config, detector, scaler, &samples, options, listener)?,
        None => cooperate(set, run, config, scaler, samples, options, listener)?,
    };
    model.save(&run.model())?;
    Ok(model)
}

/// Fits a plain detector.
#[allow(clippy::too_many_arguments)] // one call, from above
fn fit(
    set: &FeatureSet,
    run: &RunDir,
    config: RunConfig,
    detector: DetectorConfig,
    scaler: Scaler,
    samples: &Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let mut log = run.event_log(0)?;
    tell(&mut log, listener, started(set, samples, Vec::new()))?;
    let mut detector = new_detector(detector, &options.device)?;
    let fitted = detector.fit(samples.features(), samples.dim());
    fitted.map_err(TrainError::core("fitting the detector"))?;
    tell(&mut log, listener, Event::Finished { steps: 0, generator_r2: None })?;
    Ok(Model::from_detector(Model::new_card(config, set, scaler), detector))
}

/// Trains the two networks.
fn cooperate(
    set: &FeatureSet,
    run: &RunDir,
    config: RunConfig,
    scaler: Scaler,
    samples: Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let kind = config.training.kind;
    let mut trainer = Trainer::new(config.clone(), samples, &options.device)?;
    let mut log = match run.state()? {
        Some((state, events)) => {
            trainer.load(&state)?;
            run.event_log(events)?
        }
        None => {
            let mut log = run.event_log(0)?;
            tell(&mut log, listener, started(set, trainer.samples(), trainer.outline()))?;
            log
        }
    };
    let mut last = None;
    let mut saved = Instant::now();
    while !trainer.is_finished() {
        if options.cancel.load(Ordering::Relaxed) {
            run.save_state(trainer.save()?, log.count())?;
            return Err(TrainError::Interrupted);
        }
        if let Some(report) = trainer.advance()? {
            tell(&mut log, listener, Event::Epoch(report.clone()))?;
            listener.epoch(&trainer);
            last = Some(report);
        }
        listener.step(&trainer.progress());
        if saved.elapsed() >= options.save_every || trainer.is_finished() {
            run.save_state(trainer.save()?, log.count())?;
            saved = Instant::now();
        }
    }
    let samples = trainer.samples();
    let r2 = generator_r2(trainer.pair(), samples)?;
    // A run resumed after its last step has its last epoch only in the log.
    let last = match last {
        Some(report) => Some(report),
        None => run.events()?.into_iter().rev().find_map(|event| match event {
            Event::Epoch(report) => Some(report),
            _ => None,
        }),
    };
    for text in warnings(kind, last.as_ref(), r2) {
        tell(&mut log, listener, Event::Warning { text })?;
    }
    let steps = trainer.progress().steps;
    tell(&mut log, listener, Event::Finished { steps, generator_r2: Some(r2) })?;
    let mut card = Model::new_card(config, set, scaler);
    let (dim, features) = (samples.dim(), samples.features());
    let (generator, discriminator) = training_ranks(trainer.pair(), kind, features, dim)?;
    (card.generator_ranks, card.discriminator_ranks) = (Some(generator), discriminator);
    Ok(Model::from_pair(card, trainer.into_pair()))
}

fn started(set: &FeatureSet, samples: &Samples, phases: Vec<crate::events::PhaseOutline>) -> Event {
    let (videos, segments, dim) = (set.videos().len(), samples.len(), samples.dim());
    Event::Started { videos, segments, dim, phases }
}

fn tell(log: &mut EventLog, listener: &mut dyn Listener, event: Event) -> Result<()> {
    log.write(&event)?;
    listener.event(&event);
    Ok(())
}
