//! Frame-level evaluation of video anomaly scores: ROC-AUC, average precision, plots and the report.
//!
//! [`evaluate`] measures videos in memory and [`evaluate_stored`] videos in files; both give an
//! [`Evaluation`], which prints as a table and serialises to JSON. [`find_moments`] picks what a person
//! should look at, [`svg`] draws, [`embed`] places high-dimensional points on a
//! plane, and [`report`] puts it all into one HTML file.
//!
//! Throughout, a score is higher where a frame is more anomalous, and a label is `true` where a frame
//! is abnormal.

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
mod ranking;
pub mod report;
mod roc;
mod smooth;
pub mod stats;
mod stored;
pub mod svg;
mod table;
mod time;

pub use ap::average_precision;
pub use calibration::{Calibration, ReliabilityBin, calibration};
pub use error::EvalError;
pub use evaluate::{Evaluation, Evaluator, VideoEvaluation, evaluate};
pub use histogram::{MAX_BINS, bin_counts};
pub use measure::{Measure, Reason};
pub use moments::{MAX_SIGMA, Moment, MomentOptions, find_moments};
pub use ranking::{Pool, Ranking};
pub use roc::{RocPoint, roc_auc, roc_curve};
pub use stored::{StoredError, StoredEvaluation, evaluate_stored};
pub use time::timestamp;
