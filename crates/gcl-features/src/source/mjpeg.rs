//! JPEG pictures one behind the other, as cameras dump them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gcl_data::At;

use super::SourceError;
use super::annexb::FPS;
use super::coded::{self, Bytes, Coded, Coding, Sample, Units};
use super::jpeg::{Parts, START, parts};

/// The most bytes that a coded picture may have.
const LARGEST: usize = 1 << 26;

/// A file of pictures.
pub(super) struct Stream {
    path: PathBuf,
    file: File,
    /// Where what is to be read lies in the file.
    at: u64,
    buffer: Vec<u8>,
    /// How much of the buffer is done with.
    done: usize,
    ended: bool,
    count: i64,
    stream: coded::Stream,
}

impl Stream {
    pub(super) fn open(path: &Path) -> Result<Self, SourceError> {
        let stream = coded::Stream {
            coding: Coding::Jpeg,
            units: Units::StartCodes,
            config: Vec::new(),
            ordered: true,
            joined_late: false,
            turned: 0,
            fps: Some(FPS),
            frames: None,
        };
        let (file, path) = (File::open(path).at(path)?, path.to_owned());
        Ok(Self { path, file, at: 0, buffer: Vec::new(), done: 0, ended: false, count: 0, stream })
    }

    /// Reads as many bytes as there are already, so that a picture is looked through a few times and not for each block.
    fn fill(&mut self) -> Result<(), SourceError> {
        self.buffer.drain(..self.done.min(self.buffer.len()));
        self.done = 0;
        let wanted = self.buffer.len().max(1 << 16) as u64;
        self.file.seek(SeekFrom::Start(self.at)).at(&self.path)?;
        let read = self.file.by_ref().take(wanted).read_to_end(&mut self.buffer).at(&self.path)?;
        self.at += read as u64;
        self.ended = (read as u64) < wanted;
        Ok(())
    }
}

impl Coded for Stream {
    fn stream(&self) -> &coded::Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        loop {
            let rest = self.buffer.get(self.done..).unwrap_or_default();
            let starts = |from: usize| {
                let found = rest.array_windows::<3>().skip(from).position(|three| *three == START);
                found.map(|at| at + from)
            };
            let Some(start) = starts(0) else {
                // A mark may be cut in two.
                self.done = self.buffer.len().saturating_sub(if self.ended { 0 } else { 2 });
                if self.ended {
                    return Ok(None);
                }
                self.fill()?;
                continue;
            };
            let picture = rest.get(start..).unwrap_or_default();
            let Parts { end, is_whole, .. } = parts(picture);
            let mut end = end.map(|end| start + end);
            if end.is_none() && (self.ended || picture.len() > LARGEST) {
                // One that is cut off ends where the next one starts.
                end = Some(starts(start + START.len()).unwrap_or(rest.len()));
            }
            if let Some(end) = end {
                bytes.clear();
                bytes.extend(rest.get(start..end).unwrap_or_default());
                self.done += end;
                self.count += 1;
                let (time, bytes) =
                    (self.count, if is_whole { Bytes::Whole } else { Bytes::Broken });
                return Ok(Some(Sample { time, shown: true, after_loss: false, bytes }));
            }
            self.done += start;
            self.fill()?;
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
