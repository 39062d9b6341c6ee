//! `gcl extract`: footage to features, or to object cubes.

mod cubes;
mod network;
mod pictures;
mod poses;
mod shown;
mod tracks;

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Args;
use gcl_data::{Claim, ExtractorIdentity};
use gcl_features::areas::Areas;
use gcl_features::discover::{VideoInput, discover};
use gcl_features::pipeline::MAX_LOSS;
use gcl_features::source::Decoder;
use gcl_features::{ExtractOptions, FeatureWork, Progress as Step, Shard, Summary, passed_over};

use super::error::{Done, Failure, Outcome};
use super::interrupt;
use super::values::named;
use cubes::CubeArgs;
pub use network::{Chosen, NetworkArgs, layers, networks};
pub use pictures::Pictures;
use poses::PoseArgs;
pub use shown::Shown;

/// Extract clip features from footage: video files, folders of frames, or folders of either.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl extract footage --out features
  gcl extract footage --out features --net resnext101 --weights resnext-101-kinetics.pth
  gcl extract footage --out features --net i3d-resnet50 --weights i3d_r50_kinetics.pth --device cuda
  gcl extract footage --out features --shard 2/8
  gcl extract footage --out objects --net objects
  gcl extract footage --out objects --net objects --detector ssd.tflite
  gcl extract tracks --out features --net box-tracks --frames masks
  gcl extract footage --out cubes.npy --net cubes --boxes boxes.csv
  gcl extract footage --out poses --net poses --detector ssd.tflite --weights pose_landmark_lite.tflite

Extraction resumes automatically: videos that already have features are skipped. See
docs/extraction.md for the source of each network's weights and for the pre-processing of frames.")]
pub struct ExtractArgs {
    /// Video files or folders.
    #[arg(required = true)]
    footage: Vec<PathBuf>,
    /// Output folder for the features; for cubes, the output file.
    #[arg(long, short)]
    out: PathBuf,
    #[command(flatten)]
    network: NetworkArgs,
    /// Process only the I-th of N parts of the videos, counted from 1.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// For box-tracks: the number of frames of each video, from a manifest or a folder of masks. A
    /// video that is not listed is assumed to end with its last box.
    #[arg(long, value_name = "MANIFEST|MASKS")]
    frames: Option<PathBuf>,
    #[command(flatten)]
    cubes: CubeArgs,
    #[command(flatten)]
    poses: PoseArgs,
    #[command(flatten)]
    how: FootageArgs,
    /// Compute device for the network; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// How footage is read.
#[derive(Args, Debug, Clone)]
pub struct FootageArgs {
    /// Videos to decode in parallel [default: the number of cores, at most 4 with a network]
    #[arg(long)]
    threads: Option<usize>,
    /// Video decoder: native (H.264, HEVC and Motion JPEG in MP4, Matroska, MPEG-TS or AVI, frames, Y4M), ffmpeg
    /// (everything else, through an ffmpeg on the PATH), or auto.
    #[arg(long, default_value = "auto",
          value_parser = named::<Decoder>(Decoder::ALL.map(Decoder::name)))]
    pub decoder: Decoder,
    /// Skip a video of which more than this share could not be decoded; up to it, lost pictures are filled and
    /// counted.
    #[arg(long, value_name = "SHARE", default_value_t = MAX_LOSS, value_parser = share)]
    pub max_loss: f64,
    /// Which part of the pictures is looked at; a matter of the commands that have it.
    #[arg(skip)]
    pub areas: Areas,
}

/// A share, 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a share is a number from 0 to 1".to_owned())
}

impl Default for FootageArgs {
    fn default() -> Self {
        let (threads, decoder, areas) = (None, Decoder::default(), Areas::default());
        Self { threads, decoder, max_loss: MAX_LOSS, areas }
    }
}

impl FootageArgs {
    fn options(&self, shard: Option<Shard>) -> ExtractOptions {
        let defaults = ExtractOptions::default();
        ExtractOptions {
            shard,
            threads: self.threads.unwrap_or(defaults.threads).max(1),
            decoder: self.decoder,
            max_loss: self.max_loss,
            areas: self.areas.clone(),
            ..defaults
        }
    }
}

/// Runs the command.
pub fn run(args: ExtractArgs) -> Outcome {
    let (footage, out) = (&args.footage, &args.out);
    let chosen = args.network.choose(&args.device, || "gradient")?;
    if !matches!(chosen, Chosen::Poses { .. }) {
        args.poses.only_for_poses()?;
    }
    // Cubes go into a file; shards of one extraction share its folder.
    let _claim = match (&chosen, args.shard) {
        (Chosen::Cubes, _) => None,
        (_, Some(_)) => Some(Claim::shared(out)?),
        (_, None) => Some(Claim::alone(out)?),
    };
    let (summary, identity) = match (chosen, &args.poses.detector) {
        (Chosen::Poses { weights }, _) => {
            if args.json {
                let text = "--json is for features; poses are JSON themselves";
                return Err(Failure::Usage(text.to_owned()));
            }
            on_host(&args.device)?;
            let how = args.how.options(args.shard);
            let summary = poses::extract(footage, out, &args.poses, weights.as_deref(), &how)?;
            println!("{}", out.display());
            return Ok(Done::all(summary.skipped.is_empty()));
        }
        (Chosen::Pictures(pictures), Some(detector)) if pictures.of_boxes() => {
            on_host(&args.device)?;
            let how = pictures.options(&args.how, args.shard);
            poses::extract_objects(footage, out, (&args.poses, detector), &how)?
        }
        (_, Some(_)) => {
            let text = "--detector finds objects: use it with --net objects or --net poses";
            return Err(Failure::Usage(text.to_owned()));
        }
        (Chosen::Tracks { clips }, None) => {
            if args.shard.is_some() {
                let text = "box-tracks take seconds; --shard is for pictures";
                return Err(Failure::Usage(text.to_owned()));
            }
            let (summary, identity) = tracks::extract(footage, out, clips, args.frames.as_deref())?;
            (checked(summary)?, identity)
        }
        (Chosen::Pictures(pictures), None) => {
            (pictures.extract(footage, out, &args.how, args.shard)?, pictures.identity())
        }
        (Chosen::Cubes, None) => {
            if args.shard.is_some() || args.json {
                let text =
                    "cubes of all videos go into one file; --shard and --json are for features";
                return Err(Failure::Usage(text.to_owned()));
            }
            return cubes::extract(footage, out, &args.cubes, args.how.decoder);
        }
    };
    if args.json {
        let skipped: Vec<_> = summary
            .skipped
            .iter()
            .map(|(id, reason)| serde_json::json!({ "video": id, "reason": reason }))
            .collect();
        let damaged: Vec<_> = summary
            .damaged
            .iter()
            .map(|(id, damage)| serde_json::json!({ "video": id, "damage": damage }))
            .collect();
        let json = serde_json::json!({
            "features": args.out,
            "extractor": identity,
            "extracted": summary.extracted,
            "already_done": summary.already_done,
            "frames": summary.frames,
            "skipped": skipped,
            "damaged": damaged,
        });
        println!("{}", serde_json::to_string_pretty(&json).map_err(Failure::data)?);
    } else {
        println!("{}", args.out.display());
    }
    Ok(Done::all(summary.skipped.is_empty()))
}

/// Refuses a device for what runs on the host alone.
fn on_host(device: &str) -> Result<(), Failure> {
    match device {
        "flex" => Ok(()),
        _ => {
            let text =
                "a detector and poses run on the host; --device is for the networks of features";
            Err(Failure::Usage(text.to_owned()))
        }
    }
}

/// Extracts all footage, shows progress, and lists what was skipped on standard error.
fn extract_with<E: FeatureWork>(
    footage: &[PathBuf],
    out: &Path,
    extractor: &E,
    options: &ExtractOptions,
) -> Result<Summary, Failure> {
    with_progress(footage, |inputs, follow| {
        extractor.extract_all(inputs, out, options, &interrupt::INTERRUPTED, follow)
    })
}

/// Has `work` done on all footage, shows progress, and lists what was skipped on standard error.
fn with_progress<E: Error + 'static>(
    footage: &[PathBuf],
    work: impl FnOnce(&[VideoInput], &(dyn Fn(Step<'_>) + Sync)) -> Result<Summary, E>,
) -> Result<Summary, Failure> {
    let inputs = discover(footage).map_err(Failure::data)?;
    list_passed_over(footage);
    let shown = Shown::new(&inputs);
    let summary = work(&inputs, &|step| shown.follow(step));
    shown.finish();
    checked(summary.map_err(Failure::data)?)
}

/// Names on standard error what in folders of footage is large and not read, and counts the rest.
pub fn list_passed_over(footage: &[PathBuf]) {
    let passed_over = passed_over(footage);
    for file in &passed_over.large {
        let file = file.display();
        eprintln!("passed over {file}: no video by its name; to read it, name it itself");
    }
    if let Some(others) = passed_over.others() {
        eprintln!("passed over {others}: no videos or pictures by their names");
    }
}

/// Refuses an extraction that was interrupted or gave nothing.
fn checked(summary: Summary) -> Result<Summary, Failure> {
    if summary.cancelled {
        let text = "interrupted; rerun the same command to resume";
        return Err(Failure::Interrupted(text.to_owned()));
    }
    list_skipped(&summary);
    if summary.extracted + summary.already_done == 0 && !summary.skipped.is_empty() {
        return Err(gcl::Error::NothingExtracted { videos: summary.skipped.len() }.into());
    }
    Ok(summary)
}

/// Lists the videos that have no features on standard error, and those of which something was lost.
pub fn list_skipped(summary: &Summary) {
    for (id, damage) in &summary.damaged {
        eprintln!("note {id}: {damage}");
    }
    for (id, reason) in &summary.skipped {
        eprintln!("skipped {id}: {reason}");
    }
    for (id, lines) in &summary.bad_lines {
        eprintln!("{id}: {lines} lines are no boxes, and left out");
    }
}

/// Extracts footage as a model's training features were extracted; a published network needs its `weights`.
pub fn for_model(
    footage: &Path,
    out: &Path,
    extractor: Option<&ExtractorIdentity>,
    weights: Option<&Path>,
    (how, device): (&FootageArgs, &str),
) -> Result<Summary, Failure> {
    let Some(identity) = extractor else {
        return Err(Failure::Usage(format!(
            "the model was trained on features from elsewhere; give features and not footage ({})",
            footage.display()
        )));
    };
    let areas = Areas::of_identity(identity).map_err(Failure::data)?;
    let how = &FootageArgs { areas, ..how.clone() };
    let pictures = Pictures::like(identity, weights, device)?;
    pictures.extract(&[footage.to_owned()], out, how, None)
}
