//! Objects from footage: where they are in each frame, and which is which over time.
//!
//! - [`finder`] finds what moves before a fixed camera;
//! - [`tracker`] joins the boxes of any detector, frame by frame, into tracks;
//! - [`Follower`] does both while a video is decoded, and describes each object;
//! - [`extract_objects`] does it for many videos, and writes tracks and features.

mod extract;
pub mod finder;
mod follow;
mod motion;
mod sight;
pub mod tracker;
mod windows;

pub use extract::{ObjectFeatures, extract_objects, tracks_file};
pub use finder::{Finder, Found};
pub use follow::{FollowError, Followed, Follower};
pub use tracker::{Track, Tracker, TrackerError, TrackerOptions};
pub use windows::{ObjectWindow, WINDOW_VALUES};
