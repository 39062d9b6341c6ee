//! H.264 and HEVC as a stream of units behind start codes: files as cameras write them, and what MPEG-TS carries.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::SourceError;
use super::coded::{Bytes, Coded, Coding, Sample, Stream, Units};

/// The most bytes that a coded picture may have.
const LARGEST: usize = 1 << 26;

/// Pictures per second where the stream does not say, as FFmpeg has it.
pub(super) const FPS: f64 = 25.0;

/// What a unit is to the cutting of a stream, by its header and the byte behind a header of H.264 or HEVC.
struct Part {
    is_slice: bool,
    /// Whether a new picture begins with it, if the one before has a slice.
    begins: bool,
}

impl Part {
    fn of(coding: Coding, [first, second, third]: [u8; 3]) -> Self {
        match coding {
            Coding::H264 => {
                let is_slice = matches!(first & 31, 1 | 5);
                // The first of a picture: its number of macroblocks before it is 0, coded as a 1.
                let begins = is_slice && second & 0x80 != 0;
                Self { is_slice, begins: begins || matches!(first & 31, 6..=9 | 14..=18) }
            }
            Coding::Hevc => {
                let kind = first >> 1 & 63;
                let is_slice = kind < 32;
                let begins = is_slice && third & 0x80 != 0;
                let ahead = matches!(kind, 32..=35 | 39 | 41..=44 | 48..=55);
                Self { is_slice, begins: begins || ahead }
            }
            Coding::Jpeg => Self { is_slice: false, begins: false },
        }
    }
}

/// Cuts a stream into coded pictures; each keeps the stamp of the bytes in which it starts.
pub(super) struct Splitter<S> {
    coding: Coding,
    buffer: Vec<u8>,
    /// Up to here no start code was missed.
    scanned: usize,
    /// Whether the picture that is gathered has a slice yet.
    has_slice: bool,
    /// Stamps, and where in the buffer they begin to hold.
    stamps: VecDeque<(usize, S)>,
}

impl<S> Splitter<S> {
    pub(super) fn new(coding: Coding) -> Self {
        let (buffer, stamps) = (Vec::new(), VecDeque::new());
        Self { coding, buffer, scanned: 0, has_slice: false, stamps }
    }

    pub(super) fn stamp(&mut self, stamp: S) {
        self.stamps.push_back((self.buffer.len(), stamp));
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole picture and its stamp; at the end of the stream also what is left.
    pub(super) fn next(&mut self, end: bool) -> Option<(Vec<u8>, Option<S>)> {
        // A start code, the unit's header and a byte of a slice.
        while let Some(&[a, b, c, ref head @ ..]) =
            self.buffer.get(self.scanned..).and_then(<[u8]>::first_chunk::<6>)
        {
            if [a, b, c] != [0, 0, 1] {
                self.scanned += 1;
                continue;
            }
            let Part { is_slice, begins } = Part::of(self.coding, *head);
            if begins && self.has_slice {
                return Some(self.cut(self.scanned));
            }
            self.has_slice |= is_slice;
            self.scanned += 3;
        }
        let left = self.buffer.len();
        ((end && self.has_slice) || left > LARGEST).then(|| self.cut(left))
    }

    fn cut(&mut self, at: usize) -> (Vec<u8>, Option<S>) {
        let rest = self.buffer.split_off(at.min(self.buffer.len()));
        let picture = std::mem::replace(&mut self.buffer, rest);
        (self.scanned, self.has_slice) = (0, false);
        let mut stamp = None;
        // The first that holds within it; one for the zero in front of the next start code is the next picture's.
        while self.stamps.front().is_some_and(|(from, _)| from + 1 < at) {
            let (_, found) = self.stamps.pop_front().unzip();
            stamp = stamp.or(found);
        }
        self.stamps.iter_mut().for_each(|(from, _)| *from = from.saturating_sub(at));
        (picture, stamp)
    }
}

/// A file that is such a stream.
pub(super) struct AnnexB {
    path: PathBuf,
    file: File,
    splitter: Splitter<()>,
    block: Vec<u8>,
    ended: bool,
    count: i64,
    stream: Stream,
}

impl AnnexB {
    pub(super) fn open(path: &Path, coding: Coding) -> Result<Self, SourceError> {
        let stream = Stream {
            coding,
            units: Units::StartCodes,
            config: Vec::new(),
            ordered: false,
            joined_late: true,
            turned: 0,
            fps: Some(FPS),
            frames: None,
        };
        let (file, path) = (File::open(path).at(path)?, path.to_owned());
        let (splitter, block) = (Splitter::new(coding), vec![0; 1 << 16]);
        Ok(Self { path, file, splitter, block, ended: false, count: 0, stream })
    }
}

impl Coded for AnnexB {
    fn stream(&self) -> &Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        loop {
            if let Some((picture, _)) = self.splitter.next(self.ended) {
                *bytes = picture;
                self.count += 1;
                return Ok(Some(Sample {
                    time: self.count,
                    shown: true,
                    after_loss: false,
                    bytes: Bytes::Whole,
                }));
            }
            if self.ended {
                return Ok(None);
            }
            let read = self.file.read(&mut self.block).at(&self.path)?;
            self.ended = read == 0;
            self.splitter.push(self.block.get(..read).unwrap_or_default());
        }
    }

    fn seconds(&self, _: i64) -> Option<f64> {
        None
    }

    fn step(&self) -> Option<i64> {
        None
    }

    fn ending(&self) -> (usize, Vec<String>) {
        (0, Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_cut_where_they_begin() {
        let units: [&[u8]; 6] = [
            &[0, 0, 0, 1, 0x67, 7, 7],
            &[0, 0, 1, 0x65, 0x80, 1],
            &[0, 0, 1, 0x65, 0x40, 2], // a further slice
            &[0, 0, 0, 1, 0x61, 0x80, 3],
            &[0, 0, 1, 0x06, 9, 9],
            &[0, 0, 1, 0x61, 0x80, 4],
        ];
        let stream = units.concat();
        for step in [1, 2, 5, stream.len()] {
            let (mut splitter, mut found) = (Splitter::new(Coding::H264), Vec::new());
            for (n, part) in stream.chunks(step).enumerate() {
                splitter.stamp(n * step);
                splitter.push(part);
                found.extend(std::iter::from_fn(|| splitter.next(false)));
            }
            found.extend(splitter.next(true));
            assert!(splitter.next(true).is_none());
            let bytes: Vec<&[u8]> = found.iter().map(|(bytes, _)| bytes.as_slice()).collect();
            // The zero in front of a start code of four bytes stays with the picture before.
            assert_eq!(
                bytes,
                [&stream[..20], &stream[20..26], &stream[26..]],
                "in steps of {step}"
            );
            if step == 1 {
                let stamps: Vec<Option<usize>> = found.iter().map(|(_, stamp)| *stamp).collect();
                assert_eq!(stamps, [Some(0), Some(19), Some(25)]);
            }
        }
    }
}
