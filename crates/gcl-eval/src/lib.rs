//! Frame-level evaluation of video anomaly scores: ROC-AUC, average precision, plots and the report.
//!
//! Throughout, a score is higher where a frame is more anomalous, and a label is `true` where a frame
//! is abnormal.

mod ap;
mod calibration;
mod eer;
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
pub mod svg;
mod table;
mod time;

pub use ap::average_precision;
pub use calibration::{Calibration, MAX_BINS, ReliabilityBin, calibration};
pub use error::EvalError;
pub use evaluate::{Evaluation, Evaluator, VideoEvaluation, evaluate};
pub use histogram::bin_counts;
pub use measure::{Measure, Reason};
pub use moments::{MAX_SIGMA, Moment, MomentOptions, find_moments};
pub use ranking::{Pool, Ranking};
pub use roc::{RocPoint, roc_auc, roc_curve};
pub use time::timestamp;
