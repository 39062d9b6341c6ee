//! Where each sample (coded picture) lies in the file: the tables `stsz`, `stsc` and `stco`/`co64`.

use super::boxes::{child, entries, pair, u32_at};
use super::{Mp4Error, damaged, need, unsupported};

/// Sizes and chunk positions of all samples; 4 to 12 bytes per picture.
pub(super) struct SampleTable {
    /// Size of every sample, or 0 where `sizes` tells.
    size: u32,
    sizes: Vec<u32>,
    len: usize,
    /// Position of every chunk in the file.
    chunks: Vec<u64>,
    /// (first chunk, counted from 0; samples in a chunk), from there to the next run.
    runs: Vec<(usize, u32)>,
}

/// A place between two samples; the default is before the first.
#[derive(Default)]
pub(super) struct Cursor {
    sample: usize,
    chunk: usize,
    run: usize,
    /// Samples of the chunk, and their bytes, that lie before this place.
    in_chunk: u32,
    offset: u64,
}

impl SampleTable {
    /// Reads the tables, and checks that they place every sample; it may lie beyond the end of the file, of
    /// `file_len` bytes.
    pub(super) fn read(table: &[u8], file_len: u64) -> Result<Self, Mp4Error> {
        let Some(stsz) = child(table, b"stsz")? else {
            return unsupported("compact sample sizes (`stz2`)");
        };
        let (Some(size), Some(len)) = (u32_at(stsz, 4), u32_at(stsz, 8)) else {
            return damaged("the \"stsz\" table is too short");
        };
        let sizes = match size {
            0 => entries::<4>(stsz, 8, "stsz")?.iter().map(|b| u32::from_be_bytes(*b)).collect(),
            _ if u64::from(len) * u64::from(size) > file_len => {
                return damaged(format!("{len} pictures of {size} bytes do not fit the file"));
            }
            _ => Vec::new(),
        };
        let chunks = match child(table, b"stco")? {
            Some(stco) => entries::<4>(stco, 4, "stco")?
                .iter()
                .map(|bytes| u64::from(u32::from_be_bytes(*bytes)))
                .collect(),
            None => entries::<8>(need(table, b"co64")?, 4, "co64")?
                .iter()
                .map(|bytes| u64::from_be_bytes(*bytes))
                .collect(),
        };
        let runs = entries::<12>(need(table, b"stsc")?, 4, "stsc")?
            .iter()
            .map(|&[a, b, c, d, e, f, g, h, ..]| {
                let (first, samples) = pair(&[a, b, c, d, e, f, g, h]);
                ((first as usize).wrapping_sub(1), samples)
            })
            .collect();
        let table = Self { size, sizes, len: len as usize, chunks, runs };
        table.check()?;
        Ok(table)
    }

    /// Number of samples.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Position and size of the next sample; `None` after the last.
    pub(super) fn next(&self, cursor: &mut Cursor) -> Option<(u64, u32)> {
        if cursor.sample == self.len {
            return None;
        }
        let mut per_chunk = self.runs.get(cursor.run)?.1;
        while cursor.in_chunk >= per_chunk {
            cursor.chunk += 1;
            (cursor.in_chunk, cursor.offset) = (0, 0);
            if self.runs.get(cursor.run + 1).is_some_and(|&(first, _)| first <= cursor.chunk) {
                cursor.run += 1;
            }
            per_chunk = self.runs.get(cursor.run)?.1;
            if cursor.chunk >= self.chunks.len() {
                return None;
            }
        }
        let size = self.sizes.get(cursor.sample).copied().unwrap_or(self.size);
        let at = self.chunks.get(cursor.chunk)?.checked_add(cursor.offset)?;
        cursor.sample += 1;
        cursor.in_chunk += 1;
        cursor.offset += u64::from(size);
        Some((at, size))
    }

    fn check(&self) -> Result<(), Mp4Error> {
        let rising = self.runs.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if self.len > 0 && (self.runs.first().is_none_or(|run| run.0 != 0) || !rising) {
            return damaged("the \"stsc\" table is out of order");
        }
        let mut cursor = Cursor::default();
        for n in 0..self.len {
            if self.next(&mut cursor).is_none() {
                return damaged(format!("the index places {n} of {} pictures", self.len));
            }
        }
        Ok(())
    }
}
