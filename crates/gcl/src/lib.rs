//! Unsupervised video anomaly detection in Rust: generative cooperative learning (Zaheer et al.,
//! CVPR 2022), from footage to report.
//!
//! This crate gathers the parts, each usable alone:
//!
//! | module | crate | job |
//! |---|---|---|
//! | [`data`] | `gcl-data` | what travels: features, truth, scores, and the check that they line up |
//! | [`features`] | `gcl-features` | footage to clip features |
//! | [`weights`] | `gcl-weights` | PyTorch checkpoints and safetensors, read without running anything |
//! | [`core`] | `gcl-core` | networks, losses, pseudo-labels, detectors |
//! | [`train`] | `gcl-train` | the training loop, runs, resume, scoring |
//! | [`eval`] | `gcl-eval` | frame-level measures, charts, the report |
//! | [`kernels`] | `gcl-kernels` | inference of 3D convolutional networks on the CPU |
//! | [`find`] | this one | unlabelled footage to its most anomalous moments |
//! | [`score`], [`report`] | this one | features to one score per frame, and a run to a page of HTML |
//! | [`pick`] | this one | which moments are kept, and how they are cut |
//! | [`moments`] | this one | moments for other programs, as CSV and JSON |
//! | [`recorded`] | this one | the clock time at which each video starts |
//! | [`edl`], [`otio`] | this one | moments for video editors |
//! | [`pair`] | this one | pairs of models on objects and snippets, from files to reports |
//! | [`judge`] | this one | what scores are worth on a test set |
//! | [`device`] | this one | the devices of this machine, by name |
//! | [`process`] | this one | process-wide settings that make training faster |
//!
//! The `gcl` command is these parts behind one door (package `gcl-cli`); sweeps over methods, seeds
//! and data sets are in `gcl-bench`.

pub mod device;
pub mod edl;
pub mod error;
pub mod facts;
pub mod find;
mod footage;
pub mod judge;
pub mod moments;
pub mod otio;
pub mod pair;
pub mod pick;
pub mod process;
pub mod recorded;
pub mod report;
pub mod score;
pub mod views;

pub use error::{Error, Result};

pub use gcl_core as core;
pub use gcl_data as data;
pub use gcl_eval as eval;
pub use gcl_features as features;
pub use gcl_kernels as kernels;
pub use gcl_train as train;
pub use gcl_weights as weights;
