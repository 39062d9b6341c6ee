//! The errors of evaluation.

/// An input that cannot be evaluated. None of it has been counted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum EvalError {
    /// Scores and labels do not describe the same frames.
    #[error("{scores} scores for {labels} frame labels")]
    Length { scores: usize, labels: usize },
    /// A NaN or infinite score, which cannot be ranked.
    #[error("the score of frame {frame} (counted from 0) is {value}; expected a finite number")]
    NonFinite { frame: usize, value: f32 },
    /// A score that is not a probability.
    #[error("the score of frame {frame} (counted from 0) is {value}; expected 0 to 1")]
    NotProbability { frame: usize, value: f32 },
    /// The same video twice: its frames would count twice.
    #[error("video `{video}` was given twice")]
    Duplicate { video: String },
    /// A setting outside its range.
    #[error("{name} is {found}; expected {expected}")]
    Setting { name: &'static str, expected: &'static str, found: String },
    /// Values that are not whole points, or too many.
    #[error("{values} values are not points of {dim} numbers each, or too many")]
    Matrix { values: usize, dim: usize },
    /// A point's value that is not a number.
    #[error(
        "value {column} of point {point} (counted from 0) is {value}; expected a finite number"
    )]
    NotPoint { point: usize, column: usize, value: f32 },
    /// One of the above, in a named video.
    #[error("video `{video}`: {error}")]
    InVideo { video: String, error: Box<EvalError> },
}

impl EvalError {
    /// The same error, naming the video that it was found in.
    pub(crate) fn in_video(self, video: &str) -> Self {
        Self::InVideo { video: video.to_owned(), error: Box::new(self) }
    }
}

/// An error for the first NaN or infinity, with its position.
pub(crate) fn all_finite(scores: &[f32]) -> Result<(), EvalError> {
    match scores.iter().position(|s| !s.is_finite()) {
        Some(frame) => Err(EvalError::NonFinite {
            frame,
            value: scores.get(frame).copied().unwrap_or(f32::NAN),
        }),
        None => Ok(()),
    }
}
