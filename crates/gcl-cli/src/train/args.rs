//! Arguments that several commands share: what to train, and how features were cut.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, TypedValueParser};
use gcl_bench::PresetChoice;
use gcl_data::{Clips, FeatureError, FeatureNote, FeatureSet, Tail};
use gcl_train::{Method, NamedBudget};

use crate::run_args::HowArgs;
use crate::values::named;

/// What to train, and how: shared by the commands that train on features alone.
#[derive(Args, Debug, Clone)]
pub struct MethodArgs {
    /// Method to train [default: gcl-pt with preset `paper`; with `any` gcl-b]
    #[arg(long, value_parser = methods())]
    pub method: Option<Method>,
    /// Hyperparameters: `paper` is tuned for ResNeXt-101 features, `any` is for all others; `auto`
    /// selects one based on the features.
    #[arg(long, default_value = "auto",
          value_parser = named::<PresetChoice>(["auto", "any", "paper"]))]
    pub preset: PresetChoice,
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
    #[command(flatten)]
    pub how: HowArgs,
}

/// The methods by name, each with its line in the help.
fn methods() -> impl TypedValueParser<Value = Method> {
    named(Method::ALL.map(|method| PossibleValue::new(method.name()).help(method.about())))
}

/// Says on standard error what of a set of features was taken in another than the usual form, and what was left out.
pub fn say_of(set: &FeatureSet) {
    let folder = set.dir().display();
    for note in set.notes() {
        let how = match note {
            FeatureNote::EqualParts { parts, .. } => format!(
                " (--equal-parts {parts}, and for scores --manifest with a CSV of the columns id,frames)"
            ),
            _ => String::new(),
        };
        eprintln!("{folder}: {note}{how}");
    }
    for (id, reason) in set.left_out() {
        eprintln!("skipped {id}: {reason}");
    }
}

/// How plain features were cut; features that gcl extracted know it themselves.
#[derive(Args, Debug, Clone)]
pub struct ClipArgs {
    /// Frames per clip, for plain features.
    #[arg(long, value_name = "FRAMES", conflicts_with = "equal_parts")]
    pub clip_length: Option<usize>,
    /// For plain features: every video is cut into this many parts of equal length, however long it is (32
    /// in Sultani's features). Scores then need each video's frames: a manifest.
    #[arg(long, value_name = "PARTS")]
    pub equal_parts: Option<usize>,
    /// Frames between the starts of consecutive clips [default: the clip length]
    #[arg(long, value_name = "FRAMES", requires = "clip_length")]
    pub clip_stride: Option<usize>,
    /// How the last frames of a video were treated.
    #[arg(long, value_name = "RULE", requires = "clip_length", default_value = "drop",
          value_parser = named::<Tail>(Tail::OF_CLIPS.map(Tail::name)))]
    pub clip_tail: Tail,
}

impl ClipArgs {
    /// Opens features that were cut so, and says what was taken in another than the usual form. Videos whose files
    /// cannot be read are left out, and listed.
    pub fn open(&self, folder: &Path) -> Result<FeatureSet, FeatureError> {
        let set = FeatureSet::open_with(folder, self.clips())?.readable()?;
        say_of(&set);
        Ok(set)
    }

    /// The rule, if one was given.
    pub fn clips(&self) -> Option<Clips> {
        if let Some(parts) = self.equal_parts {
            return Some(Clips::equal_parts(parts));
        }
        let length = self.clip_length?;
        Some(Clips { length, stride: self.clip_stride.unwrap_or(length), tail: self.clip_tail })
    }
}
