//! `gcl score`: a model and features (or footage) to frame scores.

use std::path::{Path, PathBuf};

use clap::Args;
use gcl_data::{Clips, FeatureSet, ScoreInfo, ScoreWriter};
use gcl_train::{Model, ScoreSource};

use super::error::{Done, Failure, Outcome};
use super::extract::{self, FootageArgs};
use super::facts::{self, Facts, VideoFacts};
use super::progress::Progress;
use super::train::ClipArgs;
use super::{device, interrupt};

/// Score every frame of videos with a trained model.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl score runs/first features --out scores
  gcl score runs/first camera7.mp4 --out scores
  gcl score runs/first features --out scores-d --source discriminator")]
pub struct ScoreArgs {
    /// A run, or its model folder.
    model: PathBuf,
    /// A folder of features; or footage, which is then extracted first.
    input: PathBuf,
    /// The folder for the scores; the run's own `scores` unless given.
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// Which score: discriminator, generator, mean-rank or detector; the run's own unless given.
    #[arg(long)]
    source: Option<String>,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    footage: FootageArgs,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
}

/// Runs the command.
pub fn run(args: ScoreArgs) -> Outcome {
    let model = Model::load(&args.model, &device::find(&args.device)?)?;
    let source = match &args.source {
        None => model.card().config.score,
        Some(name) => parse_source(name)?,
    };
    let out = args.out.clone().unwrap_or_else(|| args.model.join("scores"));
    let (set, done, footage) = if holds_features(&args.input) {
        (FeatureSet::open_with(&args.input, args.clips.clips())?, Done::Fully, None)
    } else {
        // Extracted features stay beside the scores, so that a second run finds them.
        let folder = out.join(".features");
        let extractor = model.card().extractor.as_ref();
        let done = extract::for_model(&args.input, &folder, extractor, &args.footage)?;
        (FeatureSet::open(&folder)?, done, Some(args.input.as_path()))
    };
    score(&model, &set, source, footage, &out)?;
    println!("{}", out.display());
    Ok(done)
}

/// Scores every video of a set into a folder.
///
/// `footage` is the folder or file that the features came from, for pictures in reports.
pub fn score(
    model: &Model,
    set: &FeatureSet,
    source: ScoreSource,
    footage: Option<&Path>,
    out: &Path,
) -> Result<(), Failure> {
    model.check(set)?;
    let clips = clip_rule(model, set)?;
    let info = ScoreInfo {
        bounded: matches!(source, ScoreSource::Discriminator | ScoreSource::MeanRank),
        source: source_name(source).to_owned(),
        model: Some(model.card().config.method.name().to_owned()),
    };
    let writer = ScoreWriter::create(out, info)?;
    let mut known = Facts::new();
    let mut progress = Progress::new("scoring", "videos", set.videos().len() as u64);
    let mut features = Vec::new();
    for (index, video) in set.videos().iter().enumerate() {
        if interrupt::requested() {
            return Err(Failure::Interrupted("interrupted; run again to go on".to_owned()));
        }
        set.read(index, &mut features)?;
        let segments = model.score(&features)?.get(source)?;
        // A plain .npy does not say how many frames its video has: whole clips are assumed.
        let whole = (video.segments - 1) * clips.stride + clips.length;
        let frames = video.frames.unwrap_or(whole);
        let located = |e| Failure::Data(format!("video `{}`: {e}", video.id));
        let rule = match video.frames {
            Some(_) => clips,
            None => Clips { tail: gcl_data::Tail::Drop, ..clips },
        };
        writer.write(&video.id, &rule.expand(&segments, frames).map_err(located)?)?;
        let footage = footage.map(|root| extract::footage_of(root, &video.id));
        known.insert(video.id.clone(), VideoFacts { fps: video.fps, footage: footage.flatten() });
        progress.set(index as u64 + 1);
    }
    progress.finish();
    facts::write(out, &known)
}

/// How the set's videos were cut: as it says, or as the model's training features were.
fn clip_rule(model: &Model, set: &FeatureSet) -> Result<Clips, Failure> {
    set.clips().or(model.card().clips).ok_or_else(|| {
        Failure::Usage(format!(
            "{}: plain .npy files do not say how many frames a clip has; give --clip-length",
            set.dir().display()
        ))
    })
}

/// Whether a path is a folder of features rather than footage.
fn holds_features(path: &Path) -> bool {
    path.is_dir() && FeatureSet::open(path).is_ok_and(|set| !set.videos().is_empty())
        || has_npy(path)
}

fn has_npy(path: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(path) else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|e| e == "npy"))
}

/// The score source of a name.
pub fn parse_source(name: &str) -> Result<ScoreSource, Failure> {
    let all = [
        ScoreSource::Discriminator,
        ScoreSource::Generator,
        ScoreSource::MeanRank,
        ScoreSource::Detector,
    ];
    all.into_iter().find(|source| source_name(*source) == name).ok_or_else(|| {
        let names = all.map(source_name).join(", ");
        Failure::Usage(format!("no score `{name}`; there are {names}"))
    })
}

/// The name of a score source.
pub fn source_name(source: ScoreSource) -> &'static str {
    match source {
        ScoreSource::Discriminator => "discriminator",
        ScoreSource::Generator => "generator",
        ScoreSource::MeanRank => "mean-rank",
        ScoreSource::Detector => "detector",
    }
}
