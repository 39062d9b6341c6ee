//! Matroska (RFC 9559) as far as video needs it: the video's blocks, and their times.

mod elements;
mod track;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::SourceError;
use super::avi;
use super::coded::{Bytes, Coded, Coding, Sample, Stream, Units};
use elements::{Elements, float, unsigned, vint};
use track::Track;

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK: u32 = 0xae;
const CLUSTER: u32 = 0x1f43_b675;
const CLUSTER_TIME: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const SIMPLE_BLOCK_BYTE: u8 = 0xa3;
const BLOCK_GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;

/// The most bytes of an element that is held in memory.
const LARGEST: u64 = 1 << 27;

/// An element's identity, and where its content lies.
#[derive(Debug, Clone, Copy)]
struct Element {
    id: u32,
    at: u64,
    /// None: up to the next element that cannot lie in it.
    size: Option<u64>,
}

/// The best video track of a file.
pub(super) struct Mkv {
    path: PathBuf,
    reader: BufReader<File>,
    /// Where the next element starts, and the file's length.
    at: u64,
    len: u64,
    /// Where the segment says that it ends.
    end: Option<u64>,
    track: Track,
    /// Nanoseconds in a unit of time.
    scale: f64,
    /// In units.
    duration: Option<f64>,
    cluster: i64,
    /// The latest time so far; and what the times of a segment that was joined to the first are moved by, where its first
    /// block has told.
    latest: i64,
    moved: Option<i64>,
    /// Display time of the first picture, and whether bytes were passed over since.
    first: Option<i64>,
    lossy: bool,
    losses: usize,
    count: usize,
    ready: VecDeque<(Sample, Vec<u8>)>,
    stream: Stream,
}

impl Mkv {
    /// Reads the tracks.
    ///
    /// # Errors
    /// The file cannot be read, or has no video in a form that is known.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let file = File::open(path).at(path)?;
        let len = file.metadata().at(path)?.len();
        let unsupported =
            |what: &str| SourceError::unsupported(path, format!("{what} in Matroska"));
        let mut source = Self {
            path: path.to_owned(),
            reader: BufReader::with_capacity(1 << 16, file),
            at: 0,
            len,
            end: None,
            track: Track::default(),
            scale: 1e6,
            duration: None,
            cluster: 0,
            latest: 0,
            moved: Some(0),
            first: None,
            lossy: false,
            losses: 0,
            count: 0,
            ready: VecDeque::new(),
            stream: Stream {
                coding: Coding::H264,
                units: Units::Lengths(4),
                config: Vec::new(),
                ordered: true,
                joined_late: false,
                turned: 0,
                fps: None,
                frames: None,
            },
        };
        let mut tracks = Vec::new();
        loop {
            let start = source.at;
            let Some(element) = source.element()? else { break };
            match element.id {
                EBML => source.skip(element),
                SEGMENT => source.end = element.size.and_then(|size| element.at.checked_add(size)),
                INFO => {
                    let info = source.content(element)?;
                    for (id, content) in Elements(&info) {
                        match id {
                            0x2a_d7b1 => source.scale = unsigned(content).max(1) as f64,
                            0x4489 => {
                                source.duration = float(content).filter(|length| *length > 0.0);
                            }
                            _ => {}
                        }
                    }
                }
                TRACKS => {
                    let content = source.content(element)?;
                    let entries = Elements(&content).filter(|(id, _)| *id == TRACK);
                    tracks.extend(entries.map(|(_, entry)| Track::read(entry)));
                }
                CLUSTER => {
                    source.at = start;
                    break;
                }
                _ => source.skip(element),
            }
        }
        tracks.retain(|track| track.video);
        // The first of the best.
        let best = tracks.into_iter().rev().max_by_key(|track| (track.enabled, track.pixels));
        let mut track = best.ok_or_else(|| unsupported("no video"))?;
        let coding = match track.codec.as_str() {
            "V_MPEG4/ISO/AVC" => Some(Coding::H264),
            "V_MPEGH/ISO/HEVC" => Some(Coding::Hevc),
            "V_MJPEG" => Some(Coding::Jpeg),
            // The head of a bitmap, as in AVI.
            "V_MS/VFW/FOURCC" => track.config.get(16..).and_then(avi::coding),
            _ => None,
        };
        let plain = coding == Some(Coding::Jpeg) || track.codec == "V_MS/VFW/FOURCC";
        if plain {
            track.config.clear();
        }
        let units = |coding: Coding| match plain {
            true => Some(Units::StartCodes),
            false => coding.units(&track.config),
        };
        let known = coding.and_then(|coding| Some((coding, units(coding)?)));
        let Some((coding, units)) = known else {
            return Err(unsupported(&format!("video coded as {:?}", track.codec)));
        };
        if track.encoded {
            return Err(unsupported("compressed blocks"));
        }
        let stream = &mut source.stream;
        (stream.coding, stream.units) = (coding, units);
        stream.config.clone_from(&track.config);
        stream.turned = track.turned;
        stream.fps = track.step.filter(|step| *step > 0).map(|step| 1e9 / step as f64);
        source.track = track;
        Ok(source)
    }

    /// From a picture to the next, in units.
    fn units(&self) -> Option<f64> {
        self.track.step.filter(|step| *step > 0).map(|step| step as f64 / self.scale)
    }

    /// The same as a whole number, on average if it is not stated.
    fn between(&self) -> i64 {
        let steps = i64::try_from(self.count).unwrap_or(i64::MAX).saturating_sub(1).max(1);
        self.step().unwrap_or((self.latest - self.first.unwrap_or(0)) / steps).max(1)
    }

    /// The head of the next element, if there is one that is whole.
    fn element(&mut self) -> Result<Option<Element>, SourceError> {
        let mut head = Vec::new();
        self.reader.seek(SeekFrom::Start(self.at)).at(&self.path)?;
        self.reader.by_ref().take(12).read_to_end(&mut head).at(&self.path)?;
        let Some((id, rest)) = vint(&head, false).filter(|(id, _)| *id <= u64::from(u32::MAX))
        else {
            return Ok(None);
        };
        let Some((size, behind)) = vint(rest, true) else { return Ok(None) };
        let at = self.at + (head.len() - behind.len()) as u64;
        let open = size == (1u64 << (7 * (rest.len() - behind.len()))) - 1;
        self.at = at;
        Ok(Some(Element { id: id as u32, at, size: (!open).then_some(size) }))
    }

    fn skip(&mut self, element: Element) {
        self.at = element.at.saturating_add(element.size.unwrap_or(0)).min(self.len);
    }

    /// What of an element's content is there.
    fn content(&mut self, element: Element) -> Result<Vec<u8>, SourceError> {
        let mut content = Vec::new();
        self.reader.seek(SeekFrom::Start(element.at)).at(&self.path)?;
        let size = element.size.unwrap_or(0).min(LARGEST);
        self.reader.by_ref().take(size).read_to_end(&mut content).at(&self.path)?;
        self.skip(element);
        Ok(content)
    }

    /// Whether a block of the video seems to start at a place: one that ends where another element starts.
    fn is_block(&mut self, at: u64, head: &[u8]) -> Result<bool, SourceError> {
        let Some((SIMPLE_BLOCK_BYTE, rest)) = head.split_first().map(|(id, rest)| (*id, rest))
        else {
            return Ok(false);
        };
        let Some((size, content)) = vint(rest, true).filter(|(size, _)| *size > 4) else {
            return Ok(false);
        };
        let own = vint(content, true).is_some_and(|(track, _)| track == self.track.number);
        let end = at + (head.len() - content.len()) as u64 + size;
        if !own || end > self.len {
            return Ok(false);
        }
        let mut next = Vec::new();
        self.reader.seek(SeekFrom::Start(end)).at(&self.path)?;
        self.reader.by_ref().take(1).read_to_end(&mut next).at(&self.path)?;
        Ok(matches!(next.as_slice(), [] | [SIMPLE_BLOCK_BYTE | 0xa0 | 0x1f | 0x1c | 0xec]))
    }

    /// Goes on at the next cluster or block, behind bytes that make no sense.
    fn resync(&mut self, from: u64) -> Result<bool, SourceError> {
        (self.lossy, self.losses) = (true, self.losses + 1);
        let mut block = Vec::new();
        let mut at = from;
        while at < self.len {
            block.clear();
            self.reader.seek(SeekFrom::Start(at)).at(&self.path)?;
            self.reader.by_ref().take(1 << 16).read_to_end(&mut block).at(&self.path)?;
            for (n, head) in block.windows(16).enumerate() {
                let here = at + n as u64;
                if head.starts_with(&CLUSTER.to_be_bytes()) || self.is_block(here, head)? {
                    self.at = here;
                    return Ok(true);
                }
            }
            at += (block.len() as u64).saturating_sub(15).max(1);
        }
        self.at = self.len;
        Ok(false)
    }

    /// Takes in the next element of the segment; `false` at the end.
    fn advance(&mut self) -> Result<bool, SourceError> {
        let start = self.at;
        if start >= self.len {
            return Ok(false);
        }
        let Some(element) = self.element()? else { return self.resync(start + 1) };
        let known = element.size.is_some_and(|size| element.at + size.min(self.len) <= self.len);
        match element.id {
            CLUSTER => {}
            SEGMENT => {
                self.end = element.size.and_then(|size| element.at.checked_add(size));
                self.moved = None;
            }
            CLUSTER_TIME => {
                let time = self.content(element)?;
                self.cluster = i64::try_from(unsigned(&time)).unwrap_or(0);
                // A clock that was set back goes on. Reordered pictures are a few behind.
                let now = self.moved.map(|moved| moved.saturating_add(self.cluster));
                if self.count > 0 && now.is_some_and(|now| now < self.latest - 16 * self.between())
                {
                    self.moved = None;
                }
            }
            SIMPLE_BLOCK => {
                let block = self.content(element)?;
                self.block(&block, known);
            }
            BLOCK_GROUP => {
                let group = self.content(element)?;
                if let Some((_, block)) = Elements(&group).find(|(id, _)| *id == BLOCK) {
                    self.block(block, known);
                }
            }
            // Further elements of a segment or cluster, and those that anything may hold.
            INFO | TRACKS | EBML | 0x1c53_bb6b | 0x114d_9b74 | 0x1254_c367 | 0x1043_a770
            | 0x1941_a469 | 0xec | 0xbf | 0xab | 0xa7 | 0x5854 => self.skip(element),
            _ => return self.resync(start + 1),
        }
        Ok(true)
    }

    /// Takes in a block: track, time, flags, and one picture.
    fn block(&mut self, block: &[u8], whole: bool) {
        let own = vint(block, true).filter(|(track, _)| *track == self.track.number);
        let Some((_, rest)) = own else { return };
        let Some((&[high, low, _], picture)) = rest.split_first_chunk::<3>() else { return };
        let time = self.cluster.saturating_add(i64::from(i16::from_be_bytes([high, low])));
        // Of files that were joined the second's clock starts anew; it goes on where the first ends.
        let moved = *self.moved.get_or_insert(self.latest + self.between() - time);
        let time = time.saturating_add(moved);
        self.latest = self.latest.max(time);
        self.first = self.first.or(Some(time));
        self.count += 1;
        let bytes = if whole { Bytes::Whole } else { Bytes::None("the file ends early") };
        let after_loss = std::mem::take(&mut self.lossy);
        let sample = Sample { time, shown: true, after_loss, bytes };
        self.ready.push_back((sample, picture.to_vec()));
    }
}

impl Coded for Mkv {
    fn stream(&self) -> &Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        while self.ready.is_empty() && self.advance()? {}
        let Some((sample, picture)) = self.ready.pop_front() else { return Ok(None) };
        *bytes = picture;
        Ok(Some(sample))
    }

    fn seconds(&self, time: i64) -> Option<f64> {
        Some(time.saturating_sub(self.first.unwrap_or(0)) as f64 * self.scale / 1e9)
    }

    fn step(&self) -> Option<i64> {
        self.units().map(|step| step.round() as i64).filter(|step| *step > 0)
    }

    fn ending(&self) -> (usize, Vec<String>) {
        let cut = self.end.is_some_and(|end| end > self.len);
        let mut remarks = Vec::new();
        if self.losses > 0 {
            remarks.push(format!("bytes that make no sense in {} places", self.losses));
        }
        if cut {
            remarks.push("the file ends early".to_owned());
        }
        let pictures =
            self.duration.zip(self.units()).map(|(length, step)| (length / step).round());
        let promised = pictures.filter(|count| *count < 1e9).map_or(0, |count| count as usize);
        let missing = if cut || self.losses > 0 { promised.saturating_sub(self.count) } else { 0 };
        (missing, remarks)
    }
}
