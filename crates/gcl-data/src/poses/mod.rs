//! Tracked poses, and the windows of them that a normalizing flow reads.
//!
//! [`read_poses`] reads AlphaPose's tracked persons of one video as [`Track`]s, [`PoseSet`] lists a
//! folder of such files, and [`Windows`] cuts tracks into windows of T frames, normalised on demand
//! (STG-NF, [Hirschorn and Avidan, ICCV 2023](https://arxiv.org/abs/2211.10946); the one-class side of
//! [Joint-VAD, ECCV 2024](https://arxiv.org/abs/2401.13551)). Windows of boxes ([`crate::tracks`])
//! are the same type with fewer points.

mod error;
mod json;
mod normalise;
mod rule;
mod set;
mod skeleton;
mod windows;

pub use error::WindowError;
pub use json::read_poses;
pub use normalise::{Augment, Resolution};
pub use rule::WindowRule;
pub use set::PoseSet;
pub use skeleton::{COCO_JOINTS, OPENPOSE_JOINTS, to_openpose};
pub use windows::{Points, WindowPlace, Windows};

/// Numbers of one pose in a file: 17 key-points of x, y and confidence.
pub(crate) const POSE_VALUES: usize = COCO_JOINTS * 3;

/// One person through one video, as a tracker followed them.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// The person's number, unique in the video.
    pub id: u32,
    /// The frames in which the person was found, from 0, ascending; some may be missing in between.
    pub frames: Vec<u32>,
    /// `[n, 17, 3]`: for each of these frames COCO's 17 key-points, x and y in pixels and confidence.
    pub keypoints: Vec<f32>,
}
