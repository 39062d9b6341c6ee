//! Frame-level evaluation of video anomaly scores: ROC-AUC, average precision, plots and the report.
//!
//! [`evaluate`] measures videos in memory and [`evaluate_stored`] videos in files; both return an
//! [`Evaluation`], which prints as a table and serialises to JSON. [`find_moments`] finds the most
//! anomalous moments, [`svg`] draws charts, [`embed`] maps high-dimensional points to a plane, and
//! [`report`] renders everything as one HTML file.
//!
//! Throughout, a score is higher where a frame is more anomalous, and a label is `true` where a frame
//! is abnormal.
//!
//! ```
//! use gcl_eval::Evaluator;
//!
//! let mut evaluator = Evaluator::default();
//! evaluator.push("test/01", &[0.1, 0.2, 0.9, 0.8], &[false, false, true, true])?;
//! evaluator.push("test/02", &[0.3, 0.1], &[false, false])?;
//! let evaluation = evaluator.finish();
//! assert_eq!(evaluation.frames, 6);
//! assert_eq!(evaluation.micro_auc.value(), Some(1.0));
//! # Ok::<(), gcl_eval::EvalError>(())
//! ```

mod ap;
mod calibration;
mod eer;
pub mod embed;
mod error;
mod escape;
mod evaluate;
mod histogram;
mod measure;
mod moments;
mod place;
mod ranking;
mod rarity;
pub mod report;
mod resample;
mod roc;
mod smooth;
pub mod stats;
mod stored;
pub mod svg;
mod table;
mod time;
mod usual;
mod wins;

pub use ap::average_precision;
pub use calibration::{Calibration, ReliabilityBin, calibration};
pub use error::EvalError;
pub use escape::address;
pub use evaluate::{Evaluation, Evaluator, VideoEvaluation, evaluate};
pub use histogram::{MAX_BINS, bin_counts};
pub use measure::{Measure, Reason};
pub use moments::{MAX_SIGMA, Moment, MomentOptions, find_moments};
pub use place::Place;
pub use ranking::{Pool, Ranking};
pub use rarity::{Rarity, rarities};
pub use resample::{Interval, RESAMPLES, resampled_aucs};
pub use roc::{RocPoint, roc_auc, roc_curve};
pub use stored::{StoredError, StoredEvaluation, evaluate_stored};
pub use time::{about, clock_time, timestamp};
pub use usual::Usual;
pub use wins::Wins;
