//! Boxes of detectors and trackers, and the model inputs computed from them.
//!
//! [`read_tracks`] reads DeepSORT's text and [`write_tracks`] writes it, [`read_detections`] reads a CSV
//! of boxes without persons.
//! [`BoxTrack::pieces`] fills small gaps and splits at large ones; from pieces come windows of points
//! for a flow ([`add_box_windows`]), vectors for an autoencoder ([`window_features`]), and a
//! vector per snippet ([`snippet_features`]) that trains like any clip feature.

mod around;
mod detections;
mod error;
mod form;
mod kinematics;
mod piece;
mod points;
mod snippets;
mod stats;
mod text;
mod write;

pub(crate) use detections::read_places;
pub use detections::{Detection, read_detections};
pub use error::TrackError;
pub use kinematics::{Kinematics, WINDOW_FEATURES, window_features};
pub use piece::Piece;
pub use points::{BOX_POINTS, add_box_windows, box_points};
pub use snippets::{SNIPPET_FEATURES, snippet_features};
pub use text::{BadLine, TrackFile, read_tracks};
pub use write::write_tracks;

/// A box in pixels: left, top, right, bottom; right > left, bottom > top.
pub type Bounds = [f32; 4];

/// The most boxes of one frame; the work of comparing them grows with the square of their number.
pub const MAX_BOXES: usize = 4096;

/// One person's boxes through one video.
///
/// ```
/// use gcl_data::{BoxTrack, Clips, tracks};
///
/// // A walker, 100 pixels high, who goes 5 pixels to the right in every frame.
/// let boxes = (0..32).map(|i| [5.0 * i as f32, 50.0, 5.0 * i as f32 + 40.0, 150.0]).collect();
/// let walker = BoxTrack { id: 1, frames: (0..32).collect(), boxes };
/// let features = tracks::snippet_features(&[walker], 32, Clips::default(), 5, 4)?;
/// assert_eq!(features.len(), 2 * tracks::SNIPPET_FEATURES); // 32 frames are two clips
/// assert!((features[0] - 0.25).abs() < 1e-4); // mean movement over 5 frames, in heights
/// # Ok::<(), gcl_data::TrackError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BoxTrack {
    /// The person's number, unique in the video.
    pub id: u32,
    /// The frames with a box, from 0, ascending; some may be missing in between.
    pub frames: Vec<u32>,
    /// A box for each of these frames.
    pub boxes: Vec<Bounds>,
}
