//! What stands in an MP4 file in front of the pictures.

use super::boxes::{boxed, full, numbers, runs, table};
use super::index::{CodingRecord, Part, TICKS};
use crate::source::coded::Coding;

/// The file up to its pictures; `None` where times or sizes need more than 32 bits. `size` is that of the coded pictures.
pub(super) fn head(
    record: &CodingRecord,
    size: [u32; 2],
    turned: u32,
    part: &Part,
) -> Option<Vec<u8>> {
    let ftyp = boxed(b"ftyp", &[b"isom", &numbers([0x200]), b"isomiso2mp41"]);
    let bytes = u32::try_from(part.bytes().checked_add(8)?).ok()?;
    let moov = |first: u32| movie(record, size, turned, part, first);
    let start = u32::try_from(ftyp.len() + moov(0)?.len() + 8).ok()?;
    start.checked_add(bytes)?;
    Some([ftyp, moov(start)?, [&bytes.to_be_bytes()[..], b"mdat"].concat()].concat())
}

/// The index of a movie whose pictures start at byte `first`.
fn movie(
    record: &CodingRecord,
    size: [u32; 2],
    turned: u32,
    part: &Part,
    first: u32,
) -> Option<Vec<u8>> {
    let number = |value: i64| u32::try_from(value).ok();
    let times = Times::of(part)?;
    let length = number(part.shown.end - part.shown.start)?;
    let scale = TICKS as u32;
    let flat = numbers([1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30]);
    let next_track = numbers([0, 0, 0, 0, 0, 0, 2]);
    let mvhd = full(
        b"mvhd",
        0,
        &[&numbers([0, 0, scale, length, 1 << 16]), &[1, 0], &[0; 10], &flat, &next_track],
    );
    let upright = if matches!(turned, 90 | 270) { [size[1], size[0]] } else { size };
    let tkhd = full(
        b"tkhd",
        3,
        &[
            &numbers([0, 0, 1, 0, length]),
            &[0; 16],
            &matrix(turned, size),
            &numbers(upright.map(|side| side << 16)),
        ],
    );
    let start = number(part.shown.start + times.delay)?;
    let edits = boxed(b"edts", &[&table(b"elst", &[[length, start, 1 << 16]])]);
    let count = u32::try_from(part.sizes.len()).ok()?;
    let sizes = numbers(part.sizes.iter().copied());
    let stsz = full(b"stsz", 0, &[&numbers([0, count]), &sizes]);
    let keys = (1..).zip(&part.keys).filter(|(_, key)| **key).map(|(sample, _)| [sample]);
    let shifts = match times.shifts.iter().any(|shift| *shift != 0) {
        true => table(b"ctts", &runs(times.shifts.iter().copied())),
        false => Vec::new(),
    };
    let stbl = boxed(
        b"stbl",
        &[
            &full(b"stsd", 0, &[&numbers([1]), &entry(record, size)?]),
            &table(b"stts", &runs(times.steps.iter().copied())),
            &shifts,
            &table(b"stss", &keys.collect::<Vec<_>>()),
            &table(b"stsc", &[[1, count, 1]]),
            &stsz,
            &table(b"stco", &[[first]]),
        ],
    );
    let dinf = boxed(b"dinf", &[&full(b"dref", 0, &[&numbers([1]), &full(b"url ", 1, &[])])]);
    let vmhd = full(b"vmhd", 1, &[&[0; 8]]);
    let minf = boxed(b"minf", &[&vmhd, &dinf, &stbl]);
    let hdlr = full(b"hdlr", 0, &[&[0; 4], b"vide", &[0; 13]]);
    // The language is undetermined.
    let duration = times.steps.iter().try_fold(0u32, |all, step| all.checked_add(*step))?;
    let mdhd = full(b"mdhd", 0, &[&numbers([0, 0, scale, duration]), &[0x55, 0xc4, 0, 0]]);
    let trak = boxed(b"trak", &[&tkhd, &edits, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])]);
    Some(boxed(b"moov", &[&mvhd, &trak]))
}

/// When pictures are decoded and shown.
struct Times {
    /// From each one's decoding to the next one's.
    steps: Vec<u32>,
    /// From decoding to display, the delay included that keeps all of them from being negative.
    shifts: Vec<u32>,
    delay: i64,
}

impl Times {
    fn of(part: &Part) -> Option<Self> {
        // Pictures are decoded at the display times in order, all of them earlier by the delay.
        let mut decoded = part.times.clone();
        decoded.sort_unstable();
        let ahead = decoded.iter().zip(&part.times).map(|(decoded, shown)| decoded - shown);
        let delay = ahead.max()?.max(0);
        let last = *decoded.last()?;
        let ends = decoded.iter().skip(1).copied().chain([part.shown.end.max(last + 1)]);
        let steps = decoded.iter().zip(ends).map(|(at, next)| u32::try_from(next - at).ok());
        let shifts = decoded
            .iter()
            .zip(&part.times)
            .map(|(at, shown)| u32::try_from(shown - at + delay).ok());
        Some(Self {
            steps: steps.collect::<Option<_>>()?,
            shifts: shifts.collect::<Option<_>>()?,
            delay,
        })
    }
}

/// The matrix that turns pictures clockwise, and puts them back where they are seen.
fn matrix(turned: u32, [width, height]: [u32; 2]) -> Vec<u8> {
    let one = 1u32 << 16;
    let minus = one.wrapping_neg();
    let (a, b, c, d, x, y) = match turned {
        90 => (0, one, minus, 0, height, 0),
        180 => (minus, 0, 0, minus, width, height),
        270 => (0, minus, one, 0, 0, width),
        _ => (one, 0, 0, one, 0, 0),
    };
    numbers([a, b, 0, c, d, 0, x << 16, y << 16, 1 << 30])
}

/// How the pictures are coded.
fn entry(record: &CodingRecord, size: [u32; 2]) -> Option<Vec<u8>> {
    let config = &record.config;
    // With parameter sets among the pictures alone, the entry has another name.
    let (name, set): (&[u8; 4], Option<&[u8; 4]>) = match record.coding {
        Coding::H264 if config.get(5)? & 31 == 0 => (b"avc3", Some(b"avcC")),
        Coding::H264 => (b"avc1", Some(b"avcC")),
        Coding::Hevc if *config.get(22)? < 3 => (b"hev1", Some(b"hvcC")),
        Coding::Hevc => (b"hvc1", Some(b"hvcC")),
        Coding::Jpeg => (b"jpeg", None),
    };
    let sides: Option<Vec<u8>> = size
        .iter()
        .map(|side| u16::try_from(*side).ok().map(u16::to_be_bytes))
        .collect::<Option<Vec<_>>>()
        .map(|sides| sides.concat());
    let dots = numbers([72 << 16, 72 << 16, 0]);
    let set = set.map(|name| boxed(name, &[config])).unwrap_or_default();
    let parts: [&[u8]; 9] =
        [&[0; 6], &[0, 1], &[0; 16], &sides?, &dots, &[0, 1], &[0; 32], &[0, 24, 0xff, 0xff], &set];
    Some(boxed(name, &parts))
}
