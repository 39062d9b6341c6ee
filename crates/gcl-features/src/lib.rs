//! From video to clip features: decoding, clips and extractors.
//!
//! - [`mod@discover`] finds the videos under the paths that a user names;
//! - [`source`] decodes video files and folders of frames, one [`Frame`] at a time, in display order;
//! - [`extractor`] turns clips into feature vectors;
//! - [`preprocess`] is the pre-processing of frames for published networks;
//! - [`networks`] are these networks;
//! - [`gradient`] is the one that needs no weights, and [`lite0`] the one that brings its own;
//! - [`pipeline`] does all of it for many videos, and writes the feature files;
//! - [`detect`] finds objects in single frames, and [`pose`] the joints of a person, by networks that users bring;
//! - [`objects`] finds moving things and follows them;
//! - [`cubes`] cuts boxes out of frames, and [`tracks`] computes clip features from boxes alone;
//! - [`thumbs`] takes single frames as pictures for reports.
//!
//! ```
//! use gcl_features::{Extractor, Frame, Pixels, gradient::Gradient};
//!
//! // 16 frames in which a bright bar moves to the right.
//! let mut clip = Vec::new();
//! for i in 0..16 {
//!     let luma = (0..64 * 48).map(|at| if at % 64 / 4 == i { 200 } else { 50 }).collect();
//!     clip.push(Gradient.prepare(&Frame::new(64, 48, Pixels::Gray(luma))?)?);
//! }
//! let features = Gradient.describe(&[clip.iter().collect()])?;
//! assert_eq!(features.len(), Gradient.dim());
//! assert!(features.iter().any(|&value| value != 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod areas;
mod colour;
pub mod cubes;
pub mod detect;
pub mod discover;
pub mod extractor;
mod frame;
pub mod gradient;
mod guard;
pub mod lite0;
mod natural;
pub mod networks;
pub mod objects;
mod passed_over;
pub mod pipeline;
pub mod pose;
pub mod preprocess;
pub mod scene;
pub mod source;
pub mod thumbs;
pub mod tracks;
mod walk;

/// The device that a network runs on ([`networks::RunOptions`]).
pub use burn::tensor::Device;
pub use colour::Matrix;
pub use discover::{VideoInput, discover};
pub use extractor::{Extractor, ExtractorError};
pub use frame::{Frame, FrameError, MAX_SIDE, Pixels};
/// Re-exported: [`thumbs`] returns its pictures.
pub use image;
pub use networks::{NetworkExtractor, Preset, Published};
pub use passed_over::{PassedOver, passed_over};
pub use pipeline::{ExtractError, ExtractOptions, FeatureWork, Progress, Shard, Summary, extract};
pub use preprocess::{Preprocess, PreprocessError, Preprocessor};
/// Re-exported: [`Extractor`] returns its maps.
pub use serde_json;
pub use source::{Colour, Decoder, FrameSource, SourceError, SourceInfo};
