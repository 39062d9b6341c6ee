//! Training through the public interface. One program, since linking costs more than testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../interleave_data/mod.rs"]
mod interleave_data;

mod center_videos;
mod conformance;
mod cross_fit;
mod estimator;
mod golden_pt;
mod interleave;
mod methods;
mod on_disk;
mod own_detector;
mod pseudo_labels;
mod trainer;
mod watch;
