//! `gcl score --weights CHECKPOINT`: a published STG-NF checkpoint on windows or folders of poses.

use std::path::{Path, PathBuf};

use clap::Parser;
use gcl_core::stg_nf::NamedTensors;
use gcl_core::{Device, StgNf, StgNfConfig};
use gcl_data::poses::{OPENPOSE_JOINTS, Resolution};
use gcl_data::{ObjectIndex, ObjectVideo, PoseSet, VideoId, WindowRule, Windows, write_f32};
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
        let video = |id: &VideoId| -> Result<ObjectVideo, gcl_data::ObjectError> {
            Ok(ObjectVideo { id: id.clone(), frames: length, snippets: 1 })
        };
        ObjectIndex::of_windows(&windows, length, video).map_err(Failure::data)?;
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

/// The model that a checkpoint holds: its size is read from the shapes.
fn read(path: &Path, device: &Device) -> Result<StgNf, Failure> {
    let file = gcl_weights::read(path).map_err(Failure::data)?;
    let wrong = |what: &str| {
        let text = "it is no checkpoint of STG-NF";
        Failure::Data(format!("{}: {what}; {text}", path.display()))
    };
    let mut tensors = NamedTensors::new();
    for info in file.tensors() {
        let name = info.name().strip_prefix("module.").unwrap_or(info.name());
        if !name.ends_with("num_batches_tracked") {
            let values = file.f32(info.name()).map_err(Failure::data)?;
            tensors.insert(name.to_owned(), (info.shape().to_owned(), values));
        }
    }
    let get = |name: &str| tensors.get(name).ok_or_else(|| wrong(&format!("no `{name}`")));
    let (shape, prior) = get("prior_h_normal")?;
    let &[4, frames, OPENPOSE_JOINTS] = shape.as_slice() else {
        return Err(wrong(&format!("`prior_h_normal` has shape {shape:?}")));
    };
    let &[2, 2, kernel, 1] = get("flow.layers.0.block.0.tcn.2.weight")?.0.as_slice() else {
        return Err(wrong("the temporal convolution has another shape"));
    };
    let step = |i: &usize| tensors.contains_key(&format!("flow.layers.{i}.actnorm.logs"));
    let config = StgNfConfig {
        steps: (0..256).take_while(step).count(),
        prior_mean: prior.first().copied().unwrap_or(f32::NAN),
        kernel,
        ..StgNfConfig::new(frames)
    };
    let located = |e: gcl_core::CoreError| Failure::Data(format!("{}: {e}", path.display()));
    let mut model = StgNf::new(config, 0, device).map_err(located)?;
    model.load_published(&tensors).map_err(located)?;
    Ok(model)
}
