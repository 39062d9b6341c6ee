//! Boxes around persons' key-points.

use super::{Bounds, BoxTrack};
use crate::poses::{POSE_VALUES, Track};

impl From<&Track> for BoxTrack {
    /// The smallest box around all key-points of each frame.
    ///
    /// ```
    /// use gcl_data::BoxTrack;
    /// use gcl_data::poses::Track;
    ///
    /// let mut keypoints = [5.0, 7.0, 0.9].repeat(17);
    /// keypoints[..2].copy_from_slice(&[2.0, 9.0]);
    /// let person = Track { id: 3, frames: vec![8], keypoints };
    /// assert_eq!(BoxTrack::from(&person).boxes, [[2.0, 7.0, 5.0, 9.0]]);
    /// ```
    fn from(person: &Track) -> Self {
        let around = |[x1, y1, x2, y2]: Bounds, point: &[f32]| match *point {
            [x, y, _] => [x1.min(x), y1.min(y), x2.max(x), y2.max(y)],
            _ => [x1, y1, x2, y2],
        };
        let nothing = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        let boxes = person.keypoints.chunks_exact(POSE_VALUES);
        let boxes = boxes.map(|pose| pose.chunks_exact(3).fold(nothing, around));
        BoxTrack { id: person.id, frames: person.frames.clone(), boxes: boxes.collect() }
    }
}
