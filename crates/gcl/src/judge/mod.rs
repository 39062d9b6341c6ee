//! Judging by ground truth: what a model's scores are worth on a test set. Training never sees it.

mod epochs;
mod scores;
mod states;
mod test_set;

pub use epochs::{Curve, EpochAuc, Epochs, read_epochs, remove_epochs};
pub use scores::{Judgement, judge, judge_video, pooled};
pub use states::{RunResults, StateResult, judge_states};
pub(crate) use test_set::frames_of_clips;
pub use test_set::{TestSet, TestVideo, check_both_kinds, whole_frames};
