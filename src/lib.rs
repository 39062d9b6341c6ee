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
//! | [`benchmark`] | this one | many runs at once, judged, in one table |
//! | [`measure`] | this one | the cases that `gcl bench` times |
//!
//! The `gcl` command is the same parts behind one door; start with `gcl --help`.

pub mod benchmark;
pub mod measure;

pub use gcl_core as core;
pub use gcl_data as data;
pub use gcl_eval as eval;
pub use gcl_features as features;
pub use gcl_train as train;
pub use gcl_weights as weights;
