//! Detectors, losses and pairs through the public interface. One program, since linking costs more than testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod cooperative;
mod detectors;
mod golden;
mod golden_classifier;
mod golden_losses;
mod golden_options;
mod one_class;
mod pseudo_labels;
mod targets;
mod weakly_supervised;
