//! A published STG-NF checkpoint on windows or on folders of poses.

use std::path::{Path, PathBuf};

use gcl_core::stg_nf::NamedTensors;
use gcl_core::{Device, StgNf};
use gcl_data::poses::{OPENPOSE_JOINTS, Resolution};
use gcl_data::{PoseSet, VideoId, WindowRule, Windows};
use gcl_train::interleave::{Left, OneClassOn, OneClassSide, Video, Videos, WindowObjects};

use super::data::PairData;
use super::score::write;
use crate::error::{Error, Result};

/// Windows scored at a time.
const BATCH: usize = 1024;

/// The model of a checkpoint that STG-NF's authors published.
#[derive(Debug)]
pub struct Checkpoint {
    model: StgNf,
    device: Device,
}

impl Checkpoint {
    /// Reads a checkpoint, without running anything in it.
    ///
    /// # Errors
    /// If it cannot be read, or is of another network.
    pub fn open(path: &Path, device: &Device) -> Result<Checkpoint> {
        let file = gcl_weights::read(path)?;
        let mut tensors = NamedTensors::new();
        for info in &file.tensors {
            let name = info.name().strip_prefix("module.").unwrap_or(info.name());
            if !name.ends_with("num_batches_tracked") {
                let values = file.f32(info.name())?;
                tensors.insert(name.to_owned(), (info.shape().to_owned(), values));
            }
        }
        let refused = |e| Error::data(path)(format!("no checkpoint of STG-NF: {e}"));
        let model = StgNf::from_published(&tensors, device).map_err(refused)?;
        Ok(Checkpoint { model, device: device.clone() })
    }

    fn side(self, windows: Windows, videos: &Videos) -> Result<impl OneClassSide> {
        let objects = WindowObjects::new(windows, videos, Resolution::default(), false)?;
        Ok(OneClassOn::new(self.model, objects, &self.device))
    }
}

/// Scores the windows in a `.npy` file, `[N, T, V, 3]` in pixels: one negative log-likelihood each, in
/// bits per dimension.
///
/// # Errors
/// If they cannot be read, or are not of the checkpoint's frames and OpenPose's joints.
pub fn score_windows(checkpoint: Checkpoint, path: &Path) -> Result<Vec<f32>> {
    let frames = checkpoint.model.config().frames;
    let windows = Windows::read_npy(path)?;
    let (length, joints) = (windows.rule().length, windows.points().joints);
    if (length, joints) != (frames, OPENPOSE_JOINTS) {
        return Err(Error::data(path)(format!(
            "windows of {length} frames and {joints} joints; the checkpoint is for {frames} frames \
             and {OPENPOSE_JOINTS} joints"
        )));
    }
    let video = |id: &VideoId| Video { id: id.clone(), snippets: 1, frames: Some(length) };
    let videos = Videos { list: windows.videos().iter().map(video).collect(), length };
    Ok(checkpoint.side(windows, &videos)?.scores(BATCH, &mut |_, _| Ok(()))?)
}

/// Scores the frames of the videos in a folder of AlphaPose files, into the folder `out`; a manifest
/// or ground truth gives their numbers of frames. Returns what was left out; videos whose poses cannot be read are in
/// [`Left::bad`], and have no scores.
///
/// # Errors
/// If no poses can be read, or scores not be written.
pub fn score_poses(
    checkpoint: Checkpoint,
    poses: &Path,
    frames: Option<PathBuf>,
    out: &Path,
) -> Result<Left> {
    let set = PoseSet::open(poses)?;
    let ids: Vec<VideoId> = set.videos.iter().map(|(id, _)| id.clone()).collect();
    let known = PairData { frames, ..PairData::default() }.known(&ids)?;
    let list = ids.into_iter().map(|id| {
        let frames = known.frames.get(&id).copied();
        Video { id, snippets: 1, frames }
    });
    let mut videos = Videos { list: list.collect(), length: 16 };
    let rule = WindowRule::scoring(checkpoint.model.config().frames);
    let mut bad = set.left_out;
    let (windows, mut left) = loop {
        let (windows, mut left) = videos.pose_windows(poses, rule)?;
        if left.bad.is_empty() {
            break (windows, left);
        }
        videos.list.retain(|video| left.bad.iter().all(|(id, _)| *id != video.id));
        bad.append(&mut left.bad);
    };
    left.bad = bad;
    write(out, "stg-nf", false, &checkpoint.side(windows, &videos)?.frames()?, &left.bad)?;
    Ok(left)
}
