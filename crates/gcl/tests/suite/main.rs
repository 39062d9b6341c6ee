//! The whole way from footage to moments, and what the docs promise. One program, since linking costs more than
//! testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../gcl-features/tests/common/h264.rs"]
mod h264;
#[path = "../../../gcl-features/tests/common/mp4.rs"]
mod mp4;

mod architecture;
mod book;
mod extending;
mod footage;
mod places;
mod published;
mod stands_out;
