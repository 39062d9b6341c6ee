//! Footage, networks and extraction through the public interface. One program, since linking costs more than
//! testing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/avi.rs"]
mod avi;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/h264.rs"]
mod h264;
#[path = "../common/mp4.rs"]
mod mp4;

mod clips;
mod colour;
mod cubes;
mod damage;
mod discover;
mod excerpts;
mod extraction;
mod folders;
mod footage_cases;
mod lite0;
mod models;
mod networks;
mod objects;
mod pipeline;
mod preprocess;
mod sources;
mod tracks;
