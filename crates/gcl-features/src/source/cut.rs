//! Whether a file is shorter than it says, by the sizes that containers state at their beginning.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What a file promises.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Promise {
    /// Whether it states more bytes than there are.
    pub cut: bool,
    /// The number of frames that it states.
    pub frames: Option<usize>,
}

/// What the beginning of an AVI or Matroska file promises; nothing for any other.
pub(super) fn promise(path: &Path) -> Promise {
    let found = File::open(path).and_then(|file| {
        let len = file.metadata()?.len();
        let mut head = Vec::new();
        file.take(1 << 12).read_to_end(&mut head)?;
        Ok((head, len))
    });
    let Ok((head, len)) = found else { return Promise::default() };
    if head.starts_with(b"RIFF") {
        riff(&head, len)
    } else {
        matroska(&head, len).unwrap_or_default()
    }
}

fn riff(head: &[u8], len: u64) -> Promise {
    let number = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
    // A recorder that was stopped by force has left the size open: 0, or all ones.
    let cut = number(4).is_some_and(|size| size != u32::MAX && u64::from(size) + 8 > len);
    let header = head.windows(4).position(|name| name == b"avih");
    let frames = header.and_then(|at| number(at + 8 + 16)).filter(|frames| *frames > 0);
    Promise { cut, frames: frames.map(|frames| frames as usize) }
}

/// The size of the segment that follows an EBML header.
fn matroska(head: &[u8], len: u64) -> Option<Promise> {
    let rest = head.strip_prefix(&[0x1a, 0x45, 0xdf, 0xa3])?;
    let (size, width) = vint(rest)?;
    let at = 4 + width + usize::try_from(size).ok()?;
    let segment = head.get(at..)?.strip_prefix(&[0x18, 0x53, 0x80, 0x67])?;
    let (size, width) = vint(segment)?;
    // All ones: not known when it was written.
    let open = size == (1u64 << (7 * width)) - 1;
    let end = (at + 4 + width) as u64 + size;
    Some(Promise { cut: !open && end > len, frames: None })
}

/// A number whose leading zero bits tell its length, and this length in bytes.
fn vint(bytes: &[u8]) -> Option<(u64, usize)> {
    let width = bytes.first()?.leading_zeros() as usize + 1;
    let field = bytes.get(..width).filter(|_| width <= 8)?;
    let number = field.iter().fold(0u64, |number, &byte| (number << 8) | u64::from(byte));
    Some((number & ((1u64 << (7 * width)) - 1), width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_beyond_the_end_are_noticed() {
        let avi = [
            b"RIFF\x64\0\0\0AVI LIST\0\0\0\0hdrlavih\x38\0\0\0".as_slice(),
            &[0; 16],
            &[50, 0, 0, 0],
        ]
        .concat();
        assert_eq!(riff(&avi, 108), Promise { cut: false, frames: Some(50) });
        assert_eq!(riff(&avi, 107), Promise { cut: true, frames: Some(50) });
        let mkv = b"\x1a\x45\xdf\xa3\x82xx\x18\x53\x80\x67\x40\x10".to_vec();
        assert_eq!(matroska(&mkv, 29), Some(Promise::default()));
        assert_eq!(matroska(&mkv, 28), Some(Promise { cut: true, frames: None }));
        let live = b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff";
        assert_eq!(matroska(live, 1), Some(Promise::default()));
        assert_eq!(matroska(b"\x1a\x45\xdf\xa3", 4), None);
    }
}
