//! Reading at a position, within a part of a file.

use std::fs::File;
use std::io;

use crate::Fault;

/// A part of the file that is known to lie within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub at: u64,
    pub len: u64,
}

impl Region {
    pub fn end(self) -> u64 {
        self.at.saturating_add(self.len)
    }

    /// The `len` bytes from `offset` on, counted from the region's start.
    pub fn part(self, offset: u64, len: u64, what: &'static str) -> Result<Region, Fault> {
        let left = self.len.saturating_sub(offset);
        if offset > self.len || len > left {
            let at = self.at.saturating_add(offset);
            return Err(Fault::Cut { what, at, needed: len, left });
        }
        Ok(Region { at: self.at + offset, len })
    }

    /// All of its bytes, at most `max`.
    pub fn read(self, file: &Bytes, what: &'static str, max: u64) -> Result<Vec<u8>, Fault> {
        if self.len > max {
            return Err(Fault::Limit { what, max });
        }
        let mut bytes = vec![0; usize::try_from(self.len).map_err(io::Error::other)?];
        read_at(file, &mut bytes, self.at)?;
        Ok(bytes)
    }

    /// Calls `take` with the bytes in order, in pieces of at most 64 KiB.
    pub fn pieces<E: From<Fault>>(
        self,
        file: &Bytes,
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut buffer = vec![0; self.len.min(PIECE as u64) as usize];
        let mut at = self.at;
        while at < self.end() {
            let len = (self.end() - at).min(PIECE as u64) as usize;
            let piece = &mut buffer[..len];
            read_at(file, piece, at).map_err(Fault::from)?;
            take(piece)?;
            at += len as u64;
        }
        Ok(())
    }
}

/// Bytes read at a time.
pub(crate) const PIECE: usize = 1 << 16;

/// Where a weight file's bytes are.
#[derive(Debug)]
pub(crate) enum Bytes {
    File(File),
    /// Part of the program.
    Memory(&'static [u8]),
}

/// Fills `bytes` from byte `at` on.
pub(crate) fn read_at(from: &Bytes, bytes: &mut [u8], at: u64) -> io::Result<()> {
    match from {
        Bytes::File(file) => read_file(file, bytes, at),
        Bytes::Memory(all) => {
            let rest = usize::try_from(at).ok().and_then(|at| all.get(at..));
            let part = rest.and_then(|rest| rest.get(..bytes.len()));
            bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
            Ok(())
        }
    }
}

#[cfg(unix)]
fn read_file(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_file(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = bytes.get_mut(read..).unwrap_or_default();
        at += read as u64;
    }
    Ok(())
}

/// Reads a region from its start on, through a small buffer.
pub(crate) struct Cursor<'f> {
    pub file: &'f Bytes,
    at: u64,
    end: u64,
    buffer: Vec<u8>,
    /// The part of the buffer that is still to be read.
    next: usize,
}

impl<'f> Cursor<'f> {
    const BUFFER: u64 = 1 << 13;

    pub fn new(file: &'f Bytes, region: Region) -> Self {
        Self { file, at: region.at, end: region.end(), buffer: Vec::new(), next: 0 }
    }

    /// The file's byte that is read next.
    pub fn at(&self) -> u64 {
        self.at
    }

    pub fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    pub fn byte(&mut self, what: &'static str) -> Result<u8, Fault> {
        if self.next == self.buffer.len() {
            let len = self.left().min(Self::BUFFER);
            if len == 0 {
                return Err(Fault::Cut { what, at: self.at, needed: 1, left: 0 });
            }
            self.buffer.resize(len as usize, 0);
            read_at(self.file, &mut self.buffer, self.at)?;
            self.next = 0;
        }
        let byte = self.buffer[self.next];
        self.next += 1;
        self.at += 1;
        Ok(byte)
    }

    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Fault> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            *byte = self.byte(what)?;
        }
        Ok(bytes)
    }

    /// `len` bytes, which the caller has held against a limit.
    pub fn bytes(&mut self, len: u64, what: &'static str) -> Result<Vec<u8>, Fault> {
        if len > Self::BUFFER {
            return self.skip(len, what)?.read(self.file, what, len);
        }
        (0..len).map(|_| self.byte(what)).collect()
    }

    /// Goes past `len` bytes and says where they are.
    pub fn skip(&mut self, len: u64, what: &'static str) -> Result<Region, Fault> {
        let here = Region { at: self.at, len: self.left() };
        let region = here.part(0, len, what)?;
        self.at += len;
        let buffered = (self.buffer.len() - self.next) as u64;
        if len <= buffered {
            self.next += len as usize;
        } else {
            self.buffer.clear();
            self.next = 0;
        }
        Ok(region)
    }
}
