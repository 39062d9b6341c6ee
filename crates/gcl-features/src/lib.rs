//! From video to clip features: decoding, clips and extractors.
//!
//! - [`source`] decodes video files and folders of frames, one [`Frame`] at a time, in display order;
//! - [`discover`] finds the videos under the paths that a user names.

mod frame;
mod guard;
mod natural;
pub mod source;

pub use frame::{Frame, FrameError, MAX_SIDE, Pixels};
