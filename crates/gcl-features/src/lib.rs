//! From video to clip features: decoding, clips and extractors.
//!
//! - [`mod@discover`] finds the videos under the paths that a user names;
//! - [`source`] decodes video files and folders of frames, one [`Frame`] at a time, in display order;
//! - [`extractor`] is what turns clips into feature vectors;
//! - [`preprocess`] is what published networks want done to frames first;
//! - [`networks`] are these networks;
//! - [`gradient`] is the one that needs no weights, and [`lite0`] the one that brings its own;
//! - [`pipeline`] does all of it for many videos, and writes the feature files;
//! - [`cubes`] cuts boxes out of frames, and [`tracks`] makes clip features of boxes alone;
//! - [`thumbs`] takes single frames as pictures for reports.

mod colour;
pub mod cubes;
pub mod discover;
pub mod extractor;
mod frame;
pub mod gradient;
mod guard;
pub mod lite0;
mod natural;
pub mod networks;
pub mod pipeline;
pub mod preprocess;
pub mod scene;
pub mod source;
pub mod thumbs;
pub mod tracks;

pub use colour::Matrix;
pub use discover::{DiscoverError, VideoInput, discover};
pub use extractor::{Extractor, ExtractorError};
pub use frame::{Frame, FrameError, MAX_SIDE, Pixels};
pub use networks::{NetworkExtractor, Published};
pub use pipeline::{ExtractError, ExtractOptions, Progress, Shard, Summary, extract};
pub use preprocess::{Preprocess, PreprocessError, Preprocessor, Preset};
pub use source::{Colour, Decoder, FrameSource, SourceError, SourceInfo};
