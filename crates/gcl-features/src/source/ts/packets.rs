//! The packets of an MPEG-TS file.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use gcl_data::At;

use crate::source::SourceError;

const PACKET: usize = 188;
const SYNC: u8 = 0x47;

/// How packets lie in a file: its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::source) struct Layout {
    start: usize,
    stride: usize,
}

/// The layout of MPEG-TS, if these bytes are the beginning of such a file.
pub(in crate::source) fn layout(head: &[u8]) -> Option<Layout> {
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

/// The packets of a file.
pub(super) struct Packets {
    path: PathBuf,
    reader: BufReader<File>,
    stride: usize,
    packet: Vec<u8>,
}

impl Packets {
    pub(super) fn open(path: &Path, layout: Layout) -> Result<Self, SourceError> {
        let mut reader = BufReader::with_capacity(1 << 18, File::open(path).at(path)?);
        std::io::copy(&mut reader.by_ref().take(layout.start as u64), &mut std::io::sink())
            .at(path)?;
        let (path, stride) = (path.to_owned(), layout.stride);
        Ok(Self { path, reader, stride, packet: Vec::new() })
    }

    /// Reads the next packet; `false` at the end. Bytes between packets are passed over.
    pub(super) fn next(&mut self) -> Result<bool, SourceError> {
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

    pub(super) fn pid(&self) -> u16 {
        match self.packet.as_slice() {
            [_, high, low, ..] => u16::from_be_bytes([high & 0x1f, *low]),
            _ => 0,
        }
    }

    /// Whether a unit of the stream starts in this packet.
    pub(super) fn starts(&self) -> bool {
        self.packet.get(1).is_some_and(|byte| byte & 0x40 != 0)
    }

    /// Control bits and counter.
    pub(super) fn control(&self) -> u8 {
        self.packet.get(3).copied().unwrap_or(0)
    }

    /// The bytes behind the header, and whether it says that the counter starts anew.
    pub(super) fn payload(&self) -> (&[u8], bool) {
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
    pub(super) fn table(&self) -> Option<&[u8]> {
        let (payload, _) = self.payload();
        let (&skipped, rest) = payload.split_first().filter(|_| self.starts())?;
        rest.get(usize::from(skipped)..)
    }
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
}
