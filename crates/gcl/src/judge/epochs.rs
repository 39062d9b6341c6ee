//! A run's convergence: the AUC of both networks at the ends of epochs, for the paper's Figures 5,
//! 7 and 10. Truth is read by this listener and not by the trainer that it listens to.

use std::path::{Path, PathBuf};

use gcl_data::VideoId;
use gcl_data::atomic::write_bytes_atomic;
use gcl_data::file::{At, find_json, remove_file};
use gcl_eval::{Measure, Pool};
use gcl_train::events::Progress;
use gcl_train::{Event, Listener, RunConfig, ScoreSource, Scorer, TestAuc};
use serde::{Deserialize, Serialize};

use super::scores::pooled;
use super::test_set::TestSet;
use crate::error::{Error, Result};

const NAME: &str = "epochs.json";

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
    /// Frame scores of the followed video by the method's own score; empty if none is followed, or
    /// before D trains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followed: Vec<f32>,
}

/// The judged epochs of a run.
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

/// The judged epochs in a run's folder; `None` if they were not asked for.
///
/// # Errors
/// If the file is damaged.
pub fn read_epochs(folder: &Path) -> Result<Option<Epochs>> {
    Ok(find_json(&folder.join(NAME), "judged epochs")?)
}

/// Takes the judged epochs out of a run's folder, if there are some.
pub fn remove_epochs(folder: &Path) -> Result<()> {
    Ok(remove_file(&folder.join(NAME))?)
}

/// Judges epochs as they end, and hands everything on to another listener.
pub struct Curve<'a> {
    test: &'a TestSet,
    source: ScoreSource,
    path: PathBuf,
    known: Epochs,
    /// What was found at the end of the current epoch, until its report follows.
    found: Option<EpochAuc>,
    inner: &'a mut dyn Listener,
    /// What went wrong while writing; an event cannot stop a run.
    pub failed: Option<Error>,
}

gcl_core::brief_debug!(Curve<'_>);

impl<'a> Curve<'a> {
    /// A listener for a run in `folder`.
    pub fn new(
        test: &'a TestSet,
        config: &RunConfig,
        follow: Option<&VideoId>,
        folder: &Path,
        inner: &'a mut dyn Listener,
    ) -> Result<Curve<'a>> {
        let mut known = read_epochs(folder)?.unwrap_or_default();
        known.followed = follow.cloned();
        let (source, path) = (config.score, folder.join(NAME));
        Ok(Curve { test, source, path, known, found: None, inner, failed: None })
    }

    /// Judges the networks as they are; also returns the AUC of the method's own score.
    fn look(&self, networks: &Scorer<'_>) -> Result<(EpochAuc, Option<f64>)> {
        let sources = [ScoreSource::Generator, ScoreSource::Discriminator, self.source];
        let mut followed = Vec::new();
        let pools = pooled(
            self.test,
            |rows| networks.score(rows),
            sources,
            |video, source, frames| {
                if source == self.source && self.known.followed.as_ref() == Some(&video.id) {
                    followed = frames.to_vec();
                }
            },
        )?;
        let [generator, discriminator, own] = pools.map(|pool| pool.map(|pool| pool.rank().auc()));
        let generator = generator.unwrap_or_else(|| Pool::default().rank().auc());
        let (phase, epoch, step) = (String::new(), 0, 0);
        let found = EpochAuc { phase, epoch, step, generator, discriminator, followed };
        Ok((found, own.and_then(Measure::value)))
    }

    /// Adds an epoch. One that a resumed run repeats replaces itself.
    fn add(&mut self, found: EpochAuc) -> Result<()> {
        let same = |e: &EpochAuc| e.phase == found.phase && e.epoch == found.epoch;
        if let Some(i) = self.known.epochs.iter().position(same) {
            self.known.epochs.truncate(i);
        }
        self.known.epochs.push(found);
        self.write()
    }

    fn write(&self) -> Result<()> {
        let bytes = serde_json::to_vec(&self.known).at(&self.path)?;
        Ok(write_bytes_atomic(&self.path, &bytes)?)
    }
}

impl Listener for Curve<'_> {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Epoch(report) => {
                let Some(mut found) = self.found.take() else { return self.inner.event(event) };
                found.phase.clone_from(&report.phase);
                (found.epoch, found.step) = (report.epoch, report.step);
                self.failed = self.add(found).err().or(self.failed.take());
            }
            // A run that starts anew has no past. Written at once: a run that is interrupted before its
            // first judged epoch has missed none.
            Event::Started { .. } => {
                self.known.epochs.clear();
                self.failed = self.write().err().or(self.failed.take());
            }
            _ => {}
        }
        self.inner.event(event);
    }

    fn step(&mut self, progress: &Progress) {
        self.inner.step(progress);
    }

    fn evaluate(&mut self, networks: &Scorer<'_>) -> gcl_train::Result<Option<TestAuc>> {
        let (found, score) = self.look(networks)?;
        let generator = found.generator.value();
        let discriminator = found.discriminator.and_then(Measure::value);
        self.found = Some(found);
        Ok(Some(TestAuc { generator, discriminator, score }))
    }
}
