//! `gcl score`, in three forms: a model of features alone on features or footage ([`features`]), a pair on
//! objects and snippets, and a published checkpoint on poses (`super::interleave`). The run says
//! which of the first two; `--weights` without a run is the third.

mod features;

use std::path::PathBuf;

use clap::{ArgMatches, Args};
use gcl_train::RunState;
use gcl_train::interleave::InterleaveRun;

use super::error::{Failure, Outcome};
use super::extract::FootageArgs;
use super::forms::refuse;
use super::interleave::{ObjectArgs, VideoArgs, score as pair, weights as published};
use super::train::ClipArgs;
pub use features::{Scoring, score};

/// Score every frame of videos with a trained model. A pair's models score into `OUT/one-class` and
/// `OUT/weak`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl score runs/first features --out scores
  gcl score runs/first camera7.mp4 --out scores
  gcl score runs/resnext camera7.mp4 --out scores --weights resnext-101-kinetics.pth
  gcl score runs/first features --out scores-d --source discriminator
  gcl score runs/first features --out scores-c --state chosen

Pairs of models, and published checkpoints of STG-NF:
  gcl score runs/pair i3d --poses poses --out scores
  gcl score --weights ShanghaiTech_85_9.tar --poses windows.npy --out nll.npy
  gcl score --weights ShanghaiTech_85_9.tar --poses alphapose --out scores")]
pub struct ScoreArgs {
    /// A run, or its model folder.
    #[arg(required_unless_present = "weights")]
    model: Option<PathBuf>,
    /// A folder of features; or footage, which is then extracted first.
    #[arg(required_unless_present_any = ["weights", "features"])]
    input: Option<PathBuf>,
    /// The folder for the scores; the run's own `scores` unless given.
    #[arg(long, short, required_unless_present = "model")]
    out: Option<PathBuf>,
    /// A manifest with the number of frames of each video, for plain .npy features and for poses;
    /// without it, videos are taken to end with their last whole clip, or their last window's middle.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Which state of the run: its `last` one, the one `chosen` without labels by agreement with
    /// plain detectors, or the `oracle`, best on the test set given to `gcl train` (no honest
    /// result, since it was chosen by the test set's own labels).
    #[arg(long, default_value = "last")]
    state: RunState,
    /// Which score: discriminator, generator, mean-rank or detector; the run's own unless given.
    #[arg(long)]
    source: Option<String>,
    /// Smooth each video's frame scores over time by a Gaussian with this standard deviation in frames.
    /// Helps where events are longer than that and pictures noisy; blurs where they are not.
    #[arg(long, value_name = "FRAMES", default_value_t = 0.0, value_parser = parse_sigma)]
    smooth: f64,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    footage: FootageArgs,
    #[command(flatten)]
    pair: PairOnlyArgs,
    /// With a run and footage: the weights of the network that the run's features came from. In place
    /// of a run: a published checkpoint of STG-NF, as it comes (PyTorch's file is read, and nothing in
    /// it is run). It scores --poses: a folder, or windows, .npy [N, T, 18, 3] in pixels (OpenPose's
    /// joints: x, y, confidence), whose negative log-likelihoods go to --out, .npy.
    #[arg(long, value_name = "CHECKPOINT", help_heading = "Published checkpoints")]
    weights: Option<PathBuf>,
}

/// Options of pairs alone.
#[derive(Args, Debug)]
#[command(next_help_heading = "Pairs of models on objects and snippets")]
struct PairOnlyArgs {
    /// The features, named: snippets of the kind that the run was trained on.
    #[arg(long, value_name = "FEATURES", conflicts_with = "input")]
    features: Option<PathBuf>,
    #[command(flatten)]
    files: ObjectArgs,
    /// Score this split of the manifest.
    #[arg(long, requires = "manifest")]
    split: Option<String>,
}

/// Options that mean something with a model of features alone.
const FEATURES_ONLY: [&str; 7] =
    ["state", "source", "smooth", "clip_stride", "clip_tail", "threads", "decoder"];
/// Options that mean something with a pair.
const PAIR_ONLY: [&str; 4] = ["poses", "tracks", "cubes", "split"];
/// Options that mean nothing with a published checkpoint.
const NOT_WEIGHTS: [&str; 5] = ["tracks", "cubes", "split", "features", "clip_length"];

fn parse_sigma(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(sigma) if (0.0..=100_000.0).contains(&sigma) => Ok(sigma),
        _ => Err("expected a number of frames, 0 to 100000".to_owned()),
    }
}

/// Runs the command; `matches` are what was parsed into `args`.
pub fn run(args: ScoreArgs, matches: &ArgMatches) -> Outcome {
    let PairOnlyArgs { features, files, split } = args.pair;
    let Some(model) = &args.model else {
        let why = "it means nothing with --weights and no run";
        refuse(matches, &[&FEATURES_ONLY[..], &NOT_WEIGHTS].concat(), why)?;
        let (Some(weights), Some(poses), Some(out)) = (args.weights, files.poses, args.out) else {
            let text = "--weights needs --poses and --out";
            return Err(Failure::Usage(text.to_owned()));
        };
        let (manifest, device) = (args.manifest, args.device);
        return published::run(published::Task { weights, poses, out, manifest, device });
    };
    let Some(input) = args.input.or(features) else {
        let text = "nothing to score: name features or footage after the run";
        return Err(Failure::Usage(text.to_owned()));
    };
    if InterleaveRun::is_at(model) {
        let not_pairs = [&FEATURES_ONLY[..], &["weights"]].concat();
        refuse(matches, &not_pairs, "it is not for pairs of models, as this run is")?;
        let about = VideoArgs { manifest: args.manifest, clip_length: args.clips.clip_length };
        return pair::run(pair::Task {
            run: model.clone(),
            features: input,
            files,
            about,
            split,
            out: args.out,
            device: args.device,
        });
    }
    let why = "it is for pairs of models, and this is no run of one";
    refuse(matches, &PAIR_ONLY, why)?;
    features::run(features::FeatureScoring {
        model: model.clone(),
        input,
        out: args.out,
        state: args.state,
        source: args.source,
        smooth: args.smooth,
        clips: args.clips,
        manifest: args.manifest,
        weights: args.weights,
        footage: args.footage,
        device: args.device,
    })
}
