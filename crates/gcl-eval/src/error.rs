//! What can be wrong with scores and labels.

/// An input that cannot be evaluated. Nothing of it has been counted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EvalError {
    /// Scores and labels do not describe the same frames.
    #[error("{scores} scores for {labels} frame labels")]
    Length {
        /// Number of scores found.
        scores: usize,
        /// Number of labels found.
        labels: usize,
    },
    /// A score that has no place in an order.
    #[error("the score of frame {frame} (counted from 0) is {value}; expected a finite number")]
    NonFinite {
        /// Position of the score, counted from 0.
        frame: usize,
        /// The score found: NaN or an infinity.
        value: f32,
    },
    /// A score that cannot be read as a probability.
    #[error("the score of frame {frame} (counted from 0) is {value}; expected 0 to 1")]
    NotProbability {
        /// Position of the score, counted from 0.
        frame: usize,
        /// The score found.
        value: f32,
    },
    /// The same video twice: its frames would count twice.
    #[error("video `{video}` was given twice")]
    Duplicate {
        /// The repeated id.
        video: String,
    },
    /// A setting outside its range.
    #[error("{name} is {found}; expected {expected}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// What it may be, in words.
        expected: &'static str,
        /// What it was.
        found: String,
    },
    /// Values that are no points in space.
    #[error("{values} values are no points of {dim} numbers each, or too many")]
    Matrix {
        /// How many values there are.
        values: usize,
        /// How many each point should have.
        dim: usize,
    },
    /// A point's value that is not a number.
    #[error(
        "value {column} of point {point} (counted from 0) is {value}; expected a finite number"
    )]
    NotPoint {
        /// The point, counted from 0.
        point: usize,
        /// The value's position in it.
        column: usize,
        /// The value.
        value: f32,
    },
    /// One of the above, in a named video.
    #[error("video `{video}`: {error}")]
    InVideo {
        /// The video's id.
        video: String,
        /// What is wrong with it.
        error: Box<EvalError>,
    },
}

impl EvalError {
    /// The same error, naming the video that it was found in.
    pub(crate) fn in_video(self, video: &str) -> Self {
        Self::InVideo { video: video.to_owned(), error: Box::new(self) }
    }
}

/// Refuses the first NaN or infinity, by its position.
pub(crate) fn all_finite(scores: &[f32]) -> Result<(), EvalError> {
    match scores.iter().position(|s| !s.is_finite()) {
        Some(frame) => Err(EvalError::NonFinite {
            frame,
            value: scores.get(frame).copied().unwrap_or(f32::NAN),
        }),
        None => Ok(()),
    }
}
