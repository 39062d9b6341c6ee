//! The phases of a run (paper §3.3): which there are, what each does with a batch, and on which
//! segments.

use gcl_core::VideoLabel;

use crate::config::{Loop, RunConfig, TrainOn, Turns, spelled};
use crate::error::{Result, TrainError};
use crate::samples::{SampleVideo, Samples, Targets};
use crate::schedule::Budget;

/// What a phase does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Reconstruct,
    DiscriminatorOnly,
    GeneratorOnly,
    Cooperate,
    /// D in the first epoch and every second after, G in the others.
    Alternate,
    SelfLabel,
    /// D, on labels that were made before.
    Classify,
}

impl Work {
    /// What an epoch, counted from 0, does.
    pub fn of_epoch(self, epoch: u64) -> Work {
        match self {
            Work::Alternate if epoch.is_multiple_of(2) => Work::DiscriminatorOnly,
            Work::Alternate => Work::GeneratorOnly,
            other => other,
        }
    }
}

/// A part of a run.
pub(crate) struct Phase {
    pub name: &'static str,
    pub work: Work,
    /// The segments that it trains on.
    pub segments: Vec<u32>,
    /// Batches of an epoch, and segments of a batch.
    pub batches: (u64, usize),
    pub steps: u64,
}

impl Phase {
    /// The epoch of a step, and the step within it, both counted from 0.
    pub fn epoch(&self, step: u64) -> (u64, usize) {
        let (batches, _) = self.batches;
        (step / batches, (step % batches) as usize)
    }
}

/// The phases that a configuration means for this data.
pub(crate) fn phases(
    config: &RunConfig,
    samples: &Samples,
    targets: Option<&Targets>,
) -> Result<Vec<Phase>> {
    let mut phases = Vec::new();
    let mut add = |name, work, on, budget: Budget| -> Result<()> {
        let segments = match targets {
            Some(targets) => targets.segments.clone(),
            None => select(samples, on)?,
        };
        let (batches, size) = config.training.batches(segments.len());
        let batches = (batches as u64, size);
        let steps = budget.steps(batches.0);
        if steps > 0 {
            phases.push(Phase { name, work, segments, batches, steps });
        }
        Ok(())
    };
    if let Some(before) = config.pretraining {
        let same = config.training.budget;
        let (generator, discriminator) = (before.generator, before.discriminator);
        add("pretrain-generator", Work::Reconstruct, before.on, generator.unwrap_or(same))?;
        let (on, budget) = (before.discriminator_on, discriminator.unwrap_or(same));
        add("pretrain-discriminator", Work::DiscriminatorOnly, on, budget)?;
    }
    let (name, work) = match config.training.kind {
        Loop::Cooperate => match config.training.turns {
            Turns::EveryBatch => ("cooperate", Work::Cooperate),
            Turns::EveryEpoch => ("cooperate", Work::Alternate),
        },
        Loop::Reconstruct => ("reconstruct", Work::Reconstruct),
        Loop::SelfLabel => ("self-label", Work::SelfLabel),
        Loop::Classify => ("classify", Work::Classify),
    };
    add(name, work, config.training.on, config.training.budget)?;
    match phases.is_empty() {
        true => Err(TrainError::Config("the budget allows no step at all".to_owned())),
        false => Ok(phases),
    }
}

/// The segments that a phase trains on.
fn select(samples: &Samples, on: TrainOn) -> Result<Vec<u32>> {
    let keep: Vec<bool> = match on {
        TrainOn::All => vec![true; samples.len()],
        TrainOn::Calm { rule } => samples.calm(&rule)?,
        TrainOn::NormalVideos => {
            let flags = samples
                .videos()
                .iter()
                .flat_map(|video| video.segments.clone().map(|_| video.normal == Some(true)));
            flags.collect()
        }
    };
    let rows: Vec<u32> = (0u32..).zip(&keep).filter(|(_, keep)| **keep).map(|(i, _)| i).collect();
    match rows.is_empty() {
        true if on == TrainOn::NormalVideos => Err(TrainError::Config(
            "none of the training videos is labelled normal, and a phase trains on those"
                .to_owned(),
        )),
        true => Err(TrainError::Config(format!(
            "training on {} keeps none of the training segments",
            spelled(&on)
        ))),
        false => Ok(rows),
    }
}

/// What weak labels say of each segment's video; `None` without labels.
pub(crate) fn known(config: &RunConfig, samples: &Samples) -> Result<Option<Vec<VideoLabel>>> {
    if config.labelled_share == 0.0 {
        return Ok(None);
    }
    let label = |normal: Option<bool>| match normal {
        None => VideoLabel::Unknown,
        Some(true) => VideoLabel::Normal,
        Some(false) => VideoLabel::Anomalous,
    };
    let videos = samples.videos();
    // Labels of other videos would otherwise leave a run unsupervised without a word.
    if videos.iter().all(|video| video.normal.is_none()) {
        return Err(TrainError::Config(format!(
            "none of the {} training videos has a label, and labelled_share is {}",
            videos.len(),
            config.labelled_share
        )));
    }
    let segments = |v: &SampleVideo| vec![label(v.normal); v.segments.len()];
    Ok(Some(videos.iter().flat_map(segments).collect()))
}
