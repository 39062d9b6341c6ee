//! The trait of feature extractors.

use gcl_data::{Clips, ExtractorIdentity, Regions};
use serde_json::{Map, Value};

use crate::frame::Frame;
use crate::source::Colour;

/// Why an extractor returns no features.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractorError {
    /// This video does not suit the extractor; others may.
    #[error("{0}")]
    Video(String),
    /// Further videos would fail too: a device failed, or memory is exhausted.
    #[error("the extractor failed: {0}")]
    Failed(String),
}

/// Turns clips of frames into feature vectors.
///
/// Work is split in two: [`prepare`](Self::prepare) is called once for each frame (resizing, say),
/// [`describe`](Self::describe) for clips of prepared frames, which may overlap.
/// The same frames must always give the same features, whatever else is extracted at the same time.
///
/// ```
/// use gcl_features::{Extractor, ExtractorError, Frame, Pixels};
///
/// struct Brightness;
///
/// impl Extractor for Brightness {
///     type Prepared = f32;
///     fn name(&self) -> &str { "brightness" }
///     fn version(&self) -> &str { "1" }
///     fn dim(&self) -> usize { 1 }
///     fn prepare(&self, frame: &Frame) -> Result<f32, ExtractorError> {
///         let luma = frame.luma();
///         Ok(luma.iter().map(|&y| f32::from(y)).sum::<f32>() / luma.len() as f32)
///     }
///     fn describe(&self, clips: &[Vec<&f32>]) -> Result<Vec<f32>, ExtractorError> {
///         Ok(clips.iter().map(|clip| clip.iter().copied().sum::<f32>() / clip.len() as f32).collect())
///     }
/// }
///
/// let grey = Brightness.prepare(&Frame::new(2, 1, Pixels::Gray(vec![100, 140]))?)?;
/// assert_eq!(Brightness.describe(&[vec![&grey; 16]])?, [120.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Extractor: Send + Sync {
    /// A prepared frame.
    type Prepared: Send;

    /// Its name, such as `gradient`.
    fn name(&self) -> &str;

    /// The version of the computation; it increases whenever a feature's value changes.
    fn version(&self) -> &str;

    /// The settings that features depend on.
    fn params(&self) -> Map<String, Value> {
        Map::new()
    }

    /// The pre-processing of frames: sizes, crops, scaling.
    fn preprocessing(&self) -> Map<String, Value> {
        Map::new()
    }

    /// SHA-256 of the weight file in hex, where there are weights.
    fn weights_sha256(&self) -> Option<String> {
        None
    }

    /// Whether the weights are random: for tests, not for results.
    fn random_weights(&self) -> bool {
        false
    }

    /// Length of a feature vector.
    fn dim(&self) -> usize;

    /// Which part of the picture each value of a feature vector belongs to; none where the values say nothing of
    /// places. Reports use it to show where in the picture a moment is anomalous.
    fn regions(&self) -> Option<Regions> {
        None
    }

    /// Crops of each clip, each with a feature vector of its own.
    fn crops(&self) -> usize {
        1
    }

    /// The preferred number of clips per call of [`describe`](Self::describe).
    fn batch(&self) -> usize {
        1
    }

    /// Frames of a video that may be decoded and prepared ahead, on a thread of their own, while
    /// [`describe`](Self::describe) runs; 0 for one thread that does both in turn.
    fn ahead(&self) -> usize {
        0
    }

    /// The colour format of frames that it needs.
    fn colour(&self) -> Colour {
        Colour::AsCoded
    }

    /// Prepares a single frame.
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

    /// The identity that features used together must share.
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
