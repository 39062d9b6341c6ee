//! A whole training run: from a folder of features to a stored model.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gcl_core::{Device, Scaler};
use gcl_data::{FeatureSet, VideoId};

use crate::config::DetectorConfig;
use crate::error::{Result, TrainError};
use crate::events::{Event, Listener, PhaseOutline};
use crate::model::{Model, ModelCard, training_ranks};
use crate::run_dir::{EventLog, RunDir};
use crate::samples::Samples;
use crate::trainer::Trainer;
use crate::warnings::{generator_r2, warnings};

/// How a run is run. Labels aside, nothing here changes what it computes.
pub struct TrainOptions<'a> {
    /// Which videos are known to be normal, or not: for the configurations that use video labels,
    /// and only they read it.
    pub normal: Option<&'a BTreeMap<VideoId, bool>>,
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
    let trained_on = samples.fingerprint();
    if config.uses_labels() {
        let normal = options.normal.filter(|normal| !normal.is_empty()).ok_or_else(|| {
            TrainError::Config(format!(
                "method {} uses video labels as configured, and none were given: --labels takes a \
                 manifest with the column `label`",
                config.method
            ))
        })?;
        let share = if config.labelled_share > 0.0 { config.labelled_share } else { 1.0 };
        samples.know(normal, share, config.seed);
    }
    for rule in config.cleaning_rules() {
        samples.clean(rule)?;
    }
    let scaler = Scaler::fit(config.scaler, samples.features(), samples.dim())
        .map_err(TrainError::core("fitting the feature scaler"))?;
    samples.scale(&scaler)?;
    let detector = config.detector;
    let card = Model::new_card(config, set, scaler, trained_on);
    let model = match detector {
        Some(detector) => fit(run, card, detector, &samples, options, listener)?,
        None => cooperate(run, card, samples, options, listener)?,
    };
    model.save(&run.model())?;
    Ok(model)
}

/// Fits a plain detector.
fn fit(
    run: &RunDir,
    card: ModelCard,
    detector: DetectorConfig,
    samples: &Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let mut log = run.event_log(0)?;
    tell(&mut log, listener, started(samples, Vec::new()))?;
    let mut detector = detector.build(card.config.seed, &options.device)?;
    let fitted = detector.fit(samples.features(), samples.dim());
    fitted.map_err(TrainError::core("fitting the detector"))?;
    tell(&mut log, listener, Event::Finished { steps: 0, generator_r2: None })?;
    Ok(Model::from_detector(card, detector))
}

/// Trains the two networks.
fn cooperate(
    run: &RunDir,
    mut card: ModelCard,
    samples: Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let kind = card.config.training.kind;
    let mut trainer = Trainer::new(card.config.clone(), samples, &options.device)?;
    let mut log = match run.state()? {
        Some((state, events)) => {
            trainer.load(&state)?;
            run.event_log(events)?
        }
        None => {
            let mut log = run.event_log(0)?;
            tell(&mut log, listener, started(trainer.samples(), trainer.outline()))?;
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
    let (dim, features) = (samples.dim(), samples.features());
    let (generator, discriminator) = training_ranks(trainer.pair(), kind, features, dim)?;
    (card.generator_ranks, card.discriminator_ranks) = (Some(generator), discriminator);
    Ok(Model::from_pair(card, trainer.into_pair()))
}

fn started(samples: &Samples, phases: Vec<PhaseOutline>) -> Event {
    let (videos, segments, dim) = (samples.videos().len(), samples.len(), samples.dim());
    Event::Started { videos, segments, dim, phases }
}

fn tell(log: &mut EventLog, listener: &mut dyn Listener, event: Event) -> Result<()> {
    log.write(&event)?;
    listener.event(&event);
    Ok(())
}
