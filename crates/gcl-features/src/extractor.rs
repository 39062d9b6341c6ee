//! What turns clips into feature vectors.

use gcl_data::{Clips, ExtractorIdentity};
use serde_json::{Map, Value};

use crate::frame::Frame;
use crate::source::Colour;

/// Why an extractor gives no features.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractorError {
    /// This video does not suit the extractor; the next one may.
    #[error("{0}")]
    Video(String),
    /// Nothing will come of the next video either: a device failed, memory is used up.
    #[error("the extractor failed: {0}")]
    Failed(String),
}

/// Turns clips of frames into feature vectors.
///
/// Work is split in two: [`prepare`](Self::prepare) is called once for each frame (resizing, say),
/// [`describe`](Self::describe) for clips of prepared frames, which may overlap.
/// The same frames must always give the same features, whatever else is extracted at the same time.
pub trait Extractor: Send + Sync {
    /// A frame as the extractor wants it.
    type Prepared: Send;

    /// Its name, such as `gradient`.
    fn name(&self) -> &str;

    /// The version of what it computes; it grows whenever a feature's value changes.
    fn version(&self) -> &str;

    /// The settings that features depend on.
    fn params(&self) -> Map<String, Value> {
        Map::new()
    }

    /// What is done to frames first: sizes, crops, scaling.
    fn preprocessing(&self) -> Map<String, Value> {
        Map::new()
    }

    /// SHA-256 of the weights' file in hex, where there are weights.
    fn weights_sha256(&self) -> Option<String> {
        None
    }

    /// Whether the weights are random: fit for tests, not for results.
    fn random_weights(&self) -> bool {
        false
    }

    /// Length of a feature vector.
    fn dim(&self) -> usize;

    /// Crops of each clip, each with a feature vector of its own.
    fn crops(&self) -> usize {
        1
    }

    /// How many clips it likes to describe at once.
    fn batch(&self) -> usize {
        1
    }

    /// Frames of a video that may be decoded and prepared ahead, on a thread of their own, while
    /// [`describe`](Self::describe) runs; 0 for one thread that does both in turn.
    fn ahead(&self) -> usize {
        0
    }

    /// What it wants of frames.
    fn colour(&self) -> Colour {
        Colour::AsCoded
    }

    /// Does the work that depends on a single frame.
    ///
    /// # Errors
    /// The frame does not suit the extractor, or the extractor failed.
    fn prepare(&self, frame: &Frame) -> Result<Self::Prepared, ExtractorError>;

    /// The same, for extractors that look more closely at some of a video's frames: `place` counts them from 0.
    ///
    /// # Errors
    /// Those of [`prepare`](Self::prepare).
    fn prepare_at(&self, place: usize, frame: &Frame) -> Result<Self::Prepared, ExtractorError> {
        let _ = place;
        self.prepare(frame)
    }

    /// Feature vectors of 1 to [`batch`](Self::batch) clips, each the clip rule's number of frames of one size:
    /// `clips.len() * crops * dim` values, in this order.
    ///
    /// # Errors
    /// The extractor failed.
    fn describe(&self, clips: &[Vec<&Self::Prepared>]) -> Result<Vec<f32>, ExtractorError>;

    /// All that features which are used together must share.
    fn identity(&self, clips: Clips) -> ExtractorIdentity {
        ExtractorIdentity {
            name: self.name().to_owned(),
            version: self.version().to_owned(),
            parameters: self.params(),
            preprocessing: self.preprocessing(),
            weights_sha256: self.weights_sha256(),
            random_weights: self.random_weights(),
            clips,
            crops: self.crops(),
        }
    }
}
