//! A cell's convergence: the AUC of both networks at the ends of epochs, for the paper's Figures 5,
//! 7 and 10. Truth is read by this listener and not by the trainer that it listens to.

use std::path::{Path, PathBuf};

use burn::tensor::{Tensor, TensorData};
use gcl_core::{CooperativePair, Scaler};
use gcl_data::VideoId;
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::{Measure, Pool};
use gcl_train::events::{EpochReport, Progress};
use gcl_train::schedule::batches;
use gcl_train::{Event, Listener, Samples, ScoreSource, TrainError, Trainer};
use serde::{Deserialize, Serialize};

use super::data::{OpenData, TestSet};
use super::error::{BenchmarkError, Result};

const NAME: &str = "epochs.json";

/// At most about this many epochs of a phase are judged, so that a run of many short epochs does
/// not spend its time on being watched.
const MOST_EPOCHS: u64 = 100;

/// Segments scored at once.
const CHUNK: usize = 512;

/// What both networks were worth at the end of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochAuc {
    /// The phase's name.
    pub phase: String,
    /// The epoch within its phase, counted from 1.
    pub epoch: u64,
    /// The phase's steps so far.
    pub step: u64,
    /// Frame AUC of G's error.
    pub generator: Measure,
    /// Frame AUC of D's probability; absent where the method trains no D.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discriminator: Option<Measure>,
    /// Frame scores of the followed video by the network that the method's score comes from (D, where
    /// it comes from both); empty if none is followed, or before D trains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<f32>,
}

/// The judged epochs of a cell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Epochs {
    /// The test video whose scores were kept.
    pub followed: Option<VideoId>,
    /// In order.
    pub epochs: Vec<EpochAuc>,
}

impl Epochs {
    /// The epochs of the last phase.
    pub fn last_phase(&self) -> impl Iterator<Item = &EpochAuc> {
        let phase = self.epochs.last().map(|epoch| epoch.phase.as_str());
        self.epochs.iter().filter(move |epoch| Some(epoch.phase.as_str()) == phase)
    }
}

/// The judged epochs in a cell's folder; `None` if they were not asked for.
///
/// # Errors
/// If the file is damaged.
pub fn read_epochs(folder: &Path) -> Result<Option<Epochs>> {
    let path = folder.join(NAME);
    match std::fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map_err(|e| BenchmarkError::folder(&path, e)).map(Some)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BenchmarkError::io(&path)(error)),
    }
}

/// Judges epochs as they end, and hands everything on to another listener.
pub(super) struct Curve<'a> {
    test: &'a TestSet,
    scaler: Scaler,
    source: ScoreSource,
    path: PathBuf,
    known: Epochs,
    last: Option<EpochReport>,
    inner: &'a mut dyn Listener,
    /// What went wrong; a listener cannot stop a run.
    pub failed: Option<BenchmarkError>,
}

impl<'a> Curve<'a> {
    /// A listener for a run in `folder`.
    pub fn new(
        data: &'a OpenData,
        config: &gcl_train::RunConfig,
        follow: Option<&'a VideoId>,
        folder: &Path,
        inner: &'a mut dyn Listener,
    ) -> Result<Curve<'a>> {
        // The trainer keeps only scaled features; the scaling follows from the same ones again.
        let samples = Samples::read(&data.train)?;
        let scaler = Scaler::fit(config.scaler, samples.features(), samples.dim())
            .map_err(core("fitting the feature scaler"))?;
        let mut known = read_epochs(folder)?.unwrap_or_default();
        known.followed = follow.cloned();
        let (test, source, path) = (&data.test, config.score, folder.join(NAME));
        Ok(Curve { test, scaler, source, path, known, last: None, inner, failed: None })
    }

    /// Judges the networks as they are. An epoch that a resumed run repeats replaces itself.
    fn judge(&mut self, report: &EpochReport, pair: &CooperativePair) -> Result<()> {
        // From the first phase on that trains it.
        let with_discriminator = report.loss_discriminator.is_some()
            || self.known.epochs.iter().any(|epoch| epoch.discriminator.is_some());
        let (mut by_g, mut by_d) = (Pool::default(), Pool::default());
        let mut followed = Vec::new();
        let mut rows = Vec::new();
        for video in &self.test.videos {
            self.test.features.read(video.index, &mut rows)?;
            self.scaler.apply(&mut rows).map_err(core("scaling features"))?;
            let (mut errors, mut probabilities) = (Vec::new(), Vec::new());
            let dim = self.scaler.dim();
            for chunk in rows.chunks(CHUNK * dim) {
                let values = TensorData::new(chunk.to_vec(), [chunk.len() / dim, dim]);
                let batch = Tensor::from_data(values, pair.device());
                errors.extend(pair.errors(batch.clone()).map_err(core("scoring"))?);
                if with_discriminator {
                    probabilities.extend(pair.probabilities(batch).map_err(core("scoring"))?);
                }
            }
            let expand = |segments: &[f32]| {
                let located = |source| BenchmarkError::Clips { id: video.id.clone(), source };
                self.test.clips.expand(segments, video.labels.len()).map_err(located)
            };
            let g = expand(&errors)?;
            by_g.push(&g, &video.labels)?;
            let d = if with_discriminator { expand(&probabilities)? } else { Vec::new() };
            if with_discriminator {
                by_d.push(&d, &video.labels)?;
            }
            if self.known.followed.as_ref() == Some(&video.id) {
                followed = if self.source == ScoreSource::Generator { g } else { d };
            }
        }
        let found = EpochAuc {
            phase: report.phase.clone(),
            epoch: report.epoch,
            step: report.step,
            generator: by_g.rank().auc(),
            discriminator: with_discriminator.then(|| by_d.rank().auc()),
            followed,
        };
        let same = |e: &EpochAuc| e.phase == found.phase && e.epoch == found.epoch;
        if let Some(i) = self.known.epochs.iter().position(same) {
            self.known.epochs.truncate(i);
        }
        self.known.epochs.push(found);
        let bytes =
            serde_json::to_vec(&self.known).map_err(|e| BenchmarkError::folder(&self.path, e))?;
        write_bytes_atomic(&self.path, &bytes).map_err(BenchmarkError::io(&self.path))
    }
}

impl Listener for Curve<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Epoch(report) => self.last = Some(report.clone()),
            // A run that starts anew has no past.
            Event::Started { .. } => self.known.epochs.clear(),
            _ => {}
        }
        self.inner.event(event);
    }

    fn step(&mut self, progress: &Progress) {
        self.inner.step(progress);
    }

    fn epoch(&mut self, trainer: &Trainer) {
        if let Some(report) = self.last.take()
            && self.failed.is_none()
            && is_judged(&report, trainer)
            && let Err(error) = self.judge(&report, trainer.pair())
        {
            self.failed = Some(error);
        }
        self.inner.epoch(trainer);
    }
}

/// Whether an epoch is one of those that are judged: evenly spaced, and a phase's last.
fn is_judged(report: &EpochReport, trainer: &Trainer) -> bool {
    let outline = trainer.outline();
    let Some(phase) = outline.iter().find(|phase| phase.name == report.phase) else { return true };
    let (count, _) = batches(phase.segments, trainer.config().training.batch);
    let epochs = phase.steps.div_ceil((count as u64).max(1));
    report.epoch.is_multiple_of(epochs.div_ceil(MOST_EPOCHS).max(1)) || report.step == phase.steps
}

fn core(doing: &'static str) -> impl FnOnce(gcl_core::CoreError) -> BenchmarkError {
    move |source| TrainError::Core { doing: doing.to_owned(), source }.into()
}
