//! The error of objects and their scores.

/// Why objects and snippets do not match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ObjectError(pub(crate) String);

impl ObjectError {
    pub(crate) fn count(what: &str, expected: usize, found: usize) -> Self {
        Self(format!("{found} scores for {expected} {what}"))
    }

    pub(crate) fn bad_score(what: &str, position: usize, value: f32) -> Self {
        Self(format!("the score of {what} number {position} is {value}"))
    }

    pub(crate) fn no_score(objects: usize) -> Self {
        Self(format!("none of the {objects} objects has a finite score"))
    }
}
