//! The part of MP4 (ISO/IEC 14496-12) that video needs: where each picture's bytes lie.
//!
//! A file's tables are not trusted: whatever they point to is checked against the file's length
//! before anything is allocated or read, and nothing grows beyond the tables' own size in the file.
//!
//! It is written here because so little of the format is needed, and because what the index says is to be kept where
//! the pictures are damaged.

mod boxes;
mod coded;
mod fragments;
mod made;
mod samples;
mod times;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::coded::Coding;
use boxes::{Boxes, child, u32_at};
pub(super) use coded::Mp4;
pub(super) use made::made;
use samples::{Cursor, SampleTable};
use times::{Ticks, Times};

/// Why a file's video track cannot be used.
#[derive(Debug)]
enum Mp4Error {
    Io(io::Error),
    Damaged(String),
    Unsupported(String),
}

impl From<io::Error> for Mp4Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn damaged<T>(reason: impl Into<String>) -> Result<T, Mp4Error> {
    Err(Mp4Error::Damaged(reason.into()))
}

fn unsupported<T>(reason: impl Into<String>) -> Result<T, Mp4Error> {
    Err(Mp4Error::Unsupported(reason.into()))
}

/// The best video track of a file.
struct VideoTrack {
    coding: Coding,
    /// Payload of the `avcC` or `hvcC` box: parameter sets and the size of length fields.
    config: Vec<u8>,
    /// Where the coded pictures lie.
    samples: SampleTable,
    /// When they are shown.
    times: Times,
    /// Degrees clockwise by which pictures are to be turned, and whether they are to be mirrored.
    turned: u32,
    mirrored: bool,
    /// Whether another movie follows in the file.
    joined: bool,
    /// Pictures behind those of the tables, of a movie in fragments.
    pieces: Vec<fragments::Piece>,
    /// Places between fragments with bytes that make no sense.
    losses: usize,
}

/// Reads the tables of the video track that is shown, with the largest picture, and of several such the first: a
/// preview or a cover is smaller, or switched off.
fn read(file: &mut File) -> Result<VideoTrack, Mp4Error> {
    let len = file.metadata()?.len();
    let (moov, end, joined) = movie(file, len)?;
    let movie_scale = child(&moov, b"mvhd")?.map(times::timescale).transpose()?.unwrap_or(1);
    let Some(trak) = best(&moov)? else {
        let squeezed = child(&moov, b"cmov")?.is_some();
        return unsupported(if squeezed { "a compressed index" } else { "no video track" });
    };
    let media = need(trak, b"mdia")?;
    let table = need(need(media, b"minf")?, b"stbl")?;
    let (coding, config) = coding(need(table, b"stsd")?)?;
    let samples = SampleTable::read(table, len)?;
    let scale = times::timescale(need(media, b"mdhd")?)?;
    let edits = child(trak, b"edts")?.map(|edts| child(edts, b"elst")).transpose()?.flatten();
    let mut times = Times::read(table, scale, edits, movie_scale)?;
    let own = need(table, b"stsd")?;
    let continues = |moov: &[u8]| matches!(best(moov), Ok(Some(trak)) if described_as(trak, own));
    let (pieces, losses, joined) = match child(&moov, b"mvex")? {
        Some(mvex) => {
            let found = fragments::read(file, (end, len), trak, mvex, continues)?;
            (found.pieces, found.losses, found.joined)
        }
        None => (Vec::new(), 0, joined),
    };
    if let (Some(first), 0) = (pieces.iter().take(32).map(|piece| piece.time).min(), samples.len())
    {
        times.start_at(first);
    }
    let (turned, mirrored) = child(trak, b"tkhd")?.map_or((0, false), turned);
    Ok(VideoTrack { coding, config, samples, times, turned, mirrored, joined, pieces, losses })
}

/// Whether the pictures of a track are coded as a sample description says.
fn described_as(trak: &[u8], description: &[u8]) -> bool {
    let inner = |parent, name| child(parent, name).ok().flatten();
    let table = inner(trak, b"mdia").and_then(|media| inner(inner(media, b"minf")?, b"stbl"));
    table.and_then(|table| inner(table, b"stsd")) == Some(description)
}

/// The first of the best tracks of an index.
fn best(moov: &[u8]) -> Result<Option<&[u8]>, Mp4Error> {
    let mut tracks = Vec::new();
    for entry in Boxes::new(moov) {
        let (name, trak) = match entry {
            // What follows the video may be cut.
            Err(_) if !tracks.is_empty() => break,
            entry => entry?,
        };
        if &name == b"trak"
            && let Some(rank) = rank(trak)
        {
            tracks.push((rank, trak));
        }
    }
    Ok(tracks.into_iter().rev().max_by_key(|(rank, _)| *rank).map(|(_, trak)| trak))
}

/// How good a track is: shown at all, number of pixels; `None` if it is no video, or too damaged to tell.
fn rank(trak: &[u8]) -> Option<(bool, u64)> {
    let inner = |parent, name| child(parent, name).ok().flatten();
    let media = inner(trak, b"mdia")?;
    if inner(media, b"hdlr")?.get(8..12) != Some(b"vide") {
        return None;
    }
    let stsd = inner(inner(inner(media, b"minf")?, b"stbl")?, b"stsd")?;
    // Width and height of the first sample entry.
    let size = u32_at(stsd, 8 + 8 + 24).unwrap_or(0);
    let shown =
        inner(trak, b"tkhd").and_then(|tkhd| tkhd.get(3)).is_none_or(|flags| flags & 1 == 1);
    Some((shown, u64::from(size >> 16) * u64::from(size & 0xffff)))
}

/// The turn of a track header's matrix, in degrees clockwise: a quarter or half turn, else none; and whether it mirrors.
fn turned(tkhd: &[u8]) -> (u32, bool) {
    // Behind the times, which are twice as long in version 1.
    let at = if tkhd.first() == Some(&1) { 52 } else { 40 };
    let sign =
        |n: usize| u32_at(tkhd, at + 4 * n).map_or(0, |number| number.cast_signed().signum());
    match (sign(0), sign(1), sign(3), sign(4)) {
        (0, 1, -1, 0) => (90, false),
        (-1, 0, 0, -1) => (180, false),
        (0, -1, 1, 0) => (270, false),
        (a, b, c, d) => (0, a * d - b * c < 0),
    }
}

fn need<'a>(parent: &'a [u8], name: &[u8; 4]) -> Result<&'a [u8], Mp4Error> {
    match child(parent, name)? {
        Some(payload) => Ok(payload),
        None => damaged(format!("no {:?} box", String::from_utf8_lossy(name))),
    }
}

/// The payload of the file's first `moov` box, where it ends, and whether another one follows: files that were joined
/// byte by byte. Whatever else is behind it does not matter: recorders append what they like.
fn movie(file: &mut File, len: u64) -> Result<(Vec<u8>, u64, bool), Mp4Error> {
    let mut at = 0u64;
    let mut moov = None;
    while len - at >= 8 {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let wanted = if len - at >= 16 { 16 } else { 8 };
        file.read_exact(&mut head[..wanted])?;
        let short = u64::from(u32_at(&head, 0).unwrap_or(0));
        let [.., a, b, c, d, e, f, g, h] = head;
        let (header, size) = match short {
            0 => (8, len - at),
            1 => (16, u64::from_be_bytes([a, b, c, d, e, f, g, h])),
            size => (8, size),
        };
        if let (Some(moov), true) = (&mut moov, size < header || size > len - at) {
            let (moov, end) = std::mem::take(moov);
            return Ok((moov, end, false));
        }
        if size < header {
            return damaged(format!("a box of {size} bytes at byte {at}"));
        }
        let name = [head[4], head[5], head[6], head[7]];
        if size > len - at {
            let name = String::from_utf8_lossy(&name).into_owned();
            return damaged(format!(
                "the file ends early: its {name:?} box needs {size} bytes from byte {at} on, the file has {len}"
            ));
        }
        match &name {
            b"moof" if moov.is_none() => {
                return unsupported(
                    "fragmented MP4 without its start: join them (cat init.mp4 segment.m4s > whole.mp4)",
                );
            }
            b"moov" => match moov {
                Some((first, end)) => return Ok((first, end, true)),
                None => {
                    file.seek(SeekFrom::Start(at + header))?;
                    let mut payload = Vec::new();
                    file.take(size - header).read_to_end(&mut payload)?;
                    moov = Some((payload, at + size));
                }
            },
            _ => {}
        }
        at += size;
    }
    match moov {
        Some((moov, end)) => Ok((moov, end, false)),
        None => damaged("no index (`moov` box): the recording was not finished, or cut off"),
    }
}

/// How the pictures of a sample description with one entry are coded, and the record of it.
fn coding(stsd: &[u8]) -> Result<(Coding, Vec<u8>), Mp4Error> {
    if u32_at(stsd, 4) != Some(1) {
        return unsupported("the coding changes within the video track");
    }
    let Some((name, entry)) = Boxes::new(stsd.get(8..).unwrap_or(&[])).next().transpose()? else {
        return damaged("an empty sample description");
    };
    // Behind the fixed fields of a visual sample entry.
    let record = |name| need(entry.get(78..).unwrap_or(&[]), name).map(<[u8]>::to_vec);
    match &name {
        b"avc1" | b"avc3" => Ok((Coding::H264, record(b"avcC")?)),
        b"hvc1" | b"hev1" => Ok((Coding::Hevc, record(b"hvcC")?)),
        b"jpeg" | b"mjpa" | b"MJPG" | b"mjpg" | b"dmb1" => Ok((Coding::Jpeg, Vec::new())),
        b"mp4v" if record(b"esds").is_ok_and(|esds| is_jpeg(&esds)) => {
            Ok((Coding::Jpeg, Vec::new()))
        }
        _ => unsupported(format!("video coded as {:?}", String::from_utf8_lossy(&name))),
    }
}

/// Whether a stream's descriptor (ISO/IEC 14496-1) says that it is JPEG.
fn is_jpeg(esds: &[u8]) -> bool {
    // Tags with lengths of one byte to four: of the stream, with 3 bytes in it, and of its decoder.
    let behind = |bytes: &[u8], tag: u8, skipped: usize| {
        let rest = bytes.strip_prefix(&[tag])?;
        let more = rest.iter().take(3).take_while(|byte| **byte & 0x80 != 0).count();
        Some(rest.get(more + 1 + skipped..)?.to_vec())
    };
    let stream = esds.get(4..).and_then(|rest| behind(rest, 3, 3));
    let decoder = stream.and_then(|stream| behind(&stream, 4, 0));
    decoder.is_some_and(|decoder| decoder.first() == Some(&0x6c))
}
