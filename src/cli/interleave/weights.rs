//! `gcl score --weights CHECKPOINT`: a published STG-NF checkpoint on windows or folders of poses.

use std::path::{Path, PathBuf};

use clap::Parser;
use gcl_core::stg_nf::NamedTensors;
use gcl_core::{Device, StgNf};
use gcl_data::poses::{OPENPOSE_JOINTS, Resolution};
use gcl_data::{PoseSet, VideoId, WindowRule, Windows, write_f32};
use gcl_train::interleave::{Video, Videos, WindowObjects, object_scores, one_class_frames};

use super::score::write;
use crate::cli::device;
use crate::cli::error::{Done, Failure, Outcome};

/// Score poses with a published STG-NF checkpoint, as it comes (PyTorch's file is read, and nothing
/// in it is run).
#[derive(Parser, Debug)]
#[command(after_help = "Examples:
  gcl score --weights ShanghaiTech_85_9.tar --poses windows.npy --out nll.npy
  gcl score --weights ShanghaiTech_85_9.tar --poses alphapose --out scores")]
pub struct WeightsArgs {
    /// The checkpoint.
    #[arg(long)]
    weights: PathBuf,
    /// Windows, .npy [N, T, 18, 3] in pixels (OpenPose's joints: x, y, confidence); or a folder of
    /// AlphaPose's tracked persons, one .json a video.
    #[arg(long)]
    poses: PathBuf,
    /// One negative log-likelihood a window (bits per dimension), .npy; or the folder for one score
    /// a frame of each video.
    #[arg(long, short)]
    out: PathBuf,
    /// A manifest with the number of frames of each video, for folders; without it, a video ends
    /// with the last window's middle.
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// The device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
}

/// Runs the command.
pub fn run(args: WeightsArgs) -> Outcome {
    let device = device::find(&args.device)?;
    let model = read(&args.weights, &device)?;
    let frames = model.config().frames;
    if args.poses.is_dir() {
        let videos = listed(&args)?;
        let (windows, _) = videos.pose_windows(&args.poses, WindowRule::scoring(frames))?;
        let objects = WindowObjects::new(windows, &videos, Resolution::default(), false)?;
        let scores = one_class_frames(&model, &objects, 1024, &device)?;
        write(&args.out, &"stg-nf".into(), false, &scores)?;
    } else {
        let windows = Windows::read_npy(&args.poses).map_err(Failure::data)?;
        let (length, joints) = (windows.rule().length, windows.points().joints);
        if (length, joints) != (frames, OPENPOSE_JOINTS) {
            return Err(Failure::Data(format!(
                "{}: windows of {length} frames and {joints} joints; the checkpoint is for {frames} \
                 frames and {OPENPOSE_JOINTS} joints",
                args.poses.display()
            )));
        }
        let list = windows
            .videos()
            .iter()
            .map(|id| Video { id: id.clone(), snippets: 1, frames: Some(length) })
            .collect();
        let videos = Videos { list, length };
        let objects = WindowObjects::new(windows, &videos, Resolution::default(), false)?;
        let nll = object_scores(&model, &objects, 1024, &device, &mut || Ok(()))?;
        write_f32(&args.out, &[nll.len()], &nll).map_err(Failure::data)?;
    }
    println!("{}", args.out.display());
    Ok(Done::Fully)
}

/// The videos of a folder of poses, with their frames where the manifest has them.
fn listed(args: &WeightsArgs) -> Result<Videos, Failure> {
    let set = PoseSet::open(&args.poses).map_err(Failure::data)?;
    let ids: Vec<VideoId> = set.videos().iter().map(|(id, _)| id.clone()).collect();
    let about = super::data::VideoArgs { manifest: args.manifest.clone(), clip_length: None };
    let known = about.known(&ids)?;
    let list = ids.into_iter().map(|id| {
        let frames = known.frames().get(&id).copied();
        Video { id, snippets: 1, frames }
    });
    Ok(Videos { list: list.collect(), length: 16 })
}

/// The model that a checkpoint holds.
fn read(path: &Path, device: &Device) -> Result<StgNf, Failure> {
    let file = gcl_weights::read(path).map_err(Failure::data)?;
    let mut tensors = NamedTensors::new();
    for info in file.tensors() {
        let name = info.name().strip_prefix("module.").unwrap_or(info.name());
        if !name.ends_with("num_batches_tracked") {
            let values = file.f32(info.name()).map_err(Failure::data)?;
            tensors.insert(name.to_owned(), (info.shape().to_owned(), values));
        }
    }
    let located = |e: gcl_core::CoreError| {
        Failure::Data(format!("{}: no checkpoint of STG-NF: {e}", path.display()))
    };
    StgNf::from_published(&tensors, device).map_err(located)
}
