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
    /// What to train; gcl-pt under preset `paper` and gcl-b under `any` unless given.
    #[arg(long, value_parser = methods())]
    pub method: Option<Method>,
    /// Where the settings come from: `paper` fits ResNeXt-101 features, `any` all others; `auto`
    /// chooses by the features.
    #[arg(long, default_value = "auto", value_parser = ["auto", "any", "paper"])]
    pub preset: String,
    #[command(flatten)]
    pub learning: LearningArgs,
}

/// How to train: shared by all methods.
#[derive(Args, Debug, Clone)]
pub struct LearningArgs {
    /// Every random decision follows from this number; 0 unless given.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How long to train: `printed`, the paper's 15 epochs whatever the number of segments, or
    /// `equalised`, at least 1,400 steps, as many as 15 epochs of UCF-Crime are; the preset's own
    /// unless given (`paper`: equalised).
    #[arg(long)]
    pub budget: Option<NamedBudget>,
    /// Change one value of the configuration: key=value, with dots into the tables.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A manifest whose column `label` says which videos are normal: for ae-occ, gcl-occ, gcl-ws,
    /// and what `--set` makes use video labels. All others never see it.
    #[arg(long, value_name = "MANIFEST")]
    pub labels: Option<PathBuf>,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    pub device: String,
    /// Seconds between two saves of the training state.
    #[arg(long, value_name = "SECONDS", default_value = "30", hide_short_help = true,
          value_parser = parse_seconds)]
    pub save_every: Duration,
    /// Features that take more memory than this are read from their files as they are needed:
    /// bytes, or with a unit, such as 512MiB or 2GB. What is computed does not depend on it.
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
    /// Frames in a clip of plain .npy features.
    #[arg(long, value_name = "FRAMES")]
    pub clip_length: Option<usize>,
    /// Frames from one clip's start to the next one's; the clip length unless given.
    #[arg(long, value_name = "FRAMES", requires = "clip_length")]
    pub clip_stride: Option<usize>,
    /// What became of the last frames.
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
