//! The tables of an MPEG-TS stream, and the heads of its elementary streams.

use crate::source::coded::Coding;

/// Stream types of video that are not read here.
const OTHERS: [(u8, &str); 6] = [
    (0x01, "MPEG-1"),
    (0x02, "MPEG-2"),
    (0x10, "MPEG-4"),
    (0x33, "VVC"),
    (0x42, "AVS"),
    (0xea, "VC-1"),
];

/// Where the table of the first program comes, from the table of programs.
pub(super) fn program_map(table: &[u8]) -> Option<u16> {
    let programs = section(table, 0)?.get(5..)?.as_chunks::<4>().0;
    let program = programs.iter().find(|[a, b, ..]| (*a, *b) != (0, 0))?;
    let [_, _, high, low] = program;
    Some(u16::from_be_bytes([high & 0x1f, *low]))
}

/// The packets of a program's videos and how they are coded, at least one, or the name of the video that it has instead.
pub(super) fn streams(table: &[u8]) -> Option<Result<Vec<(u16, Coding)>, &'static str>> {
    let section = section(table, 2)?;
    let info = |at: usize| {
        Some(usize::from(u16::from_be_bytes(*section.get(at..)?.first_chunk()?) & 0xfff))
    };
    let mut at = 9 + info(7)?;
    let (mut found, mut other) = (Vec::new(), None);
    while let Some(&[kind, high, low]) = section.get(at..).and_then(<[u8]>::first_chunk) {
        let coding = match kind {
            0x1b => Some(Coding::H264),
            0x24 => Some(Coding::Hevc),
            _ => None,
        };
        if let Some(coding) = coding {
            found.push((u16::from_be_bytes([high & 0x1f, low]), coding));
        }
        other = other.or(OTHERS.iter().find(|(known, _)| *known == kind));
        at += 5 + info(at + 3)?;
    }
    if found.is_empty() {
        return Some(Err(other.map_or("no video that is known", |(_, name)| name)));
    }
    Some(Ok(found))
}

/// A table's content behind its length and before its checksum, if it is of that identity.
pub(super) fn section(table: &[u8], identity: u8) -> Option<&[u8]> {
    let (head, rest) = table.split_first_chunk::<3>()?;
    let length = usize::from(u16::from_be_bytes([head[1], head[2]]) & 0xfff);
    rest.get(..length.checked_sub(4)?).filter(|_| head[0] == identity)
}

/// Whether a table is as it was sent, by its checksum (annex A).
pub(super) fn is_sound(table: &[u8]) -> bool {
    let Some(&[_, high, low]) = table.first_chunk() else { return false };
    let length = usize::from(u16::from_be_bytes([high, low]) & 0xfff);
    let bit = |crc: u32| (crc << 1) ^ (0x04c1_1db7 * (crc >> 31));
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| bit(crc));
    table.get(..3 + length).is_some_and(|whole| whole.iter().fold(u32::MAX, byte) == 0)
}

/// The time stamps (decoding, display) at the start of a packet of the elementary stream, where it has them, and what is
/// coded behind them.
#[allow(clippy::type_complexity)]
pub(super) fn stamps(payload: &[u8]) -> Option<(Option<(i64, i64)>, &[u8])> {
    let head = payload.strip_prefix(&[0, 0, 1])?;
    let &[_, _, _, _, flags, length] = head.first_chunk()?;
    let coded = head.get(6 + usize::from(length)..)?;
    let stamp = |at: usize| {
        let &[a, b, c, d, e] = head.get(at..)?.first_chunk()?;
        let bits = |byte: u8, mask: u8| i64::from(byte & mask);
        Some(
            bits(a, 0x0e) << 29
                | bits(b, 0xff) << 22
                | bits(c, 0xfe) << 14
                | bits(d, 0xff) << 7
                | bits(e, 0xfe) >> 1,
        )
    };
    let shown = stamp(6).filter(|_| flags & 0x80 != 0);
    let decoded = stamp(11).filter(|_| flags & 0x40 != 0);
    let both = |shown: i64| {
        let decoded = decoded.unwrap_or(shown);
        (decoded, decoded + wrapped(shown - decoded))
    };
    Some((shown.map(both), coded))
}

/// A difference of time stamps, which have 33 bits and start at 0 again.
pub(super) fn wrapped(ticks: i64) -> i64 {
    const HALF: i64 = 1 << 32;
    (ticks + HALF).rem_euclid(2 * HALF) - HALF
}
