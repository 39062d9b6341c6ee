//! The real binary, as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arguments;
mod bench;
mod called;
mod cells;
mod faults;
mod folders;
mod footage;
mod forms;
mod interleaved;
mod kills;
mod messages;
mod moments;
mod networks;
mod objects;
mod own;
mod pair;
mod poses;
mod reproduce;
mod resume;
mod support;
mod sweep;
mod way;
