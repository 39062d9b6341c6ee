//! `gcl check`: do features, scores, truth and manifest line up?

use std::path::PathBuf;

use clap::Args;
use gcl_data::{Check, FeatureSet, Manifest, ManifestEntry, ScoreSet, Truth, TruthFormat};
use gcl_features::discover::discover;

use super::error::{Done, Failure, Outcome};
use super::eval::scores_folder;
use super::train::{ClipArgs, say_of};
use super::values::truth_formats;

/// Check that features, scores, ground truth and manifest match before starting a long run.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl check --features features --truth truth.csv
  gcl check --features features --manifest videos.csv --scores runs/first
  gcl check --features features --videos footage")]
pub struct CheckArgs {
    /// Folder of features.
    #[arg(long, required_unless_present = "scores")]
    features: Option<PathBuf>,
    /// Folder of scores, or a run that contains scores.
    #[arg(long)]
    scores: Option<PathBuf>,
    /// Ground truth.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Format of the ground truth.
    #[arg(long, default_value = "auto", value_parser = truth_formats())]
    truth_format: TruthFormat,
    /// Manifest: a CSV with columns id,path,split,label,frames,camera,clock.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Video files or folders: exactly these videos must be present. After a sharded extraction, this
    /// checks that all shards are complete.
    #[arg(long, num_args = 1.., conflicts_with = "manifest")]
    videos: Vec<PathBuf>,
    #[command(flatten)]
    clips: ClipArgs,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: CheckArgs) -> Outcome {
    let open = |path| FeatureSet::open_with(path, args.clips.clips());
    let features = args.features.as_ref().map(open).transpose()?;
    features.iter().for_each(say_of);
    let scores = args.scores.map(|path| ScoreSet::open(scores_folder(&path))).transpose()?;
    let truth = args.truth.map(|path| Truth::read(path, args.truth_format)).transpose()?;
    let mut manifest = args.manifest.map(Manifest::read).transpose()?;
    if !args.videos.is_empty() {
        manifest = Some(listed(&args.videos)?);
    }
    let check = Check {
        features: features.as_ref(),
        scores: scores.as_ref(),
        truth: truth.as_ref(),
        manifest: manifest.as_ref(),
    };
    let report = check.run()?;
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&report).map_err(Failure::data)?),
        false => println!("{report}"),
    }
    match report.is_ok() {
        true => Ok(Done::Fully),
        false => Err(Failure::Data("the data does not line up".to_owned())),
    }
}

/// The videos that an extraction from these paths would give.
fn listed(paths: &[PathBuf]) -> Result<Manifest, Failure> {
    let mut inputs = discover(paths).map_err(Failure::data)?;
    for (id, why) in inputs.iter().filter_map(|input| Some((&input.id, input.refused.as_ref()?))) {
        eprintln!("skipped {id}: {why}");
    }
    inputs.retain(|input| input.refused.is_none());
    let entry = |path| ManifestEntry { path: Some(path), ..ManifestEntry::default() };
    let videos = inputs.into_iter().map(|input| (input.id, entry(input.path))).collect();
    Ok(Manifest { videos })
}
