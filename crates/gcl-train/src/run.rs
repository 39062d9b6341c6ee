//! A whole training run: from features to a model, in a folder or in memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gcl_core::{CooperativePair, Device, State};
use gcl_data::{FeatureSet, VideoId};

use crate::config::{DetectorConfig, RunConfig};
use crate::error::{Doing, Result, TrainError};
use crate::events::{Event, Listener, PhaseOutline};
use crate::kept::RunState;
use crate::model::{Model, ModelCard, pair_of};
use crate::rank::RankScale;
use crate::run_dir::RunDir;
use crate::samples::Samples;
use crate::sink::Sink;
use crate::trainer::Trainer;
use crate::training_scores::{Networks, TrainingScores};
use crate::warnings::warnings;
use crate::watch::Watch;

/// Baseline detectors learn from at most this many values, 256 MiB: more segments are drawn from.
const DETECTOR_VALUES: usize = 1 << 26;

/// How a run is run. Labels aside, nothing here changes what it computes.
#[derive(Debug)]
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
    /// Features that take at most this many bytes as `f32` are kept in memory; others are read from
    /// their files batch by batch.
    pub memory_limit: u64,
}

impl<'a> TrainOptions<'a> {
    /// The default of [`TrainOptions::memory_limit`]: 1 GiB.
    pub const MEMORY_LIMIT: u64 = 1 << 30;

    /// Without labels, saving every 30 seconds.
    pub fn new(device: Device, cancel: &'a AtomicBool) -> TrainOptions<'a> {
        let (save_every, memory_limit) = (Duration::from_secs(30), Self::MEMORY_LIMIT);
        TrainOptions { normal: None, device, cancel, save_every, memory_limit }
    }
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
    run.keep_left_out(set.left_out())?;
    let samples = Samples::open(set, options.memory_limit)?;
    train_on(samples, config, Some(set), Sink::new(Some(run)), options, listener)
}

/// Trains on pooled, unscaled segments; `set` is where they came from, if from files.
pub(crate) fn train_on(
    mut samples: Samples,
    config: RunConfig,
    set: Option<&FeatureSet>,
    mut sink: Sink<'_>,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    config.check_dim(samples.dim())?;
    let trained_on = samples.fingerprint();
    if config.uses_labels() {
        let normal = options.normal.filter(|normal| !normal.is_empty()).ok_or_else(|| {
            TrainError::Config(format!(
                "method {} uses video labels as configured, and none were given: a manifest \
                 gives them in its column `label`",
                config.method
            ))
        })?;
        let share = if config.labelled_share > 0.0 { config.labelled_share } else { 1.0 };
        samples.know(normal, share, config.seed)?;
    }
    for rule in config.cleaning_rules() {
        samples.clean(rule)?;
    }
    samples.label(&config)?;
    let scaler = samples.fit_and_scale(config.scaler, config.center_videos)?;
    let detector = config.detector;
    let card = ModelCard::new(config, set, scaler, trained_on);
    let model = match detector {
        Some(detector) => fit(&mut sink, card, detector, &samples, options, listener)?,
        None => cooperate(&mut sink, card, samples, options, listener)?,
    };
    if let Some(run) = sink.run {
        model.save(&run.model())?;
    }
    Ok(model)
}

/// Fits a baseline detector.
fn fit(
    sink: &mut Sink<'_>,
    card: ModelCard,
    detector: DetectorConfig,
    samples: &Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    sink.open(0)?;
    start(sink, samples, Vec::new(), listener)?;
    let mut detector = detector.build(card.config.seed, &options.device)?;
    let count = (DETECTOR_VALUES / samples.dim()).max(1);
    let rows = samples.subsample(count, card.config.seed, "detector")?;
    let fitted = detector.fit(&rows, samples.dim());
    fitted.doing("fitting the detector")?;
    let finished = Event::Finished { steps: 0, generator_r2: None, chosen: None, oracle: None };
    sink.tell(listener, finished)?;
    Ok(Model::from_detector(card, detector))
}

/// Trains the two networks.
fn cooperate(
    sink: &mut Sink<'_>,
    card: ModelCard,
    samples: Samples,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let mut watch = Watch::new(&card, &samples, &options.device)?;
    let mut trainer = Trainer::new(card.config.clone(), samples, &options.device)?;
    match sink.state()? {
        Some((state, events)) => {
            trainer.load(&state)?;
            watch.load(&state)?;
            sink.open(events)?;
        }
        None => {
            sink.open(0)?;
            start(sink, trainer.samples(), trainer.outline(), listener)?;
        }
    }
    let mut saved = Instant::now();
    while !trainer.is_finished() {
        if options.cancel.load(Ordering::Relaxed) {
            sink.save(|| state(&trainer, &watch))?;
            return Err(TrainError::Interrupted);
        }
        if let Some(mut report) = trainer.advance()? {
            watch.look(&trainer, &mut report, listener)?;
            sink.tell(listener, Event::Epoch(report))?;
        }
        listener.step(&trainer.progress());
        if saved.elapsed() >= options.save_every || trainer.is_finished() {
            sink.save(|| state(&trainer, &watch))?;
            saved = Instant::now();
        }
    }
    finish(sink, &card, trainer, watch, options, listener)
}

/// Where training stands.
fn state(trainer: &Trainer, watch: &Watch<'_>) -> Result<State> {
    let mut state = trainer.save()?;
    watch.save(&mut state)?;
    Ok(state)
}

/// What follows the last step: warnings, and a model of each state that was kept.
fn finish(
    sink: &mut Sink<'_>,
    card: &ModelCard,
    trainer: Trainer,
    watch: Watch<'_>,
    options: &TrainOptions<'_>,
    listener: &mut dyn Listener,
) -> Result<Model> {
    let samples = trainer.samples().clone();
    let (kind, score) = (card.config.training.kind, card.config.score);
    let networks = Networks::of(kind);
    let judge = |pair: &CooperativePair| TrainingScores::of_all(pair, networks, &samples);
    let scores = judge(trainer.pair())?;
    let r2 = scores.r2_of_all(&samples)?;
    let last = sink.last_epoch.clone();
    for text in warnings(kind, score, last.as_ref(), r2) {
        sink.tell(listener, Event::Warning { text })?;
    }
    let (chosen, oracle) = (watch.chosen, watch.oracle);
    sink.tell(
        listener,
        Event::Finished {
            steps: trainer.progress().steps,
            generator_r2: r2,
            chosen: chosen.as_ref().map(|kept| kept.at.clone()),
            oracle: oracle.as_ref().map(|kept| kept.at.clone()),
        },
    )?;
    let ranked = |pair: CooperativePair, scores: TrainingScores| -> Result<Model> {
        let mut card = card.clone();
        card.generator_ranks = scores.errors.map(RankScale::new).transpose()?;
        card.discriminator_ranks = scores.logits.map(RankScale::new).transpose()?;
        Ok(Model::from_pair(card, pair))
    };
    let model = ranked(trainer.into_pair(), scores)?;
    let Some(run) = sink.run else { return Ok(model) };
    let step = last.map(|epoch| epoch.step);
    for (state, kept) in [(RunState::Chosen, chosen), (RunState::Oracle, oracle)] {
        let Some(kept) = kept else { continue };
        // Only the last phase keeps states, so the step tells whether this is the last one.
        if Some(kept.at.step) == step {
            model.save(&run.model_of(state))?;
        } else {
            let (g, d) = (Some(kept.generator.as_slice()), Some(kept.discriminator.as_slice()));
            let pair =
                pair_of(&card.config, g, d, &options.device).doing("going back to a kept state")?;
            let scores = judge(&pair)?;
            ranked(pair, scores)?.save(&run.model_of(state))?;
        }
    }
    Ok(model)
}

/// Tells what a run begins with.
fn start(
    sink: &mut Sink<'_>,
    samples: &Samples,
    phases: Vec<PhaseOutline>,
    listener: &mut dyn Listener,
) -> Result<()> {
    let (videos, segments, dim) = (samples.videos().len(), samples.len(), samples.dim());
    sink.tell(listener, Event::Started { videos, segments, dim, phases })?;
    if samples.are_alike()? {
        let text = format!(
            "all {segments} segments have the same features: nothing can be told from them"
        );
        sink.tell(listener, Event::Warning { text })?;
    }
    Ok(())
}
