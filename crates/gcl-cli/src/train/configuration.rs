//! From arguments to the configuration of a run, and its training.

use std::collections::BTreeMap;
use std::path::Path;

use gcl::judge::TestSet;
use gcl_bench::PresetChoice;
use gcl_data::{At, FeatureSet, Manifest, VideoId};
use gcl_train::config::{DataFacts, apply_overrides, from_toml};
use gcl_train::{Model, Preset, RunConfig, RunDir, TrainOptions};

use super::args::{LearningArgs, MethodArgs};
use crate::error::Failure;
use crate::terminal::Terminal;
use crate::{device, interrupt};

/// Refuses settings that are wrong for any features, before long work starts.
pub fn check_settings(choice: &MethodArgs) -> Result<(), Failure> {
    let data = DataFacts { dim: 2048, segments: 10_000 };
    let preset = Preset::Any;
    let config = RunConfig::new(choice.method.unwrap_or(preset.method()), preset, 0, data);
    check_labels(&apply_overrides(&config, &choice.learning.set)?, choice)
}

/// Refuses a configuration that uses video labels where none are given, before a run starts.
fn check_labels(config: &RunConfig, choice: &MethodArgs) -> Result<(), Failure> {
    match config.uses_labels() && choice.learning.labels.is_none() {
        false => Ok(()),
        true => Err(Failure::Usage(format!(
            "{} uses video labels as configured: give a manifest with the column `label` by --labels",
            config.method
        ))),
    }
}

/// The configuration that the arguments mean for these features.
pub fn configuration(
    choice: &MethodArgs,
    file: Option<&Path>,
    set: &FeatureSet,
) -> Result<RunConfig, Failure> {
    let mut config = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path).at(path)?;
            let located = |e| Failure::Usage(format!("{}: {e}", path.display()));
            from_toml(&text).map_err(located)?
        }
        None => {
            let preset = match choice.preset {
                PresetChoice::Fixed(preset) => preset,
                PresetChoice::Auto => Preset::of_features(set),
            };
            let data = DataFacts { dim: set.dim(), segments: set.total() };
            RunConfig::new(choice.method.unwrap_or(preset.method()), preset, 0, data)
        }
    };
    config.seed = choice.learning.seed.unwrap_or(config.seed);
    if let Some(budget) = choice.learning.budget {
        config.training.budget = budget.budget();
    }
    let config = apply_overrides(&config, &choice.learning.set)?;
    check_labels(&config, choice)?;
    Ok(config)
}

/// Which videos are normal, by the manifest of `--labels`.
pub type Normal = Option<BTreeMap<VideoId, bool>>;

/// Reads the manifest of `--labels`.
pub fn normal_videos(learning: &LearningArgs) -> Result<Normal, Failure> {
    let manifest = learning.labels.as_deref().map(Manifest::read).transpose()?;
    Ok(manifest.map(|manifest| manifest.normal_videos()))
}

/// The cameras of videos, by the same manifest.
pub fn cameras(learning: &LearningArgs) -> Result<BTreeMap<VideoId, String>, Failure> {
    let manifest = learning.labels.as_deref().map(Manifest::read).transpose()?;
    let videos = manifest.map(|manifest| manifest.videos).unwrap_or_default();
    Ok(videos.into_iter().filter_map(|(id, entry)| Some((id, entry.camera?))).collect())
}

/// How a training is run.
pub fn training_options<'a>(
    learning: &LearningArgs,
    normal: &'a Normal,
) -> Result<TrainOptions<'a>, Failure> {
    Ok(TrainOptions {
        normal: normal.as_ref(),
        device: device::find(&learning.how.device)?,
        cancel: &interrupt::INTERRUPTED,
        save_every: learning.how.save_every,
        memory_limit: learning.how.memory_limit,
    })
}

/// Trains a new run with a configuration, or one that exists, from wherever it stands.
///
/// A test set judges it as it goes, and nothing more.
pub fn train(
    set: &FeatureSet,
    run: &RunDir,
    new: Option<&RunConfig>,
    choice: &MethodArgs,
    test: Option<&TestSet>,
) -> Result<Model, Failure> {
    let normal = normal_videos(&choice.learning)?;
    let options = training_options(&choice.learning, &normal)?;
    let score = match new {
        Some(config) => config.score,
        None => run.config::<RunConfig>()?.score,
    };
    let mut listener = Terminal::new(test.map(|test| (test, score)));
    let mut work = || gcl_train::train(set, run, &options, &mut listener);
    let result = match new {
        Some(config) => run.start(config, work),
        None => work(),
    };
    listener.finish();
    Ok(result?)
}
