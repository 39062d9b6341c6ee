//! Objects from footage: where they are in each frame, and which is which over time.
//!
//! - [`tracker`] joins the boxes of any detector, frame by frame, into tracks.

pub mod tracker;

pub use tracker::{Track, Tracker, TrackerError, TrackerOptions};
