//! Features: one `.npy` file a video, of shape `[T, d]` or `[T, crops, d]`, for its `T` clips.
//!
//! Beside each file stands `<id>.json`, which says what made it ([`FeatureMeta`]). A folder of plain
//! `.npy` files from elsewhere is read too; how its clips were cut is then the caller's to say.

mod agree;
mod error;
mod file;
mod meta;
mod open;
mod set;
mod write;

pub use error::FeatureError;
pub use file::FeatureFile;
pub use meta::{ExtractorIdentity, FeatureMeta};
pub use set::{FeatureSet, FeatureVideo};
pub use write::{FeatureWriter, is_finished, write_features};
