//! Tracks as the text that [`read_tracks`](super::read_tracks) reads.

use std::io::Write;
use std::path::Path;

use super::{Bounds, BoxTrack};
use crate::atomic::write_atomic;
use crate::file::FileError;

/// The state that DeepSORT gives the boxes of a track that it is sure of.
const CONFIRMED: u32 = 2;

/// Writes a video's tracks to `path`, as a whole or not at all: a line of names, then
/// `frame person state x1 y1 x2 y2` per box, in the order of frames and persons. The text reads back as the
/// same numbers.
///
/// ```
/// use gcl_data::tracks::{read_tracks, write_tracks};
/// use gcl_data::BoxTrack;
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("camera.txt");
/// let walker = BoxTrack { id: 1, frames: vec![4, 5], boxes: vec![[0.5, 1.0, 9.0, 20.25]; 2] };
/// write_tracks(&path, &[walker.clone()])?;
/// assert_eq!(read_tracks(&path)?.tracks, [walker]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`FileError`].
pub fn write_tracks(path: impl AsRef<Path>, tracks: &[BoxTrack]) -> Result<(), FileError> {
    let path = path.as_ref();
    let own = |track: &BoxTrack| {
        let id = track.id;
        let boxes = track.frames.clone().into_iter().zip(track.boxes.clone());
        boxes.map(move |(frame, bounds)| (frame, id, bounds))
    };
    let mut lines: Vec<(u32, u32, Bounds)> = tracks.iter().flat_map(own).collect();
    lines.sort_by_key(|&(frame, id, _)| (frame, id));
    write_atomic(path, |out| {
        writeln!(out, "frame person state x1 y1 x2 y2")?;
        lines.iter().try_for_each(|(frame, id, [x1, y1, x2, y2])| {
            writeln!(out, "{frame} {id} {CONFIRMED} {x1} {y1} {x2} {y2}")
        })
    })
}
