//! Damaged and hostile files for every parser of this crate: see `tests/fuzz` of the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../../tests/fuzz/mod.rs"]
mod fuzz;

mod arrays;
mod deflated;
mod tables;
mod tracks;
mod truths;
