//! The errors of tracking.

use gcl_data::tracks::{Bounds, MAX_BOXES};

/// Why boxes were not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum TrackerError {
    /// An option is out of range.
    #[error("the tracker's {option} is {found}; expected {expected}")]
    Option { option: &'static str, found: f64, expected: &'static str },
    /// Frames do not come in their order.
    #[error("boxes of frame {frame} come after those of frame {last}")]
    Order { frame: u32, last: u32 },
    /// A box of another frame.
    #[error("a box of frame {found} is among those of frame {frame}")]
    Frame { frame: u32, found: u32 },
    /// A box without area, or not of finite numbers.
    #[error("frame {frame}: the box {bounds:?} has no area")]
    Area { frame: u32, bounds: Bounds },
    /// Implausibly many boxes.
    #[error("frame {frame} has {found} boxes; at most {max} are accepted", max = MAX_BOXES)]
    Crowded { frame: u32, found: usize },
}
