//! Pairs of models on objects and snippets (Joint-VAD, ECCV 2024,
//! [arXiv:2401.13551](https://arxiv.org/abs/2401.13551)), from files to scores and reports.
//!
//! 1. [`PairData`]: where features, objects and labels are; [`TestData`]: a test set with its truth.
//! 2. [`PairChoice`]: which models, with which settings.
//! 3. [`train`]: a run in a folder, resumed if it was interrupted; [`PairResults`] if there is a
//!    test set.
//! 4. [`score`]: both models' frame scores of other videos.
//! 5. [`report`] of one run, and [`compare`] of several, as a page of HTML.
//!
//! Training in memory, without files, is [`gcl_train::interleave::Pair`].

mod checkpoint;
mod choice;
mod compare;
mod course;
mod data;
mod judge;
mod own;
mod ready;
mod report;
mod results;
mod score;
mod train;

pub use checkpoint::{Checkpoint, score_poses, score_windows};
pub use choice::PairChoice;
pub use compare::compare;
pub(crate) use course::Course;
pub use data::PairData;
pub use judge::TestData;
pub(crate) use own::{row_scores, train_and_score};
pub(crate) use report::charts;
pub use report::report;
pub use results::PairResults;
pub use score::{Scored, score};
pub use train::{Start, Trained, train};
