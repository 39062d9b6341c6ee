//! `gcl score`: a model and features, or footage, to frame scores.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use gcl::facts::remember_footage;
use gcl::recorded::Recorded;
use gcl::score::{Scoring, score};
use gcl_data::{FeatureError, FeatureSet, Manifest};
use gcl_features::discover::discover;
use gcl_train::{Model, RunDir, RunState, ScoreSource};

use super::error::{Done, Failure, Outcome};
use super::extract::{self, FootageArgs};
use super::progress::Progress;
use super::train::ClipArgs;
use super::{device, interrupt};

/// Score every frame of videos with a trained model.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl score runs/first features --out scores
  gcl score runs/first camera7.mp4 --out scores
  gcl score runs/resnext camera7.mp4 --out scores --weights resnext-101-kinetics.pth
  gcl score runs/first features --out scores-d --source discriminator
  gcl score runs/first features --out scores-c --state chosen

Pairs of models, and published checkpoints of STG-NF: gcl pair --help")]
pub struct ScoreArgs {
    /// A run or its model folder.
    model: PathBuf,
    /// Folder of features, or footage, from which features are then extracted first.
    input: PathBuf,
    /// Output folder for the scores [default: `scores` in the run's folder]
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Manifest with the number of frames of each video, for plain .npy features. Without it, a video
    /// is assumed to end with its last complete clip.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// State of the run to use: the `last` one, the one `chosen` without labels by agreement with the
    /// baselines, or the `oracle`, which is best on the test set given to `gcl train` (not an unbiased
    /// result, since it is selected with the test labels).
    #[arg(long, default_value = "last")]
    state: RunState,
    /// Score to compute: discriminator, generator, mean-rank or detector [default: the run's]
    #[arg(long)]
    source: Option<ScoreSource>,
    /// Smooth each video's frame scores with a Gaussian of this standard deviation, in frames. Helps if
    /// events are longer than that and images are noisy; blurs the scores otherwise.
    #[arg(long, value_name = "FRAMES", default_value_t = 0.0, value_parser = parse_sigma)]
    smooth: f64,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    footage: FootageArgs,
    /// For footage: the weights of the network that extracted the run's features.
    #[arg(long, value_name = "CHECKPOINT")]
    weights: Option<PathBuf>,
}

fn parse_sigma(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(sigma) if (0.0..=100_000.0).contains(&sigma) => Ok(sigma),
        _ => Err("expected a number of frames, 0 to 100000".to_owned()),
    }
}

/// Runs the command.
pub fn run(args: ScoreArgs) -> Outcome {
    let model = Model::load(&folder_of(&args.model, args.state)?, &device::find(&args.device)?)?;
    let source = args.source.unwrap_or(model.card().config.score);
    let out = args.out.clone().unwrap_or_else(|| run_of(&args.model).join("scores"));
    let manifest = args.manifest.as_ref().map(Manifest::read).transpose()?;
    let features = match args.input.is_dir() {
        true => {
            // What the model knows of equal parts, plain features of the same kind need not be told again.
            let mut clips = args.clips.clone();
            let known = model.card().clips.filter(|_| clips.clips().is_none());
            clips.equal_parts = known.and_then(|clips| clips.parts()).or(clips.equal_parts);
            features_in(&args.input, &clips)?
        }
        false => None,
    };
    let (set, footage) = if let Some(set) = features {
        (set, None)
    } else {
        // Extracted features stay beside the scores, so that a second run finds them.
        let folder = out.join(".features");
        let extractor = model.card().extractor.as_ref();
        let (weights, how) = (args.weights.as_deref(), (&args.footage, args.device.as_str()));
        let skipped = extract::for_model(&args.input, &folder, extractor, weights, how)?.skipped;
        // Of what an earlier call left there, only this footage.
        let inputs = discover(std::slice::from_ref(&args.input)).map_err(Failure::data)?;
        let set = FeatureSet::open(&folder)?;
        let set = set.select(|id| inputs.iter().any(|input| input.id == *id));
        set.left_out().iter().for_each(|(id, reason)| eprintln!("skipped {id}: {reason}"));
        (set.without(skipped), Some(inputs))
    };
    let how = Scoring { source, manifest: manifest.as_ref(), smooth: args.smooth };
    with_progress(&model, &set, &how, &out)?;
    if let Some(footage) = footage {
        let recorded = Recorded::of(&footage, &BTreeMap::new())?;
        remember_footage(&footage, &recorded, &out)?;
    }
    println!("{}", out.display());
    Ok(Done::all(set.left_out().is_empty()))
}

/// Scores a set, with progress on the terminal.
pub fn with_progress(
    model: &Model,
    set: &FeatureSet,
    how: &Scoring<'_>,
    out: &Path,
) -> Result<(), Failure> {
    let mut progress = Progress::new("scoring", "videos", set.videos().len() as u64);
    let mut scored = |done| progress.set(done as u64);
    score(model, set, how, out, &interrupt::INTERRUPTED, &mut scored)?;
    progress.finish();
    Ok(())
}

/// The features in a folder; `None` if it holds none, and may be footage.
fn features_in(folder: &Path, clips: &ClipArgs) -> Result<Option<FeatureSet>, Failure> {
    match clips.open(folder) {
        Ok(set) => Ok(Some(set)),
        Err(FeatureError::Empty(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The folder of a run's state.
fn folder_of(model: &Path, state: RunState) -> Result<PathBuf, Failure> {
    if state == RunState::Last {
        return Ok(model.to_owned());
    }
    let folder = RunDir::new(run_of(model)).model_of(state);
    match folder.join("model.json").exists() {
        true => Ok(folder),
        false => {
            let why = match state {
                RunState::Oracle => "it is kept by `gcl train --test FEATURES --truth TRUTH`",
                _ => "networks trained to the end on 16 segments or more have one",
            };
            Err(Failure::Usage(format!("{}: no state `{}`; {why}", model.display(), state.name())))
        }
    }
}

/// The run that a path means: itself, or the one whose model folder it is.
fn run_of(model: &Path) -> &Path {
    match model.parent() {
        Some(run) if model.join("model.json").exists() && run.join("config.toml").exists() => run,
        _ => model,
    }
}
