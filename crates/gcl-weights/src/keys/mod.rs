//! Mapping a file's names to a model's.

mod load;
mod map;
mod report;

pub use load::{Expected, Matched, NamedTensors, matched};
pub use map::KeyMap;
pub use report::{KeyReport, Misshapen};
