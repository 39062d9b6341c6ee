//! Features: one `.npy` file per video, of shape `[T, d]` or `[T, crops, d]`, for its `T` clips.
//!
//! Beside each file is `<id>.json`, which describes how it was made ([`FeatureMeta`]). A folder of plain
//! `.npy`, `.npz` or C3D's `.txt` files from other tools is read too, with the crops in one array or in a file each;
//! the caller then supplies the clip rule. Rows may also be objects
//! instead of clips ([`ObjectRow`]).

mod agree;
mod error;
mod file;
mod layout;
mod meta;
mod note;
mod notes;
mod objects;
mod open;
mod regions;
mod set;
mod write;

pub use error::FeatureError;
pub use file::FeatureFile;
pub use meta::{ExtractorIdentity, FeatureMeta};
pub use note::FeatureNote;
pub use notes::{Damage, VideoNotes};
pub use objects::{ObjectRow, write_object_rows};
pub use regions::Regions;
pub use set::{FeatureSet, FeatureVideo};
pub use write::{FeatureWriter, is_finished, write_features};
