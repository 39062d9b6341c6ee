//! The errors of this crate.

/// The result of this crate's fallible functions.
pub type Result<T> = std::result::Result<T, CoreError>;

/// An error of a network, a detector or a stored state.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // the messages name the fields
pub enum CoreError {
    /// Two sizes that must agree do not.
    #[error("{what}: expected {expected}, found {found}")]
    Shape { what: String, expected: String, found: String },
    /// A setting is outside its valid range.
    #[error("setting `{setting}` is {found}, expected {expected}")]
    Setting { setting: &'static str, expected: String, found: String },
    /// A value that must be finite is not.
    #[error("{what} is not finite: {value} at position {position}")]
    NotFinite { what: String, value: f32, position: usize },
    /// A stored state or model cannot be read.
    #[error("stored state: {0}")]
    State(String),
    /// A detector was asked to score before it was fitted.
    #[error("detector `{0}` was asked to score before it was fitted")]
    NotFitted(&'static str),
}

impl CoreError {
    /// A [`CoreError::Shape`] from displayable values.
    pub fn shape(
        what: impl Into<String>,
        expected: impl ToString,
        found: impl ToString,
    ) -> CoreError {
        let (expected, found) = (expected.to_string(), found.to_string());
        CoreError::Shape { what: what.into(), expected, found }
    }

    /// A [`CoreError::Setting`] from displayable values.
    pub fn setting(
        setting: &'static str,
        expected: impl ToString,
        found: impl ToString,
    ) -> CoreError {
        let (expected, found) = (expected.to_string(), found.to_string());
        CoreError::Setting { setting, expected, found }
    }
}

/// Checks that no value is NaN or infinite.
///
/// # Errors
/// [`CoreError::NotFinite`] with the first such value and its position.
pub fn ensure_finite(what: &str, values: &[f32]) -> Result<()> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(position) => {
            Err(CoreError::NotFinite { what: what.to_owned(), value: values[position], position })
        }
    }
}
