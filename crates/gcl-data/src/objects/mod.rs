//! Where objects are in time, and the maps from objects to snippets and back.
//!
//! Joint-VAD ([ECCV 2024](https://arxiv.org/abs/2401.13551)) trains a one-class model on objects (a
//! person's pose window, a cube around a box, a snippet's own feature) and a weakly supervised one on
//! snippets of 16 frames. Only numbers pass between them: [`ObjectIndex::frame_scores`] and
//! [`ObjectIndex::snippet_scores`] take object scores to frames and snippets, and
//! [`ObjectIndex::object_weights`] takes snippet scores back to objects. Every pair of models uses
//! these, whatever its objects are. Where paper and published code differ, see docs/method.md.

mod error;
mod index;
mod scores;
mod smooth;
mod weights;

pub use error::ObjectError;
pub use index::{ObjectIndex, ObjectPlace, ObjectVideo};
pub use scores::{SIGMAS, SnippetRule};
pub use smooth::gaussian;
pub use weights::{WeightReduce, WeightRule};
