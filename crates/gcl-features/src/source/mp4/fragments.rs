//! Movies in fragments, as cameras and streams write them: `moof` boxes, each with the index of its own pictures.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::boxes::{Boxes, child, u32_at, u64_at};
use super::{Mp4Error, damaged};

/// The most pictures that fragments may list.
const MOST: usize = 1 << 24;

/// Where a coded picture lies, and its display time in units of the track.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub at: u64,
    pub size: u32,
    pub time: i64,
    /// Whether something that makes no sense was passed over before it.
    pub after_loss: bool,
}

/// The pictures of all fragments, and what ends or interrupts them.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    pub pieces: Vec<Piece>,
    /// Places with bytes that make no sense.
    pub losses: usize,
    /// Whether another movie follows that is not a continuation.
    pub joined: bool,
}

/// What holds for samples that do not say otherwise.
#[derive(Clone, Copy, Default)]
struct Defaults {
    duration: u32,
    size: u32,
}

/// The time of decoding of the next picture.
#[derive(Default)]
struct Clock {
    time: i64,
    /// By how much stated times are moved, since they started anew.
    moved: i64,
    /// How long the last picture was.
    step: i64,
}

impl Clock {
    /// Takes over the time that a fragment states for its first picture. One that is set back by more than a few
    /// pictures goes on where the last fragment ended.
    fn set(&mut self, stated: i64) {
        let now = stated.saturating_add(self.moved);
        if now < self.time.saturating_sub(8 * self.step) {
            self.moved = self.time.saturating_sub(stated);
        }
        self.time = stated.saturating_add(self.moved);
    }
}

/// Reads the pictures of a track from all fragments between two places of the file. A fragment that is cut off ends them.
/// Behind bytes that make no sense the next fragment is looked for. Another movie in the file goes on with the first if
/// `continues` says so of its index: its times start anew, and are moved behind those before.
pub(super) fn read(
    file: &mut File,
    (mut at, len): (u64, u64),
    trak: &[u8],
    mvex: &[u8],
    continues: impl Fn(&[u8]) -> bool,
) -> Result<Fragments, Mp4Error> {
    let tkhd = child(trak, b"tkhd")?.unwrap_or(&[]);
    let id = u32_at(tkhd, if tkhd.first() == Some(&1) { 20 } else { 12 });
    let mut defaults = Defaults::default();
    for entry in Boxes::new(mvex) {
        let (name, trex) = entry?;
        if &name == b"trex" && u32_at(trex, 4) == id {
            let number = |at| u32_at(trex, at).unwrap_or(0);
            defaults = Defaults { duration: number(12), size: number(16) };
        }
    }
    let mut found = Fragments::default();
    let (mut clock, mut lossy) = (Clock::default(), false);
    while at.checked_add(8).is_some_and(|end| end <= len) {
        file.seek(SeekFrom::Start(at))?;
        let mut head = Vec::new();
        file.take(16).read_to_end(&mut head)?;
        let (header, size) = match u32_at(&head, 0) {
            Some(0) => (8, len - at),
            Some(1) => (16, u64_at(&head, 8).unwrap_or(0)),
            size => (8, u64::from(size.unwrap_or(0))),
        };
        let inside = at.checked_add(size).is_some_and(|end| end <= len);
        let name = head.get(4..8).unwrap_or_default();
        let is_index = name == b"moof" || name == b"moov";
        if size < header
            || !name.iter().all(|byte| (b' '..=b'~').contains(byte))
            || (!inside && !is_index && name != b"mdat")
        {
            // Recorders append what they like behind the last fragment.
            let Some(next) = next_fragment(file, at + 1, len)? else { break };
            (at, lossy, found.losses) = (next, true, found.losses + 1);
            continue;
        }
        if is_index && !inside {
            break;
        }
        if is_index {
            file.seek(SeekFrom::Start(at + header))?;
            let mut index = Vec::new();
            file.take(size - header).read_to_end(&mut index)?;
            if name == b"moov" {
                if !continues(&index) {
                    found.joined = true;
                    break;
                }
                clock.moved = clock.time;
            }
            let before = found.pieces.len();
            for entry in Boxes::new(&index) {
                // A broken fragment loses its own pictures.
                let Ok((name, traf)) = entry else { break };
                if &name == b"traf" {
                    fragment(traf, at, id, defaults, &mut clock, &mut found.pieces)?;
                }
            }
            if let Some(first) = found.pieces.get_mut(before) {
                first.after_loss = std::mem::take(&mut lossy);
            }
        }
        at = at.saturating_add(size);
    }
    Ok(found)
}

/// Where the next fragment starts, from a place on.
fn next_fragment(file: &mut File, mut at: u64, len: u64) -> Result<Option<u64>, Mp4Error> {
    let mut block = Vec::new();
    while at < len {
        block.clear();
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(1 << 16).read_to_end(&mut block)?;
        let starts = |head: &[u8]| {
            let end = |size: u32| at.saturating_add(u64::from(size)) <= len && size >= 16;
            head.get(4..8) == Some(b"moof") && u32_at(head, 0).is_some_and(end)
        };
        if let Some(found) = block.windows(8).position(starts) {
            return Ok(Some(at + found as u64));
        }
        at += (block.len() as u64).saturating_sub(7).max(1);
    }
    Ok(None)
}

/// Adds the pictures of a track's part of a fragment, which starts at byte `start`.
fn fragment(
    traf: &[u8],
    start: u64,
    id: Option<u32>,
    mut defaults: Defaults,
    clock: &mut Clock,
    pieces: &mut Vec<Piece>,
) -> Result<(), Mp4Error> {
    let Some(tfhd) = child(traf, b"tfhd")? else { return Ok(()) };
    if u32_at(tfhd, 4) != id {
        return Ok(());
    }
    let flags = u32_at(tfhd, 0).unwrap_or(0) & 0xff_ffff;
    let (mut base, mut at) = (start, 8);
    if flags & 1 != 0 {
        (base, at) = (u64_at(tfhd, at).unwrap_or(start), at + 8);
    }
    if flags & 2 != 0 {
        at += 4;
    }
    if flags & 8 != 0 {
        (defaults.duration, at) = (u32_at(tfhd, at).unwrap_or(0), at + 4);
    }
    if flags & 16 != 0 {
        defaults.size = u32_at(tfhd, at).unwrap_or(0);
    }
    if let Some(tfdt) = child(traf, b"tfdt")? {
        let wide = tfdt.first() == Some(&1);
        let found = if wide { u64_at(tfdt, 4) } else { u32_at(tfdt, 4).map(u64::from) };
        let found = found.and_then(|time| i64::try_from(time).ok());
        clock.set(found.unwrap_or(0));
    }
    let mut next = base;
    for entry in Boxes::new(traf) {
        let (name, trun) = entry?;
        if &name == b"trun" {
            run(trun, base, defaults, &mut next, clock, pieces)?;
        }
    }
    Ok(())
}

/// Adds the pictures of a run; `next` is where it starts unless it says otherwise.
fn run(
    trun: &[u8],
    base: u64,
    defaults: Defaults,
    next: &mut u64,
    clock: &mut Clock,
    pieces: &mut Vec<Piece>,
) -> Result<(), Mp4Error> {
    let flags = u32_at(trun, 0).unwrap_or(0);
    let count = u32_at(trun, 4).unwrap_or(0) as usize;
    let mut at = 8;
    if flags & 1 != 0 {
        let offset = u32_at(trun, at).unwrap_or(0).cast_signed();
        (*next, at) = (base.saturating_add_signed(i64::from(offset)), at + 4);
    }
    if flags & 4 != 0 {
        at += 4;
    }
    if count > MOST - pieces.len().min(MOST) {
        return damaged(format!("a fragment of {count} pictures"));
    }
    for _ in 0..count {
        let mut field = |flag: u32, default: u32| match flags & flag {
            0 => Some(default),
            _ => {
                at += 4;
                u32_at(trun, at - 4)
            }
        };
        let (duration, size) = (field(0x100, defaults.duration), field(0x200, defaults.size));
        let (_, shift) = (field(0x400, 0), field(0x800, 0));
        let (Some(duration), Some(size), Some(shift)) = (duration, size, shift) else {
            return damaged("the \"trun\" table is shorter than its entry count");
        };
        let shown = clock.time.saturating_add(i64::from(shift.cast_signed()));
        pieces.push(Piece { at: *next, size, time: shown, after_loss: false });
        *next = next.saturating_add(u64::from(size));
        clock.step = i64::from(duration);
        clock.time = clock.time.saturating_add(clock.step);
    }
    Ok(())
}
