//! Boxes: whom a detector and a tracker saw, and what of them a model reads.
//!
//! [`read_tracks`] reads DeepSORT's text, [`read_detections`] a CSV of boxes without persons.
//! [`BoxTrack::pieces`] fills small gaps and splits at large ones; from pieces come windows of points
//! for a flow ([`add_box_windows`]), vectors for an autoencoder ([`window_features`]), and a
//! vector a snippet ([`snippet_features`]) that trains like any clip feature.

mod detections;
mod error;
mod kinematics;
mod piece;
mod points;
mod snippets;
mod stats;
mod text;

pub(crate) use detections::read_places;
pub use detections::{Detection, read_detections};
pub use error::TrackError;
pub use kinematics::{Kinematics, WINDOW_FEATURES, window_features};
pub use piece::Piece;
pub use points::{BOX_POINTS, add_box_windows, box_points};
pub use snippets::{SNIPPET_FEATURES, snippet_features};
pub use text::{BadLine, TrackFile, read_tracks};

/// A box in pixels: left, top, right, bottom; right and bottom lie behind left and top.
pub type Bounds = [f32; 4];

/// Boxes of one frame that are measured against each other; the work grows with the square of them.
pub const MAX_BOXES: usize = 4096;

/// One person's boxes through one video.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxTrack {
    /// The person's number, unique in the video.
    pub id: u32,
    /// The frames with a box, from 0, rising; some may be missing in between.
    pub frames: Vec<u32>,
    /// A box for each of these frames.
    pub boxes: Vec<Bounds>,
}
