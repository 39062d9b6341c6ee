//! Objects from footage: where they are in each frame, and which is which over time.
//!
//! - [`finder`] finds what moves before a fixed camera;
//! - [`tracker`] joins the boxes of any detector, frame by frame, into tracks.

pub mod finder;
mod follow;
mod motion;
mod sight;
pub mod tracker;
mod windows;

pub use finder::{Finder, Found};
pub use follow::{FollowError, Followed, Follower};
pub use tracker::{Track, Tracker, TrackerError, TrackerOptions};
pub use windows::{ObjectWindow, WINDOW_VALUES};
