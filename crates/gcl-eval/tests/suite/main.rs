//! Evaluation and reports through the public interface. One program, since linking costs more than testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod box_tracks;
mod charts;
mod evaluation;
mod golden;
mod moments;
mod report;
mod stored;
