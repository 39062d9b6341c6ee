//! Training and scoring: the cooperative loop of GCL ([Zaheer et al., CVPR
//! 2022](https://arxiv.org/abs/2203.03962)) as a state machine that can be killed and resumed, the
//! interleaving of Joint-VAD ([ECCV 2024](https://arxiv.org/abs/2401.13551)), and the models that they
//! produce.
//!
//! The parts, in the order in which they are used:
//!
//! 1. [`RunConfig`]: a method is a set of values ([`Method`], [`Preset`]), never a copy of a loop.
//! 2. [`Samples`]: the segments of all training videos, pooled, in memory or on disk.
//! 3. [`Trainer`]: one optimisation step at a time, `Trainer::advance`; its whole state is saved
//!    and loaded as one value.
//! 4. [`RunDir`]: where a run lives on disk, and how it is saved by one rename.
//! 5. [`Model`]: what is left: networks (or a baseline detector), scaler, and the distribution of its
//!    training scores, so that a video's score never depends on what else is scored.
//! 6. [`train`]: all of that, for those who want a call and not a loop; with [`Signals`] of what goes
//!    wrong, and the states that a run keeps ([`RunState`]).
//! 7. [`Gcl`]: the same without files: features in memory to a model that scores ([`FittedGcl`]).
//! 8. [`cross_fit()`]: the training footage scored by models that did not see what they score.
//!
//! ```
//! use gcl_train::{Gcl, Method, Rows};
//!
//! // 60 segments of 4 dimensions, the last one far from the rest.
//! let values: Vec<f32> =
//!     (0..240).map(|i| (i as f32 * 0.7).sin() + if i >= 236 { 9.0 } else { 0.0 }).collect();
//! let rows = Rows::new(&values, 4)?;
//! let fitted = Gcl::new(Method::Mahalanobis).contamination(0.02).fit(rows)?;
//! assert_eq!(fitted.predict(rows)?.iter().position(|&odd| odd), Some(59));
//! # Ok::<(), gcl_train::TrainError>(())
//! ```

mod agreement;
pub mod config;
pub mod cross_fit;
pub mod error;
pub mod estimator;
pub mod events;
pub mod interleave;
mod kept;
pub mod model;
mod phases;
pub mod rank;
pub mod run;
pub mod run_dir;
pub mod samples;
pub mod schedule;
mod signals;
mod sink;
mod tally;
pub mod trainer;
mod training_scores;
pub mod warnings;
mod watch;

pub use config::{Method, Preset, RunConfig, ScoreSource};
pub use cross_fit::{CrossFit, cross_fit};
pub use error::{Result, TrainError};
pub use estimator::{FittedGcl, Gcl, Rows};
pub use events::{Event, Listener, Silent, TestAuc};
pub use kept::{KeptAt, RunState};
pub use model::{Model, Scorer, SegmentScores};
pub use run::{TrainOptions, train};
pub use run_dir::RunDir;
pub use samples::Samples;
pub use schedule::NamedBudget;
pub use signals::Signals;
pub use trainer::Trainer;
pub use training_scores::generator_r2;
