//! The interleaving of one-class and weakly-supervised models on the command line: what `gcl train`,
//! `gcl score` and `gcl report` do for pairs of models.

pub mod compare;
mod course;
mod data;
mod judge;
mod progress;
pub mod report;
pub mod score;
mod side;
pub mod train;
pub mod weights;

pub use data::{ObjectArgs, VideoArgs};
