//! When a movie was made, and how long it is.

use std::fs::File;

use super::boxes::{child, u32_at, u64_at};
use super::{movie, times};
use crate::source::Made;

/// Seconds from 1904, where the format's clock starts, to 1970.
const EPOCH: u64 = 2_082_844_800;

/// What the movie's header says; `None` where it says nothing, or there is no header that can be read.
pub(in crate::source) fn made(file: &mut File) -> Option<Made> {
    let length = file.metadata().ok()?.len();
    let (moov, ..) = movie(file, length).ok()?;
    let header = child(&moov, b"mvhd").ok()??;
    let (created, duration) = match header.first()? {
        1 => (u64_at(header, 4)?, u64_at(header, 24)?),
        _ => (u64::from(u32_at(header, 4)?), u64::from(u32_at(header, 16)?)),
    };
    let scale = times::timescale(header).ok()?;
    let at = i64::try_from(created.checked_sub(EPOCH)?).ok()?;
    Some(Made { at, seconds: duration as f64 / f64::from(scale) })
}
