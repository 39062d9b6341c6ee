//! Boxes as points, in windows for a normalizing flow.

use super::{Bounds, BoxTrack};
use crate::id::VideoId;
use crate::poses::{Points, WindowError, Windows};

/// The points of a box: 5 of x and y.
pub const BOX_POINTS: Points = Points { joints: 5, channels: 2 };

/// A box's four corners, from the top left one clockwise, and its centre, each x and y in pixels.
pub fn box_points([x1, y1, x2, y2]: Bounds) -> [f32; 10] {
    let (x, y) = (0.5 * (x1 + x2), 0.5 * (y1 + y2));
    [x1, y1, x2, y1, x2, y2, x1, y2, x, y]
}

/// Adds a video and the windows of its persons to `windows`, which are of [`BOX_POINTS`]. Gaps of at
/// most `max_gap` frames are filled, and a track is split at larger ones ([`BoxTrack::pieces`]).
///
/// # Errors
/// As [`Windows::add_points`].
pub fn add_box_windows(
    windows: &mut Windows,
    id: VideoId,
    tracks: &[BoxTrack],
    max_gap: u32,
) -> Result<(), WindowError> {
    let video = windows.add_video(id);
    for track in tracks {
        for piece in track.pieces(max_gap) {
            let frames: Vec<u32> = piece.frames().collect();
            let values: Vec<f32> = piece.boxes.iter().copied().flat_map(box_points).collect();
            windows.add_points(video, track.id, &frames, &values)?;
        }
    }
    Ok(())
}
