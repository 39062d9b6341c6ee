//! Tracked persons as the JSON that [`read_poses`](super::read_poses) reads.

use std::io::{self, Write};
use std::path::Path;

use super::{POSE_VALUES, Track};
use crate::atomic::write_atomic;
use crate::file::FileError;

/// Writes the tracked persons of one video to `path`, as a whole or not at all: an object of persons, each an object of
/// frames, each with its `keypoints` (x, y and confidence of COCO's 17) and, as AlphaPose has it, the `scores` of the
/// pose: here the mean confidence. The file reads back as the same tracks.
///
/// ```
/// use gcl_data::poses::{Track, read_poses, write_poses};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("camera.json");
/// let person = Track { id: 1, frames: vec![4, 5], keypoints: vec![0.5; 2 * 51] };
/// write_poses(&path, &[person.clone()])?;
/// assert_eq!(read_poses(&path)?, [person]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FileError`], also for a value that JSON has no word for.
pub fn write_poses(path: impl AsRef<Path>, tracks: &[Track]) -> Result<(), FileError> {
    let path = path.as_ref();
    for track in tracks {
        let poses = track.keypoints.chunks_exact(POSE_VALUES);
        for (&frame, pose) in track.frames.iter().zip(poses) {
            if let Some(value) = pose.iter().find(|value| !value.is_finite()) {
                let problem = format!("person {}, frame {frame}: a key-point is {value}", track.id);
                return Err(FileError::new(path, problem));
            }
        }
    }
    write_atomic(path, |out| {
        out.write_all(b"{")?;
        for (n, track) in tracks.iter().enumerate() {
            write!(out, "{}\n\"{}\": {{", if n == 0 { "" } else { "," }, track.id)?;
            let poses = track.keypoints.chunks_exact(POSE_VALUES);
            for (n, (frame, pose)) in track.frames.iter().zip(poses).enumerate() {
                write!(out, "{}\n  \"{frame}\": ", if n == 0 { "" } else { "," })?;
                write_pose(out, pose)?;
            }
            out.write_all(b"\n}")?;
        }
        out.write_all(b"\n}\n")
    })
}

fn write_pose(out: &mut impl Write, pose: &[f32]) -> io::Result<()> {
    out.write_all(b"{\"keypoints\": [")?;
    for (n, value) in pose.iter().enumerate() {
        write!(out, "{}{value}", if n == 0 { "" } else { ", " })?;
    }
    let (joints, _) = pose.as_chunks::<3>();
    let sum: f32 = joints.iter().map(|[_, _, confidence]| confidence).sum();
    write!(out, "], \"scores\": {}}}", sum / joints.len() as f32)
}
