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

/// Score every frame of videos with a trained model. The models of a pair write to `OUT/one-class`
/// and `OUT/weak`.
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
    /// A run or its model folder.
    #[arg(required_unless_present = "weights")]
    model: Option<PathBuf>,
    /// Folder of features, or footage, from which features are then extracted first.
    #[arg(required_unless_present_any = ["weights", "features"])]
    input: Option<PathBuf>,
    /// Output folder for the scores [default: `scores` in the run's folder]
    #[arg(long, short, required_unless_present = "model")]
    out: Option<PathBuf>,
    /// Manifest with the number of frames of each video, for plain .npy features and for poses. Without
    /// it, a video is assumed to end with its last complete clip, or the middle of its last window.
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
    source: Option<String>,
    /// Smooth each video's frame scores with a Gaussian of this standard deviation, in frames. Helps if
    /// events are longer than that and images are noisy; blurs the scores otherwise.
    #[arg(long, value_name = "FRAMES", default_value_t = 0.0, value_parser = parse_sigma)]
    smooth: f64,
    #[command(flatten)]
    clips: ClipArgs,
    #[command(flatten)]
    footage: FootageArgs,
    #[command(flatten)]
    pair: PairOnlyArgs,
    /// With a run and footage: the weights of the network that extracted the run's features. Instead of
    /// a run: a published checkpoint of STG-NF, unmodified (the PyTorch file is parsed, and no code in
    /// it is executed). It scores --poses: a folder, or windows as .npy [N, T, 18, 3] in pixels (OpenPose
    /// joints: x, y, confidence), whose negative log-likelihoods are written to --out, a .npy file.
    #[arg(long, value_name = "CHECKPOINT", help_heading = "Published checkpoints")]
    weights: Option<PathBuf>,
}

/// Options of pairs alone.
#[derive(Args, Debug)]
#[command(next_help_heading = "Pairs of models on objects and snippets")]
struct PairOnlyArgs {
    /// Features, as a named option: snippets of the kind on which the run was trained.
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
