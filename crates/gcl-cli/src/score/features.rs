//! A model of features alone and features (or footage) to frame scores.

use std::path::{Path, PathBuf};

use gcl_bench::whole_frames;
use gcl_data::objects::gaussian;
use gcl_data::{Clips, FeatureError, FeatureSet, Manifest, ScoreInfo, ScoreWriter};
use gcl_train::{Model, RunDir, RunState, ScoreSource};

use crate::error::{Done, Failure, Outcome};
use crate::extract::{self, FootageArgs};
use crate::facts::{self, Facts, VideoFacts};
use crate::progress::Progress;
use crate::train::ClipArgs;
use crate::{device, interrupt};

/// What to score, and where to.
pub struct FeatureScoring {
    pub model: PathBuf,
    /// Features, or footage.
    pub input: PathBuf,
    pub out: Option<PathBuf>,
    pub state: RunState,
    pub source: Option<String>,
    pub smooth: f64,
    pub clips: ClipArgs,
    pub manifest: Option<PathBuf>,
    /// The weights of the network that the features came from, for footage.
    pub weights: Option<PathBuf>,
    pub footage: FootageArgs,
    pub device: String,
}

/// Runs the command.
pub fn run(args: FeatureScoring) -> Outcome {
    let model = Model::load(&folder_of(&args.model, args.state)?, &device::find(&args.device)?)?;
    let source = match &args.source {
        None => model.card().config.score,
        Some(name) => parse_source(name)?,
    };
    let out = args.out.clone().unwrap_or_else(|| run_of(&args.model).join("scores"));
    let frames = match &args.manifest {
        Some(path) => Some(Manifest::read(path)?),
        None => None,
    };
    let features = match args.input.is_dir() {
        true => features_in(&args.input, args.clips.clips())?,
        false => None,
    };
    let (set, done, footage) = if let Some(set) = features {
        (set, Done::Fully, None)
    } else {
        // Extracted features stay beside the scores, so that a second run finds them.
        let folder = out.join(".features");
        let extractor = model.card().extractor.as_ref();
        let (weights, how) = (args.weights.as_deref(), (&args.footage, args.device.as_str()));
        let done = extract::for_model(&args.input, &folder, extractor, weights, how)?;
        (FeatureSet::open(&folder)?, done, Some(args.input.as_path()))
    };
    let how = Scoring { source, footage, manifest: frames.as_ref(), smooth: args.smooth };
    score(&model, &set, &how, &out)?;
    println!("{}", out.display());
    Ok(done)
}

/// How a set is scored.
pub struct Scoring<'a> {
    /// Which score.
    pub source: ScoreSource,
    /// The folder or file that the features came from, for pictures in reports.
    pub footage: Option<&'a Path>,
    /// Frames of videos whose features do not say.
    pub manifest: Option<&'a Manifest>,
    /// The standard deviation of smoothing over time, in frames; 0 is none.
    pub smooth: f64,
}

/// Scores every video of a set into a folder.
pub fn score(
    model: &Model,
    set: &FeatureSet,
    how: &Scoring<'_>,
    out: &Path,
) -> Result<(), Failure> {
    model.check(set)?;
    let clips = clip_rule(model, set)?;
    let source = how.source;
    let name = source.name();
    let info = ScoreInfo {
        bounded: matches!(source, ScoreSource::Discriminator | ScoreSource::MeanRank),
        source: match how.smooth > 0.0 {
            true => format!("{name}, smoothed over time (sigma {} frames)", how.smooth),
            false => name.to_owned(),
        },
        model: Some(model.id()?),
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
        let listed = how.manifest.and_then(|m| m.videos.get(&video.id)).and_then(|v| v.frames);
        let frames = video.frames.or(listed).unwrap_or_else(|| whole_frames(clips, video.segments));
        let located = |e| Failure::Data(format!("video `{}`: {e}", video.id));
        let scores = smoothed(clips.expand(&segments, frames).map_err(located)?, how.smooth);
        writer.write(&video.id, &scores)?;
        let footage = how.footage.map(|root| extract::footage_of(root, &video.id));
        known.insert(video.id.clone(), VideoFacts { fps: video.fps, footage: footage.flatten() });
        progress.set(index as u64 + 1);
    }
    progress.finish();
    facts::write(out, &known)
}

/// One video's frame scores, smoothed over time.
fn smoothed(scores: Vec<f32>, sigma: f64) -> Vec<f32> {
    if sigma <= 0.0 {
        return scores;
    }
    let mut wide: Vec<f64> = scores.into_iter().map(f64::from).collect();
    gaussian(&mut wide, sigma);
    wide.into_iter().map(|score| score as f32).collect()
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

/// The features in a folder; `None` if it holds none, and may be footage.
fn features_in(folder: &Path, clips: Option<Clips>) -> Result<Option<FeatureSet>, Failure> {
    match FeatureSet::open_with(folder, clips) {
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

/// The score source of a name.
fn parse_source(name: &str) -> Result<ScoreSource, Failure> {
    name.parse().map_err(Failure::Usage)
}
