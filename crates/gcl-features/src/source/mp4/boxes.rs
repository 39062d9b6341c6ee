//! Boxes within boxes, and the numbers in them.

use super::{Mp4Error, damaged};

/// Walks the boxes of a payload: name and payload of each.
pub(super) struct Boxes<'a> {
    rest: &'a [u8],
}

impl<'a> Boxes<'a> {
    pub(super) fn new(payload: &'a [u8]) -> Self {
        Self { rest: payload }
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<([u8; 4], &'a [u8]), Mp4Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let &[a, b, c, d, n0, n1, n2, n3, ref behind @ ..] = self.rest else { return None };
        let name = [n0, n1, n2, n3];
        let (header, size) = match u32::from_be_bytes([a, b, c, d]) {
            // Up to the end of the parent; QuickTime also ends lists this way.
            0 => (8, self.rest.len()),
            1 => {
                let size = behind.first_chunk().map_or(0, |&bytes| u64::from_be_bytes(bytes));
                (16, usize::try_from(size).unwrap_or(usize::MAX))
            }
            size => (8, size as usize),
        };
        let rest = self.rest;
        let Some(payload) = rest.get(header..size) else {
            self.rest = &[];
            let name = String::from_utf8_lossy(&name).into_owned();
            return Some(damaged(format!("the {name:?} box does not fit its parent")));
        };
        self.rest = &rest[size..];
        Some(Ok((name, payload)))
    }
}

/// The payload of the first child of that name.
pub(super) fn child<'a>(parent: &'a [u8], name: &[u8; 4]) -> Result<Option<&'a [u8]>, Mp4Error> {
    for entry in Boxes::new(parent) {
        let (found, payload) = entry?;
        if &found == name {
            return Ok(Some(payload));
        }
    }
    Ok(None)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// The entries of a table box: version and flags, a count at byte `at`, then `N` bytes each.
/// The count must fit the box.
pub(super) fn entries<'a, const N: usize>(
    payload: &'a [u8],
    at: usize,
    name: &str,
) -> Result<&'a [[u8; N]], Mp4Error> {
    let count = u32_at(payload, at).map(|count| count as usize);
    let (entries, _) = payload.get(at + 4..).unwrap_or(&[]).as_chunks::<N>();
    match count.and_then(|count| entries.get(..count)) {
        Some(entries) => Ok(entries),
        None => damaged(format!("the {name:?} table is shorter than its entry count")),
    }
}

/// Two 32-bit numbers in a row.
pub(super) fn pair(&[a, b, c, d, e, f, g, h]: &[u8; 8]) -> (u32, u32) {
    (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}
