//! MPEG-TS (ISO/IEC 13818-1) as far as H.264 needs it: which packets are the video's, and its time stamps.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::SourceError;
use super::annexb::{FPS, Splitter};
use super::coded::{Bytes, Coded, Sample, Stream, Units};

const PACKET: usize = 188;
const SYNC: u8 = 0x47;
/// Ticks of the clock in a second.
const TICKS: i64 = 90_000;
/// A jump of the clock by more than so many ticks is a restart, and not a gap.
const JUMP: i64 = 10 * TICKS;
/// Packets within which the tables must come.
const SEARCHED: usize = 20_000;

/// Stream types of video that are not read here.
const OTHERS: [(u8, &str); 7] = [
    (0x01, "MPEG-1"),
    (0x02, "MPEG-2"),
    (0x10, "MPEG-4"),
    (0x24, "HEVC"),
    (0x33, "VVC"),
    (0x42, "AVS"),
    (0xea, "VC-1"),
];

/// How packets lie in a file: its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    start: usize,
    stride: usize,
}

/// The layout of MPEG-TS, if these bytes are the beginning of such a file.
pub(super) fn layout(head: &[u8]) -> Option<Layout> {
    let fits = |start: usize, stride: usize| {
        let mut count = 0;
        let mut syncs = head.iter().skip(start).step_by(stride).inspect(|_| count += 1);
        syncs.all(|byte| *byte == SYNC) && count >= 4
    };
    // Plain; of Blu-ray and camcorders, with four bytes in front of each; with error correction behind.
    let layouts = [(0, 188), (4, 192), (0, 204)];
    let found = layouts.into_iter().find(|(start, stride)| fits(*start, *stride));
    // A recording may start in the middle of a packet.
    let late = || (1..PACKET).map(|start| (start, PACKET)).find(|(start, _)| fits(*start, PACKET));
    found.or_else(late).map(|(start, stride)| Layout { start, stride })
}

/// When a picture is decoded and shown, in ticks.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    decoded: i64,
    shown: i64,
    /// Whether packets were lost before it.
    lossy: bool,
}

/// The first H.264 stream of a file.
pub(super) struct Ts {
    packets: Packets,
    video: u16,
    counter: Option<u8>,
    /// Whether packets were lost in the picture that is gathered, and since the last stamp.
    broken: bool,
    lossy: bool,
    splitter: Splitter<Stamp>,
    clock: Clock,
    /// Pictures that come next.
    ready: VecDeque<(Sample, Vec<u8>)>,
    ended: bool,
    lost: usize,
    stream: Stream,
}

/// The packets of a file.
struct Packets {
    path: PathBuf,
    reader: BufReader<File>,
    stride: usize,
    packet: Vec<u8>,
}

impl Packets {
    fn open(path: &Path, layout: Layout) -> Result<Self, SourceError> {
        let mut reader = BufReader::with_capacity(1 << 18, File::open(path).at(path)?);
        std::io::copy(&mut reader.by_ref().take(layout.start as u64), &mut std::io::sink())
            .at(path)?;
        let (path, stride) = (path.to_owned(), layout.stride);
        Ok(Self { path, reader, stride, packet: Vec::new() })
    }

    /// Reads the next packet; `false` at the end. Bytes between packets are passed over.
    fn next(&mut self) -> Result<bool, SourceError> {
        let kept = self.packet.len().min(self.stride);
        self.packet.drain(..kept);
        loop {
            let wanted = self.stride.saturating_sub(self.packet.len());
            let mut part = self.reader.by_ref().take(wanted as u64);
            part.read_to_end(&mut self.packet).at(&self.path)?;
            if self.packet.len() < PACKET {
                return Ok(false);
            }
            if self.packet.first() == Some(&SYNC) {
                return Ok(true);
            }
            let next = self.packet.iter().skip(1).position(|byte| *byte == SYNC);
            self.packet.drain(..next.map_or(self.packet.len(), |at| at + 1));
        }
    }

    fn pid(&self) -> u16 {
        match self.packet.as_slice() {
            [_, high, low, ..] => u16::from_be_bytes([high & 0x1f, *low]),
            _ => 0,
        }
    }

    /// Whether a unit of the stream starts in this packet.
    fn starts(&self) -> bool {
        self.packet.get(1).is_some_and(|byte| byte & 0x40 != 0)
    }

    /// Control bits and counter.
    fn control(&self) -> u8 {
        self.packet.get(3).copied().unwrap_or(0)
    }

    /// The bytes behind the header, and whether it says that the counter starts anew.
    fn payload(&self) -> (&[u8], bool) {
        let body = self.packet.get(4..PACKET).unwrap_or_default();
        let (adapted, filled) = (self.control() & 0x20 != 0, self.control() & 0x10 != 0);
        let (rest, anew) = match (adapted, body) {
            (true, [length, field @ ..]) => {
                let anew = *length > 0 && field.first().is_some_and(|flags| flags & 0x80 != 0);
                (field.get(usize::from(*length)..).unwrap_or_default(), anew)
            }
            _ => (body, false),
        };
        (if filled { rest } else { &[] }, anew)
    }

    /// A table that starts in this packet, from its identity on.
    fn table(&self) -> Option<&[u8]> {
        let (payload, _) = self.payload();
        let (&skipped, rest) = payload.split_first().filter(|_| self.starts())?;
        rest.get(usize::from(skipped)..)
    }
}

impl Ts {
    /// Finds the video.
    ///
    /// # Errors
    /// The file cannot be read, or has no H.264.
    pub(super) fn open(path: &Path, layout: Layout) -> Result<Self, SourceError> {
        let mut packets = Packets::open(path, layout)?;
        let mut map = None;
        let mut video = None;
        for _ in 0..SEARCHED {
            if video.is_some() || !packets.next()? {
                break;
            }
            let pid = packets.pid();
            if pid == 0 && map.is_none() {
                map = packets.table().and_then(program_map);
            } else if Some(pid) == map {
                video = packets.table().and_then(streams);
            }
        }
        let video = match video {
            Some(Ok(pid)) => pid,
            Some(Err(kind)) => {
                return Err(SourceError::unsupported(path, format!("{kind} in MPEG-TS")));
            }
            None => return Err(SourceError::unsupported(path, "MPEG-TS without a table of video")),
        };
        let stream = Stream {
            units: Units::StartCodes,
            avcc: Vec::new(),
            ordered: true,
            joined_late: true,
            turned: 0,
            fps: Some(FPS),
            frames: None,
        };
        Ok(Self {
            packets: Packets::open(path, layout)?,
            video,
            counter: None,
            broken: false,
            lossy: false,
            splitter: Splitter::new(),
            clock: Clock::default(),
            ready: VecDeque::new(),
            ended: false,
            lost: 0,
            stream,
        })
    }

    /// Takes in a packet of the video.
    fn take(&mut self) {
        let (payload, anew) = self.packets.payload();
        if payload.is_empty() {
            return;
        }
        let counter = self.packets.control() & 15;
        let found = if self.packets.starts() { stamps(payload) } else { None };
        let restarts = found.is_some_and(|(stamps, _)| {
            stamps.is_some_and(|(decoded, _)| self.clock.restarts(decoded))
        });
        match self.counter {
            Some(last) if counter == last && !anew && !restarts => return, // sent twice
            // Recordings that were joined start counting anew.
            Some(last) if counter != (last + 1) & 15 && !anew && !restarts => {
                (self.broken, self.lossy) = (true, true);
                self.lost += 1;
            }
            _ => {}
        }
        self.counter = Some(counter);
        let (stamps, coded) = found.unwrap_or((None, payload));
        if let Some((decoded, shown)) = stamps {
            let lossy = std::mem::take(&mut self.lossy);
            self.splitter.stamp(Stamp { decoded, shown, lossy });
        }
        self.splitter.push(coded);
    }

    /// Puts pictures that are whole where they are read from.
    fn split(&mut self) {
        while let Some((picture, stamp)) = self.splitter.next(self.ended) {
            let lossy = stamp.is_some_and(|stamp| stamp.lossy);
            let shown = self.clock.tick(stamp.map(|stamp| (stamp.decoded, stamp.shown)), lossy);
            let broken = std::mem::take(&mut self.broken);
            let bytes = if broken { Bytes::Broken } else { Bytes::Whole };
            let sample = Sample { time: shown, shown: true, after_loss: lossy, bytes };
            self.ready.push_back((sample, picture));
        }
    }
}

impl Coded for Ts {
    fn stream(&self) -> &Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        while self.ready.is_empty() && !self.ended {
            match self.packets.next()? {
                true if self.packets.pid() == self.video => self.take(),
                true => continue,
                false => self.ended = true,
            }
            self.split();
        }
        let Some((sample, picture)) = self.ready.pop_front() else { return Ok(None) };
        *bytes = picture;
        Ok(Some(sample))
    }

    fn seconds(&self, time: i64) -> Option<f64> {
        Some((time - self.clock.first.unwrap_or(0)) as f64 / TICKS as f64)
    }

    fn step(&self) -> Option<i64> {
        self.clock.step
    }

    fn ending(&self) -> (usize, Vec<String>) {
        let lost = format!("packets are lost in {} places", self.lost);
        (0, if self.lost > 0 { vec![lost] } else { Vec::new() })
    }
}

/// The clock of the stream: it may wrap, restart where recordings were joined, and have gaps.
#[derive(Default)]
struct Clock {
    first: Option<i64>,
    /// When the last picture was decoded, with its offset.
    last: Option<i64>,
    /// The least time from a picture to the next.
    step: Option<i64>,
    offset: i64,
    /// From decoding to display of the last picture.
    delay: i64,
}

impl Clock {
    /// Whether it starts anew with a picture that is decoded at this time.
    fn restarts(&self, decoded: i64) -> bool {
        self.last.is_some_and(|last| {
            (decoded + self.offset - last).abs() > JUMP || decoded + self.offset <= last
        })
    }

    /// A picture's display time.
    fn tick(&mut self, stamps: Option<(i64, i64)>, lossy: bool) -> i64 {
        let step = self.step.unwrap_or((TICKS as f64 / FPS) as i64).max(1);
        let Some((decoded, shown)) = stamps else {
            // A second field, or one of several pictures in a packet.
            let now = self.last.map_or(0, |last| last + step / 2);
            self.last = Some(now);
            return now + self.delay;
        };
        let Some(last) = self.last else {
            (self.first, self.last, self.delay) = (Some(shown), Some(decoded), shown - decoded);
            return shown;
        };
        let mut now = decoded + self.offset;
        if now <= last || now - last > JUMP {
            self.offset += last + step - now;
            now = last + step;
        }
        if !lossy {
            self.step = Some(self.step.map_or(now - last, |step| step.min(now - last)));
        }
        (self.last, self.delay) = (Some(now), shown - decoded);
        now + self.delay
    }
}

/// Where the table of the first program comes, from the table of programs.
fn program_map(table: &[u8]) -> Option<u16> {
    let programs = section(table, 0)?.get(5..)?.as_chunks::<4>().0;
    let program = programs.iter().find(|[a, b, ..]| (*a, *b) != (0, 0))?;
    let [_, _, high, low] = program;
    Some(u16::from_be_bytes([high & 0x1f, *low]))
}

/// The packets of a program's H.264, or the name of the video that it has instead.
fn streams(table: &[u8]) -> Option<Result<u16, &'static str>> {
    let section = section(table, 2)?;
    let info = |at: usize| {
        Some(usize::from(u16::from_be_bytes(*section.get(at..)?.first_chunk()?) & 0xfff))
    };
    let mut at = 9 + info(7)?;
    let mut other = None;
    while let Some(&[kind, high, low]) = section.get(at..).and_then(<[u8]>::first_chunk) {
        if kind == 0x1b {
            return Some(Ok(u16::from_be_bytes([high & 0x1f, low])));
        }
        other = other.or(OTHERS.iter().find(|(known, _)| *known == kind));
        at += 5 + info(at + 3)?;
    }
    Some(Err(other.map_or("no video that is known", |(_, name)| name)))
}

/// A table's content behind its length and before its checksum, if it is of that identity.
fn section(table: &[u8], identity: u8) -> Option<&[u8]> {
    let (head, rest) = table.split_first_chunk::<3>()?;
    let length = usize::from(u16::from_be_bytes([head[1], head[2]]) & 0xfff);
    rest.get(..length.checked_sub(4)?).filter(|_| head[0] == identity)
}

/// The time stamps (decoding, display) at the start of a packet of the elementary stream, where it has them, and what is
/// coded behind them.
#[allow(clippy::type_complexity)]
fn stamps(payload: &[u8]) -> Option<(Option<(i64, i64)>, &[u8])> {
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
    Some((shown.map(|shown| (decoded.unwrap_or(shown), shown)), coded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_told_from_the_first_bytes() {
        let packets = |front: usize, stride: usize| {
            let mut bytes = vec![0; front];
            for _ in 0..6 {
                bytes.push(SYNC);
                bytes.extend(vec![1; stride - 1]);
            }
            bytes
        };
        assert_eq!(layout(&packets(0, 188)), Some(Layout { start: 0, stride: 188 }));
        assert_eq!(layout(&packets(4, 192)), Some(Layout { start: 4, stride: 192 }));
        assert_eq!(layout(&packets(0, 204)), Some(Layout { start: 0, stride: 204 }));
        assert_eq!(layout(&packets(100, 188)), Some(Layout { start: 100, stride: 188 }));
        assert_eq!(layout(&[7; 2000]), None);
        assert_eq!(layout(&[SYNC; 300]), None);
    }

    #[test]
    fn the_clock_goes_on_where_it_restarts() {
        let mut clock = Clock::default();
        let mut tick = |decoded: i64| clock.tick(Some((decoded, decoded + 10)), false);
        assert_eq!([1000, 4600, 8200].map(&mut tick), [1010, 4610, 8210]);
        assert_eq!(tick(22_600), 22_610); // the camera's own gap
        assert_eq!([1000, 4600].map(&mut tick), [26_210, 29_810]);
        assert_eq!(clock.step, Some(3600));
    }
}
