//! The header of an AVI file: which stream is the video, how it is coded, and how fast it runs.

use super::coding;
use crate::source::coded::{Coding, Units};

/// What is known of a video stream.
#[derive(Debug, Clone)]
pub(super) struct Track {
    /// Its place among the streams.
    pub number: usize,
    /// Four letters that name the coding.
    pub name: String,
    pub coding: Option<Coding>,
    pub units: Units,
    pub config: Vec<u8>,
    /// Seconds from a slot to the next: this many, divided by that.
    pub step: (u32, u32),
    pub frames: u32,
    pixels: u64,
    enabled: bool,
}

/// The chunks in a list's content: name and content of each, up to one that does not fit.
pub(super) struct Chunks<'a>(pub &'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_first_chunk::<4>()?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let (content, behind) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
        // To an even number of bytes.
        self.0 = behind.get(content.len() % 2..).unwrap_or_default();
        Some((*name, content))
    }
}

/// The best video stream of a header.
pub(super) fn best(header: &[u8]) -> Option<Track> {
    let lists =
        Chunks(header).filter(|(name, content)| name == b"LIST" && content.starts_with(b"strl"));
    let tracks = lists.enumerate().filter_map(|(number, (_, list))| track(number, list.get(4..)?));
    // The first of the best.
    tracks.collect::<Vec<_>>().into_iter().rev().max_by_key(|track| (track.enabled, track.pixels))
}

fn track(number: usize, list: &[u8]) -> Option<Track> {
    let chunk = |wanted: &[u8; 4]| {
        Chunks(list).find(|(name, _)| name == wanted).map(|(_, content)| content)
    };
    let (head, format) = (chunk(b"strh")?, chunk(b"strf")?);
    let word = |bytes: &[u8], at: usize| Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
    if !head.starts_with(b"vids") {
        return None;
    }
    let name = format.get(16..20)?;
    let handler = head.get(4..8)?;
    let coding = coding(name).or_else(|| coding(handler));
    // Behind the head of a bitmap; a record as in MP4 has the version 1.
    let record = format.get(40..).filter(|record| record.first() == Some(&1)).unwrap_or_default();
    let units = coding.filter(|_| !record.is_empty()).and_then(|coding| coding.units(record));
    let config = if units.is_some() { record.to_vec() } else { Vec::new() };
    let (width, height) = (word(format, 4)?, word(format, 8)?.cast_signed().unsigned_abs());
    Some(Track {
        number,
        name: String::from_utf8_lossy(name).into_owned(),
        coding,
        units: units.unwrap_or(Units::StartCodes),
        config,
        step: (word(head, 20)?, word(head, 24)?),
        frames: word(head, 32)?,
        pixels: u64::from(width) * u64::from(height),
        enabled: word(head, 8)? & 1 == 0,
    })
}
