//! `gcl train --method interleave`, and each model of a pair alone.

mod configuration;
mod results;
mod training;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use gcl_data::VideoId;
use gcl_train::interleave::{InterleaveRun, PairMethod, Supervision, Videos};

use super::data::{ObjectArgs, VideoArgs, snippets};
use super::judge::{TestFiles, TestPlace};
use super::side::OneClassSide;
use crate::device;
use crate::error::{Done, Failure, Outcome};
use crate::test_set::TestArgs;
use configuration::configuration;
use training::Training;

/// Options of pairs alone.
#[derive(Args, Debug)]
#[command(next_help_heading = "Pairs of models on objects and snippets")]
pub struct PairOnlyArgs {
    /// The one-class model.
    #[arg(long, default_value = "stg-nf")]
    pub occ: Occ,
    /// The weakly-supervised model.
    #[arg(long, default_value = "rtfm")]
    pub ws: Ws,
    #[command(flatten)]
    pub files: ObjectArgs,
    /// Manifest with the columns `split`, `label` and `frames`. On its own, a one-class model trains on
    /// videos labelled normal (on all of them with --set supervision=none), and a weakly-supervised
    /// model needs a label for each video; a pair needs no labels.
    #[arg(long)]
    pub manifest: Option<PathBuf>,
    /// Train on this split of the manifest.
    #[arg(long, requires = "manifest")]
    pub split: Option<String>,
    #[command(flatten)]
    pub test_place: TestPlace,
}

impl PairOnlyArgs {
    /// The names of all of them.
    pub const IDS: [&'static str; 11] = [
        "occ",
        "ws",
        "poses",
        "tracks",
        "cubes",
        "manifest",
        "split",
        "test_split",
        "test_poses",
        "test_tracks",
        "test_cubes",
    ];
}

/// What is trained.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum PairMethodName {
    /// a one-class model on objects and a weakly-supervised one on snippets label for each other
    #[default]
    Interleave,
    /// the one-class model of --occ alone
    OneClass,
    /// a normalizing flow on windows of poses or boxes, alone
    StgNf,
    /// jigsaw puzzles on object cubes, alone
    Jigsaw,
    /// robust temporal feature magnitude learning on snippets, alone, with video labels
    Rtfm,
    /// multiple-instance ranking of snippets, alone, with video labels
    Sultani,
}

/// The one-class models.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Occ {
    /// an autoencoder of snippets
    Ae,
    /// a normalizing flow on windows of poses or boxes
    StgNf,
    /// jigsaw puzzles on object cubes
    Jigsaw,
}

/// The weakly-supervised models.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Ws {
    /// robust temporal feature magnitude learning
    Rtfm,
    /// multiple-instance ranking
    Sultani,
}

/// The options that a pair shares with training on features alone.
pub struct Common {
    pub method: PairMethodName,
    pub features: PathBuf,
    pub out: PathBuf,
    pub preset: String,
    pub clip_length: Option<usize>,
    pub seed: u64,
    pub set: Vec<String>,
    pub resume: bool,
    pub device: String,
}

/// Runs the command.
pub fn run(common: Common, pair: PairOnlyArgs, test: TestArgs) -> Outcome {
    // Nothing is written before everything is known to be right.
    let device = device::find(&common.device)?;
    let about = VideoArgs { manifest: pair.manifest.clone(), clip_length: common.clip_length };
    let features = about.features(&common.features)?;
    let ids: Vec<VideoId> = features.videos().iter().map(|video| video.id.clone()).collect();
    let known = about.known(&ids)?;
    let run = InterleaveRun::new(&common.out);
    let config = match (common.resume, run.dir().exists()) {
        (true, true) => run.config()?,
        (true, false) => {
            let text = "no run to resume here; leave --resume out to start one";
            return Err(Failure::Usage(format!("{}: {text}", common.out.display())));
        }
        (false, true) => {
            let text = "there is a run already; --resume goes on with it, or choose another folder";
            return Err(Failure::Usage(format!("{}: {text}", common.out.display())));
        }
        (false, false) => configuration(&common, &pair, &features)?,
    };
    config.check_features(features.dim())?;
    let normal_only = config.supervision == Supervision::NormalVideos;
    let set = known.select(&features, pair.split.as_deref(), normal_only)?;
    let videos = Videos::of(&set, known.frames())?;
    let (snippets, scaler) = snippets(&set, &config, None)?;
    let labels = match config.supervision {
        Supervision::VideoLabels => Some(known.anomalous(&videos)?),
        _ => None,
    };
    let open = |files: &ObjectArgs, (videos, snippets), scoring| match config.method {
        PairMethod::Weak => Ok(None),
        _ => {
            let own = (videos, Some(snippets));
            OneClassSide::open(&config, files, own, scoring, &device).map(Some)
        }
    };
    let side = open(&pair.files, (&videos, &snippets), false)?;
    let files = TestFiles { test, place: pair.test_place, training: &pair.files, about: &about };
    let test = files.open(&features, &config, &scaler)?;
    let test_side = match &test {
        Some(test) => open(&test.files, (&test.videos, &test.snippets), true)?,
        None => None,
    };
    if !common.resume {
        run.create(&config)?;
    }
    let training = Training { run, config, scaler, set, snippets, labels, test, device };
    training.with(side, test_side).map_err(Failure::resumable)?;
    println!("{}", common.out.display());
    Ok(Done::Fully)
}
