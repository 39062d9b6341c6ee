//! Readers through the public interface. One program, since linking costs more than testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod clips;
mod cubes;
mod features;
mod features_of_others;
mod labels_of_others;
mod left_out;
mod line_up;
mod lists;
mod npy;
mod object_rows;
mod objects;
mod poses;
mod poses_of_others;
mod real_data;
mod tracks;
mod truth;
