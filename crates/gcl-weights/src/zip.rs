//! The directory of a zip archive.
//!
//! PyTorch's checkpoints are not compressed, and only the position of each entry's bytes is needed, so
//! that a tensor can be read by itself. Every entry is described twice, in the directory and in front of
//! its bytes, and readers that trust different ones of the two can be made to see different files; here
//! the two must agree, and no two entries may share a byte.

use std::collections::BTreeSet;

use crate::region::{Bytes, Cursor, Region};
use crate::{Fault, limits};

/// An entry, and where its bytes are.
#[derive(Debug)]
pub(crate) struct ZipEntry {
    pub name: String,
    pub region: Region,
    /// CRC-32 of the bytes. Zero where the writer left it out, as PyTorch does on request.
    pub checksum: u32,
    /// How the bytes are packed; zero is not at all.
    pub method: u16,
    header: u64,
}

/// Reads the directory of a file of `len` bytes.
pub(crate) fn entries(file: &Bytes, len: u64) -> Result<Vec<ZipEntry>, Fault> {
    let (directory, count) = directory(file, len)?;
    let mut entries = Vec::new();
    let mut cursor = Cursor::new(file, directory);
    while cursor.left() > 0 {
        entries.push(entry(&mut cursor)?);
    }
    entries.sort_by_key(|e| e.header);
    let mut previous: Option<&ZipEntry> = None;
    for entry in &mut entries {
        locate(file, entry, directory.at)?;
        if let Some(previous) = previous.filter(|p| p.region.end() > entry.header) {
            let (first, second) = (previous.name.clone(), entry.name.clone());
            return Err(Fault::ZipOverlap { first, second });
        }
        previous = Some(entry);
    }
    if entries.len() as u64 != count {
        return Err(Fault::Zip("its directory has another number of entries than it claims"));
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = entries.iter().find(|e| !names.insert(e.name.as_str())) {
        return Err(Fault::ZipDuplicate(twice.name.clone()));
    }
    Ok(entries)
}

/// Finds the directory through the record at the file's end, which also says how many entries it has.
fn directory(file: &Bytes, len: u64) -> Result<(Region, u64), Fault> {
    const END: u64 = 22;
    // A comment of up to 64 KiB may follow the record.
    let tail_len = len.min(END + 0xffff);
    let tail_at = len - tail_len;
    let tail = Region { at: tail_at, len: tail_len }.read(file, "a zip archive's end", tail_len)?;
    let is_end = |at: &usize| {
        let record = tail.get(*at..).unwrap_or_default();
        record.starts_with(b"PK\x05\x06")
            && record.len() as u64 >= END
            && END + u64::from(u16_at(record, 20)) == record.len() as u64
    };
    let starts = 0..=tail.len().saturating_sub(END as usize);
    let start = starts.rev().find(is_end).ok_or(Fault::Zip("no end record"))?;
    let record = tail.get(start..).unwrap_or_default();
    let end_at = tail_at + start as u64;
    let mut counts = [u64::from(u16_at(record, 8)), u64::from(u16_at(record, 10))];
    let mut size = u64::from(u32_at(record, 12));
    let mut at = u64::from(u32_at(record, 16));
    let mut stop = end_at;

    // Large archives, and all of PyTorch's, have a second record with 64-bit numbers.
    let locator = match end_at.checked_sub(20) {
        Some(at) => Region { at, len: 20 }.read(file, "a zip archive's end", 20)?,
        None => Vec::new(),
    };
    if locator.starts_with(b"PK\x06\x07") {
        let wide_at = u64_at(&locator, 8);
        let wide = Region { at: 0, len: end_at - 20 }.part(wide_at, 56, "a zip64 end record")?;
        let wide = wide.read(file, "a zip64 end record", 56)?;
        if !wide.starts_with(b"PK\x06\x06") {
            return Err(Fault::Zip("no zip64 end record where it should be"));
        }
        let agrees = |narrow: u64, full: u64, wide: u64| narrow == full || narrow == wide;
        let found = [24, 32, 40, 48].map(|at| u64_at(&wide, at));
        if !agrees(counts[0], 0xffff, found[0])
            || !agrees(counts[1], 0xffff, found[1])
            || !agrees(size, 0xffff_ffff, found[2])
            || !agrees(at, 0xffff_ffff, found[3])
        {
            return Err(Fault::Zip("its two end records differ"));
        }
        (counts, size, at, stop) = ([found[0], found[1]], found[2], found[3], wide_at);
    }
    if size > limits::ZIP_DIRECTORY {
        return Err(Fault::Limit { what: "bytes of directory", max: limits::ZIP_DIRECTORY });
    }
    if at.checked_add(size) != Some(stop) {
        return Err(Fault::Zip("its directory does not end where its end record starts"));
    }
    let directory = Region { at, len: size };
    // Each record of the directory starts with 46 fixed bytes.
    if counts[0] != counts[1] || counts[0] > size / 46 {
        return Err(Fault::Zip("it claims more entries than its directory can hold"));
    }
    Ok((directory, counts[0]))
}

/// The directory's next record.
fn entry(cursor: &mut Cursor<'_>) -> Result<ZipEntry, Fault> {
    let fixed: [u8; 46] = cursor.array("a zip directory record")?;
    if !fixed.starts_with(b"PK\x01\x02") {
        return Err(Fault::Zip("no directory record where one should be"));
    }
    let name = name(cursor.bytes(u16_at(&fixed, 28).into(), "a zip entry's name")?)?;
    let extra = cursor.bytes(u16_at(&fixed, 30).into(), "a zip entry's extra field")?;
    cursor.skip(u16_at(&fixed, 32).into(), "a zip entry's comment")?;
    let method = u16_at(&fixed, 10);
    if u16_at(&fixed, 8) & 1 != 0 {
        return Err(Fault::ZipEncrypted(name));
    }
    // The numbers that do not fit stand in the extra field, in this order.
    let mut wide = zip64(&extra).chunks_exact(8).map(|bytes| u64_at(bytes, 0));
    let mut number = |narrow: u32| match narrow {
        u32::MAX => wide.next().ok_or(Fault::Zip("a 64-bit number is missing")),
        narrow => Ok(narrow.into()),
    };
    let (len, packed) = (number(u32_at(&fixed, 24))?, number(u32_at(&fixed, 20))?);
    let header = number(u32_at(&fixed, 42))?;
    if method == 0 && len != packed {
        return Err(Fault::ZipDisagrees { name, what: "stored and packed size" });
    }
    let (region, checksum) = (Region { at: 0, len: packed }, u32_at(&fixed, 16));
    Ok(ZipEntry { name, region, checksum, method, header })
}

/// Finds an entry's bytes through its own header, which must agree with the directory.
fn locate(file: &Bytes, entry: &mut ZipEntry, end: u64) -> Result<(), Fault> {
    let before = Region { at: 0, len: end };
    let fixed = before.part(entry.header, 30, "a zip entry's header")?;
    let fixed = fixed.read(file, "a zip entry's header", 30)?;
    let disagrees = |what| Err(Fault::ZipDisagrees { name: entry.name.clone(), what });
    if !fixed.starts_with(b"PK\x03\x04") {
        return disagrees("place");
    }
    let (name_len, extra_len) = (u64::from(u16_at(&fixed, 26)), u64::from(u16_at(&fixed, 28)));
    let rest = before.part(entry.header + 30, name_len + extra_len, "a zip entry's header")?;
    let rest = rest.read(file, "a zip entry's header", 2 * 0xffff)?;
    let (name, extra) = rest.split_at_checked(name_len as usize).unwrap_or_default();
    if name != entry.name.as_bytes() {
        return disagrees("name");
    }
    if u16_at(&fixed, 8) != entry.method || u16_at(&fixed, 6) & 1 != 0 {
        return disagrees("method");
    }
    // With this flag, size and checksum follow the bytes, and are zero here.
    let later = u16_at(&fixed, 6) & 8 != 0;
    let len = match u32_at(&fixed, 18) {
        u32::MAX => zip64(extra).get(8..).map_or(u64::MAX, |packed| u64_at(packed, 0)),
        narrow => narrow.into(),
    };
    if len != entry.region.len && !(later && len == 0) {
        return disagrees("size");
    }
    let checksum = u32_at(&fixed, 14);
    if checksum != entry.checksum && !(later && checksum == 0) {
        return disagrees("checksum");
    }
    let at = entry.header + 30 + name_len + extra_len;
    entry.region = before.part(at, entry.region.len, "a zip entry")?;
    Ok(())
}

fn name(bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|e| {
        let mut bytes = e.into_bytes();
        bytes.truncate(64);
        Fault::ZipName(bytes)
    })
}

/// The part of an extra field that holds 64-bit numbers; empty if there is none.
fn zip64(mut extra: &[u8]) -> &[u8] {
    while let Some((head, rest)) = extra.split_first_chunk::<4>() {
        let len = usize::from(u16_at(head, 2)).min(rest.len());
        let (body, next) = rest.split_at(len);
        if u16_at(head, 0) == 1 {
            return body;
        }
        extra = next;
    }
    &[]
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u64::from_le_bytes)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
