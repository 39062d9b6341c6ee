//! The error of tracking.

/// Why boxes or options were not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TrackerError(pub(super) String);
