//! MPEG-TS (ISO/IEC 13818-1) as far as video needs it: which packets are the video's, and its time stamps.

mod clock;
mod packets;
mod tables;

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use super::SourceError;
use super::annexb::{FPS, Splitter};
use super::coded::{Bytes, Coded, Coding, Sample, Stream, Units};
use clock::Clock;
use packets::Packets;
pub(super) use packets::{Layout, layout};
use tables::{is_sound, program_map, stamps, streams};

/// Ticks of the clock in a second.
const TICKS: i64 = 90_000;
/// From a picture to the next, where nothing tells.
const USUAL_STEP: i64 = (TICKS as f64 / FPS) as i64;
/// Most pictures that wait for the first stamp.
const EARLY: usize = 64;
/// Packets within which the tables must come.
const SEARCHED: usize = 20_000;

/// When a picture is decoded and shown, in ticks.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    decoded: i64,
    shown: i64,
    /// Whether packets were lost before it.
    lossy: bool,
}

/// The stream of video of a file, H.264 or HEVC; of several the one with the most bytes: others are previews.
pub(super) struct Ts {
    packets: Packets,
    /// Where the table of the program comes.
    map: Option<u16>,
    video: u16,
    counter: Option<u8>,
    /// The counter of the tables of programs, and whether it started anew behind the last packet of the video: there
    /// another recording was joined.
    tables: Option<u8>,
    rejoined: bool,
    /// Whether packets were lost in the picture that is gathered, and since the last stamp.
    broken: bool,
    lossy: bool,
    splitter: Splitter<Stamp>,
    clock: Clock,
    /// Pictures that come next.
    ready: VecDeque<(Sample, Vec<u8>)>,
    /// Those before the first stamp.
    early: Vec<(Bytes, Vec<u8>)>,
    ended: bool,
    /// What ends it before the file does.
    changed: Option<String>,
    lost: usize,
    stream: Stream,
}

/// Where the table of the program comes; the packets of its video, and how it is coded.
fn find(path: &Path, layout: Layout) -> Result<(Option<u16>, (u16, Coding)), SourceError> {
    let mut packets = Packets::open(path, layout)?;
    let (mut map, mut found) = (None, None);
    let mut sizes = BTreeMap::new();
    for _ in 0..SEARCHED {
        let enough = matches!(&found, Some(Ok(one)) if Vec::len(one) == 1);
        if enough || !packets.next()? {
            break;
        }
        let pid = packets.pid();
        if pid == 0 && map.is_none() {
            map = packets.table().and_then(program_map);
        } else if Some(pid) == map && found.is_none() {
            found = packets.table().and_then(streams);
        }
        *sizes.entry(pid).or_insert(0) += packets.payload().0.len();
    }
    let why = match found {
        Some(Ok(found)) => {
            let size = |(video, _): &(u16, Coding)| sizes.get(video).copied().unwrap_or(0);
            // Of equal ones the first.
            let largest = found.into_iter().rev().max_by_key(size);
            return largest.map(|video| (map, video)).ok_or_else(|| SourceError::empty(path));
        }
        Some(Err(kind)) => format!("{kind} in MPEG-TS"),
        None => "MPEG-TS without a table of video".to_owned(),
    };
    Err(SourceError::unsupported(path, why))
}

impl Ts {
    /// Finds the video.
    ///
    /// # Errors
    /// The file cannot be read, or has no video that is known.
    pub(super) fn open(path: &Path, layout: Layout) -> Result<Self, SourceError> {
        let (map, (video, coding)) = find(path, layout)?;
        let stream = Stream {
            coding,
            units: Units::StartCodes,
            config: Vec::new(),
            ordered: true,
            joined_late: true,
            turned: 0,
            fps: Some(FPS),
            frames: None,
        };
        Ok(Self {
            packets: Packets::open(path, layout)?,
            map,
            video,
            counter: None,
            tables: None,
            rejoined: false,
            broken: false,
            lossy: false,
            splitter: Splitter::new(coding),
            clock: Clock::default(),
            ready: VecDeque::new(),
            early: Vec::new(),
            ended: false,
            changed: None,
            lost: 0,
            stream,
        })
    }

    /// Looks at the table that starts in a packet: recordings that were joined may have their video elsewhere.
    fn look(&mut self) {
        let Some(table) = self.packets.table().filter(|table| is_sound(table)) else { return };
        if self.packets.pid() == 0 {
            let counter = self.packets.control() & 15;
            self.rejoined |= self.tables.is_some_and(|last| counter != (last + 1) & 15);
            self.tables = Some(counter);
            self.map = program_map(table).or(self.map);
            return;
        }
        let Some(Ok(found)) = streams(table) else { return }; // a time without video
        let goes_on = |(video, _): &(u16, Coding)| *video == self.video;
        let alike = |(_, coding): &(u16, Coding)| *coding == self.stream.coding;
        match found
            .iter()
            .find(|one| goes_on(one) && alike(one))
            .or(found.iter().find(|one| alike(one)))
        {
            Some((video, _)) if *video == self.video => {}
            Some((video, _)) => (self.video, self.counter) = (*video, None),
            None => {
                let (before, now) = (self.stream.coding.name(), found[0].1.name());
                self.changed =
                    Some(format!("the rest is not read: the video changes from {before} to {now}"));
                self.ended = true;
            }
        }
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
        // What is lost takes parts of pictures; a recording ends and starts with whole ones.
        let rejoined = std::mem::take(&mut self.rejoined) && self.packets.starts();
        let anew = anew || rejoined;
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
            let broken = std::mem::take(&mut self.broken);
            let bytes = if broken { Bytes::Broken } else { Bytes::Whole };
            let waits = stamp.is_none() && !self.clock.has_begun();
            if waits && !self.ended && self.early.len() < EARLY {
                // The rest of one that started before the recording; the next one's stamp tells its time.
                self.early.push((bytes, picture));
                continue;
            }
            let lossy = stamp.is_some_and(|stamp| stamp.lossy);
            let time = self.clock.tick(stamp.map(|stamp| (stamp.decoded, stamp.shown)), lossy);
            let mut earlier = time - self.early.len() as i64 * USUAL_STEP;
            if !self.early.is_empty() {
                self.clock.first = Some(earlier);
            }
            for (bytes, picture) in self.early.drain(..) {
                let sample = Sample { time: earlier, shown: true, after_loss: false, bytes };
                self.ready.push_back((sample, picture));
                earlier += USUAL_STEP;
            }
            let sample = Sample { time, shown: true, after_loss: lossy, bytes };
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
                true => {
                    let pid = self.packets.pid();
                    if pid == 0 || Some(pid) == self.map {
                        self.look();
                    }
                    if !self.ended {
                        continue;
                    }
                }
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
        let lost = (self.lost > 0).then_some(lost);
        (0, lost.into_iter().chain(self.changed.clone()).collect())
    }
}
