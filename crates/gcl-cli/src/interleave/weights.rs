//! `gcl score --weights CHECKPOINT`: a published STG-NF checkpoint on windows or folders of poses.

use std::path::{Path, PathBuf};

use gcl_core::stg_nf::NamedTensors;
use gcl_core::{Device, StgNf};
use gcl_data::poses::{OPENPOSE_JOINTS, Resolution};
use gcl_data::{PoseSet, VideoId, WindowRule, Windows, write_f32};
use gcl_train::interleave::{Video, Videos, WindowObjects, object_scores, one_class_frames};

use super::score::write;
use crate::device;
use crate::error::{Done, Failure, Outcome};

/// What to score with a checkpoint, and where to.
pub struct Task {
    pub weights: PathBuf,
    /// Windows, or a folder of poses.
    pub poses: PathBuf,
    pub out: PathBuf,
    pub manifest: Option<PathBuf>,
    pub device: String,
}

/// Runs the command.
pub fn run(args: Task) -> Outcome {
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
fn listed(args: &Task) -> Result<Videos, Failure> {
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
