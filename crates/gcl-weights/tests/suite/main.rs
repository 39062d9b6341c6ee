//! Checkpoints through the public interface. One program, since linking costs more than testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod golden;
mod keys;
mod models;
mod write;
