//! The real binary, as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod areas;
mod arguments;
mod bench;
mod book;
mod called;
mod cameras;
mod cells;
mod clips;
mod faults;
mod faults_footage;
mod faults_runs;
mod folders;
mod footage;
mod forms;
mod grown;
#[path = "../../../gcl-features/tests/common/h264.rs"]
mod h264;
mod interleaved;
mod kills;
mod marked;
mod messages;
mod moments;
#[path = "../../../gcl-features/tests/common/mp4.rs"]
mod mp4;
mod networks;
mod objects;
mod own;
mod pair;
mod poses;
mod reproduce;
mod resume;
mod spans;
mod support;
mod sweep;
mod way;
