//! `gcl pair checkpoint`: scores by a published checkpoint.

use std::path::PathBuf;

use clap::Args;
use gcl::pair::{Checkpoint, score_poses, score_windows};
use gcl_data::write_f32;

use crate::device;
use crate::error::{Done, Failure, Outcome};

/// Score poses with a published checkpoint of STG-NF, unmodified. The PyTorch file is parsed, and no
/// code in it is executed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  gcl pair checkpoint ShanghaiTech_85_9.tar windows.npy --out nll.npy
  gcl pair checkpoint ShanghaiTech_85_9.tar alphapose --out scores")]
pub struct CheckpointArgs {
    /// The checkpoint.
    checkpoint: PathBuf,
    /// A folder of AlphaPose files, or windows as .npy [N, T, 18, 3] in pixels (OpenPose joints: x, y,
    /// confidence).
    poses: PathBuf,
    /// Output folder for the scores; for windows, a .npy file of their negative log-likelihoods.
    #[arg(long, short)]
    out: PathBuf,
    /// The number of frames of each video, from a manifest or ground truth (of which no label is used). Without
    /// it, a video is assumed to end with the middle of its last window.
    #[arg(long, value_name = "PATH", alias = "manifest")]
    frames: Option<PathBuf>,
    /// Compute device; `gcl devices` lists them.
    #[arg(long, default_value = "flex")]
    device: String,
}

/// Runs the command.
pub fn run(args: CheckpointArgs) -> Outcome {
    let CheckpointArgs { checkpoint, poses, out, frames, device } = args;
    let checkpoint = Checkpoint::open(&checkpoint, &device::find(&device)?)?;
    let mut done = Done::Fully;
    if poses.is_dir() {
        let left = score_poses(checkpoint, &poses, frames, &out)?;
        left.lines().iter().for_each(|line| eprintln!("{line}"));
        done = Done::all(left.bad.is_empty());
    } else {
        let scores = score_windows(checkpoint, &poses)?;
        write_f32(&out, &[scores.len()], &scores).map_err(Failure::data)?;
    }
    println!("{}", out.display());
    Ok(done)
}
