//! Tracked poses, and the windows of them that a normalizing flow reads.
//!
//! [`read_poses`] reads AlphaPose's tracked persons of one video as [`Track`]s, [`write_poses`] writes them, [`PoseSet`] lists a
//! folder of such files, and [`Windows`] cuts tracks into windows of T frames, normalised on demand
//! (STG-NF, [Hirschorn and Avidan, ICCV 2023](https://arxiv.org/abs/2211.10946); the one-class side of
//! [Joint-VAD, ECCV 2024](https://arxiv.org/abs/2401.13551)). Windows of boxes ([`crate::tracks`])
//! are the same type with fewer points.

mod coco;
mod error;
mod item;
mod json;
mod link;
mod nan;
mod normalise;
mod rule;
mod set;
mod skeleton;
mod table;
mod values;
mod windows;
mod write;

pub use error::WindowError;
pub use json::{PoseFile, read_poses};
pub use normalise::{Augment, Resolution};
pub use rule::WindowRule;
pub use set::PoseSet;
pub use skeleton::{COCO_JOINTS, OPENPOSE_JOINTS, to_openpose};
pub use windows::{Points, WindowPlace, Windows};
pub use write::write_poses;

/// Numbers of one pose in a file: 17 key-points of x, y and confidence.
pub(crate) const POSE_VALUES: usize = COCO_JOINTS * 3;

/// One person through one video, as a tracker followed them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// The person's number, unique in the video.
    pub id: u32,
    /// The frames in which the person was found, from 0, ascending; some may be missing in between.
    pub frames: Vec<u32>,
    /// `[n, 17, 3]`: for each of these frames COCO's 17 key-points, x and y in pixels and confidence.
    pub keypoints: Vec<f32>,
}

impl Track {
    /// The same track with the frames between two poses that are at most `most` frames apart: their key-points lie
    /// on the way from the one pose to the other.
    ///
    /// ```
    /// use gcl_data::poses::Track;
    ///
    /// let keypoints = [vec![1.0; 51], vec![3.0; 51]].concat();
    /// let filled = Track { id: 1, frames: vec![4, 6], keypoints }.filled(2);
    /// assert_eq!((filled.frames, filled.keypoints[51]), (vec![4, 5, 6], 2.0));
    /// ```
    pub fn filled(self, most: u32) -> Self {
        let mut filled = Track { id: self.id, ..Track::default() };
        let mut last: Option<(u32, &[f32])> = None;
        for (&frame, pose) in self.frames.iter().zip(self.keypoints.chunks_exact(POSE_VALUES)) {
            if let Some((before, from)) = last.filter(|(before, _)| frame - before <= most) {
                for between in before + 1..frame {
                    let share = (between - before) as f32 / (frame - before) as f32;
                    let values = from.iter().zip(pose).map(|(a, b)| a + share * (b - a));
                    filled.frames.push(between);
                    filled.keypoints.extend(values);
                }
            }
            filled.frames.push(frame);
            filled.keypoints.extend(pose);
            last = Some((frame, pose));
        }
        filled
    }
}
