//! AVI as far as video needs it: the video's chunks, one after the other. An index is not needed, and not read: where it is
//! lost or wrong, the pictures are all there.

mod header;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::SourceError;
use super::coded::{Bytes, Coded, Coding, Sample, Stream};
use super::cut::{Promise, promise};
use header::{Track, best};

/// The most bytes of a header, and of a coded picture, that are held in memory.
const LARGEST: u64 = 1 << 26;

/// How a picture is coded, by the four letters that AVI has for it.
pub(super) fn coding(name: &[u8]) -> Option<Coding> {
    let name: [u8; 4] = *name.first_chunk()?;
    match &name.map(|letter| letter.to_ascii_uppercase()) {
        b"H264" | b"X264" | b"AVC1" | b"DAVC" => Some(Coding::H264),
        b"HEVC" | b"H265" | b"X265" | b"HVC1" | b"HEV1" => Some(Coding::Hevc),
        b"MJPG" | b"JPEG" | b"AVRN" | b"IJPG" | b"DMB1" => Some(Coding::Jpeg),
        _ => None,
    }
}

/// The head of a chunk.
#[derive(Debug, Clone, Copy)]
struct Head {
    name: [u8; 4],
    size: u32,
}

impl Head {
    fn of(bytes: &[u8]) -> Option<Self> {
        let (name, rest) = bytes.split_first_chunk()?;
        Some(Self { name: *name, size: u32::from_le_bytes(*rest.first_chunk()?) })
    }

    /// Whether it is a list, or a chunk that movies have; numbers of streams are two digits.
    fn is_known(self) -> bool {
        match &self.name {
            b"LIST" | b"RIFF" | b"JUNK" | b"idx1" | b"indx" | b"JUNQ" => true,
            [b'i', b'x', a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
            [a, b, kind @ ..] => {
                let kinds = [b"dc", b"db", b"wb", b"pc", b"tx", b"iv", b"dd"];
                a.is_ascii_digit() && b.is_ascii_digit() && kinds.contains(&kind)
            }
        }
    }

    /// Whether it holds what is coded; an index looks like chunks inside.
    fn is_data(self) -> bool {
        self.name.first().is_some_and(u8::is_ascii_digit)
    }

    /// The number of the stream whose picture it holds.
    fn picture(self) -> Option<usize> {
        let [a, b, kind @ ..] = self.name;
        let digit = |byte: u8| byte.is_ascii_digit().then(|| usize::from(byte - b'0'));
        Some(digit(a)? * 10 + digit(b)?).filter(|_| matches!(&kind, b"dc" | b"db"))
    }
}

/// The best video stream of a file.
pub(super) struct Avi {
    path: PathBuf,
    file: File,
    /// Where the next chunk starts, and the file's length.
    at: u64,
    len: u64,
    track: Track,
    promise: Promise,
    /// Slots so far: pictures, and those of which the one before stays.
    slots: i64,
    lossy: bool,
    losses: usize,
    stream: Stream,
}

impl Avi {
    /// Reads the header.
    ///
    /// # Errors
    /// The file cannot be read, or has no video in a form that is known.
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let unsupported = |what: &str| SourceError::unsupported(path, format!("{what} in AVI"));
        let mut file = File::open(path).at(path)?;
        let len = file.metadata().at(path)?.len();
        let mut start = Vec::new();
        let mut read = |at: u64, bytes: &mut Vec<u8>, most: u64| {
            bytes.clear();
            file.seek(SeekFrom::Start(at)).at(path)?;
            file.by_ref().take(most).read_to_end(bytes).at(path)
        };
        // Behind the file's own head come lists; the first is the header.
        let (mut at, mut header) = (12, Vec::new());
        while header.is_empty() && at < len {
            read(at, &mut start, 12)?;
            let Some(head) = Head::of(&start) else { break };
            let is_header = start.get(8..) == Some(b"hdrl");
            if is_header {
                read(at + 12, &mut header, u64::from(head.size.saturating_sub(4)).min(LARGEST))?;
            }
            at += 8 + u64::from(head.size) + u64::from(head.size % 2);
        }
        let track = best(&header).ok_or_else(|| unsupported("no video"))?;
        let coding = track.coding;
        let coding =
            coding.ok_or_else(|| unsupported(&format!("video coded as {:?}", track.name)))?;
        let promise = promise(path);
        let (scale, rate) = track.step;
        let known = scale > 0 && rate > 0;
        let frames = usize::try_from(track.frames).ok().filter(|frames| *frames > 0);
        let stream = Stream {
            coding,
            units: track.units,
            config: track.config.clone(),
            ordered: false,
            joined_late: false,
            turned: 0,
            fps: known.then(|| f64::from(rate) / f64::from(scale)),
            frames: frames.or(promise.frames),
        };
        let path = path.to_owned();
        let (slots, lossy, losses) = (0, false, 0);
        Ok(Self { path, file, at, len, track, promise, slots, lossy, losses, stream })
    }

    /// Pictures that were promised and have not come.
    fn missing(&self) -> usize {
        let seen = usize::try_from(self.slots).unwrap_or(usize::MAX);
        self.stream.frames.unwrap_or(0).saturating_sub(seen)
    }

    fn read(&mut self, at: u64, most: u64) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(at)).at(&self.path)?;
        self.file.by_ref().take(most).read_to_end(&mut bytes).at(&self.path)?;
        Ok(bytes)
    }

    /// Where the next chunk starts that seems to be one, from a place on; the end where there is none.
    fn resync(&mut self, from: u64) -> Result<u64, SourceError> {
        self.losses += 1;
        let mut at = from;
        while at < self.len {
            let block = self.read(at, 1 << 16)?;
            let heads =
                block.windows(8).enumerate().filter_map(|(n, bytes)| Some((n, Head::of(bytes)?)));
            let fits = |n: usize, size: u32| at + n as u64 + 8 + u64::from(size) <= self.len;
            let mut known = heads.filter(|(n, head)| head.is_known() && fits(*n, head.size));
            if let Some((n, _)) = known.next() {
                return Ok(at + n as u64);
            }
            at += (block.len() as u64).saturating_sub(7).max(1);
        }
        Ok(self.len)
    }

    /// Whether a chunk starts at a place, or the file ends there.
    fn is_start(&mut self, at: u64) -> Result<bool, SourceError> {
        let bytes = self.read(at, 8)?;
        Ok(at >= self.len || Head::of(&bytes).is_some_and(Head::is_known))
    }
}

impl Coded for Avi {
    fn stream(&self) -> &Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        while self.at < self.len {
            let start = self.at;
            let head = Head::of(&self.read(start, 8)?).filter(|head| head.is_known());
            let Some(head) = head else {
                self.at = self.resync(start + 1)?;
                self.lossy = true;
                if self.at == self.len && self.missing() == 0 {
                    self.losses -= 1; // what is left behind the last picture does not matter
                }
                continue;
            };
            if matches!(&head.name, b"LIST" | b"RIFF") {
                let kind = self.read(start + 8, 4)?;
                let is_open = matches!(kind.as_slice(), b"movi" | b"rec " | b"AVIX" | b"AVI ");
                let size = u64::from(head.size) + u64::from(head.size % 2);
                self.at = start + if is_open { 12 } else { 8 + size };
                continue;
            }
            let content = start + 8;
            let mut end = content + u64::from(head.size);
            let padded = end + u64::from(head.size % 2);
            let mut whole = Bytes::Whole;
            self.at = padded;
            if end <= self.len && !self.is_start(padded)? && self.is_start(end)? {
                self.at = end; // some writers do not pad
            } else if head.is_data() && (end > self.len || !self.is_start(padded)?) {
                // The size is damaged, or what follows is: the picture ends where the next chunk starts.
                let next = self.resync(content)?;
                if next < self.len {
                    (end, self.at, whole) = (next, next, Bytes::Broken);
                } else {
                    self.losses -= 1;
                }
            }
            if end > self.len {
                (end, self.at, whole) = (self.len, self.len, Bytes::None("the file ends early"));
                self.promise.cut = true;
            }
            if head.picture() != Some(self.track.number) {
                continue;
            }
            *bytes = self.read(content, (end - content).min(LARGEST))?;
            self.slots += 1;
            let after_loss = std::mem::take(&mut self.lossy);
            return Ok(Some(Sample {
                time: self.slots - 1,
                shown: true,
                after_loss,
                bytes: whole,
            }));
        }
        Ok(None)
    }

    fn seconds(&self, time: i64) -> Option<f64> {
        let (scale, rate) = self.track.step;
        (scale > 0 && rate > 0).then(|| time as f64 * f64::from(scale) / f64::from(rate))
    }

    fn step(&self) -> Option<i64> {
        None
    }

    fn ending(&self) -> (usize, Vec<String>) {
        let mut remarks = Vec::new();
        if self.losses > 0 {
            remarks.push(format!("bytes that make no sense in {} places", self.losses));
        }
        if self.promise.cut {
            remarks.push("the file ends early".to_owned());
        }
        let damaged = self.promise.cut || self.losses > 0;
        (if damaged { self.missing() } else { 0 }, remarks)
    }
}
