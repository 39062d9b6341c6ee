//! The interleaving of one-class and weakly-supervised models on the command line: what `gcl train`,
//! `gcl score` and `gcl report` do for pairs of models.

mod compare;
mod course;
mod data;
mod judge;
mod progress;
mod report;
mod score;
mod side;
mod train;
mod weights;

pub use data::{ObjectArgs, VideoArgs};
pub use train::{PairMethodName, PairOnlyArgs};

/// Training.
pub mod train_pair {
    pub use super::train::{Common, run};
}

/// Scoring with both models of a run.
pub mod score_pair {
    pub use super::score::{Task, run};
}

/// Scoring with a published checkpoint.
pub mod score_weights {
    pub use super::weights::{Task, run};
}

/// Reports of one run or several.
pub mod report_pairs {
    pub use super::compare::run as compare;
    pub use super::report::run as one;
}
