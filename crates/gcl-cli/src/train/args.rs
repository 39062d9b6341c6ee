//! Arguments that several commands share: what to train, and how features were cut.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gcl_data::{Clips, Tail};
use gcl_train::{Method, NamedBudget};

use crate::values::{parse_bytes, parse_seconds};

/// What to train, and how: shared by the commands that train on features alone.
#[derive(Args, Debug, Clone)]
pub struct MethodArgs {
    /// Method to train [default: gcl-pt with preset `paper`, gcl-b with `any`]
    #[arg(long, value_parser = methods())]
    pub method: Option<Method>,
    /// Hyperparameters: `paper` is tuned for ResNeXt-101 features, `any` is for all others; `auto`
    /// selects one based on the features.
    #[arg(long, default_value = "auto", value_parser = ["auto", "any", "paper"])]
    pub preset: String,
    #[command(flatten)]
    pub learning: LearningArgs,
}

/// How to train: shared by all methods.
#[derive(Args, Debug, Clone)]
pub struct LearningArgs {
    /// Random seed; the same seed gives the same result [default: 0]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Training budget: `printed` is the paper's 15 epochs regardless of the number of segments,
    /// `equalised` is at least 1,400 steps, which is what 15 epochs of UCF-Crime amount to. Defaults
    /// to the preset's (`paper`: equalised).
    #[arg(long)]
    pub budget: Option<NamedBudget>,
    /// Override one configuration value, for example training.batch=512; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Manifest whose column `label` states which videos are normal. Used by ae-occ, gcl-occ, gcl-ws,
    /// and by configurations that enable video labels with `--set`; no other method reads it.
    #[arg(long, value_name = "MANIFEST")]
    pub labels: Option<PathBuf>,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Seconds between checkpoints of the training state.
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true,
          value_parser = parse_seconds)]
    pub save_every: Duration,
    /// Features that need more memory than this are read from disk on demand: bytes, or with a unit,
    /// such as 512MiB or 2GB. Results do not depend on it.
    #[arg(long, value_name = "SIZE", default_value = "1GiB", hide_short_help = true,
          value_parser = parse_bytes)]
    pub memory_limit: u64,
}

/// The methods by name, each with its line in the help.
fn methods() -> impl TypedValueParser<Value = Method> {
    let named = |method: Method| PossibleValue::new(method.name()).help(method.about());
    PossibleValuesParser::new(Method::ALL.map(named)).try_map(|name| name.parse::<Method>())
}

/// How plain .npy features were cut; features that gcl extracted know it themselves.
#[derive(Args, Debug, Clone)]
pub struct ClipArgs {
    /// Frames per clip, for plain .npy features.
    #[arg(long, value_name = "FRAMES")]
    pub clip_length: Option<usize>,
    /// Frames between the starts of consecutive clips [default: the clip length]
    #[arg(long, value_name = "FRAMES", requires = "clip_length")]
    pub clip_stride: Option<usize>,
    /// How the last frames of a video were treated.
    #[arg(long, value_name = "RULE", requires = "clip_length", default_value = "drop",
          value_parser = tails())]
    pub clip_tail: Tail,
}

impl ClipArgs {
    /// The rule, if one was given.
    pub fn clips(&self) -> Option<Clips> {
        let length = self.clip_length?;
        Some(Clips { length, stride: self.clip_stride.unwrap_or(length), tail: self.clip_tail })
    }
}

/// The rules for the last frames by name.
fn tails() -> impl TypedValueParser<Value = Tail> {
    PossibleValuesParser::new(Tail::NAMES).try_map(|name| name.parse::<Tail>())
}
