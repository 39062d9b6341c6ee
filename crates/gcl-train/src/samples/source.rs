//! Where the rows are: in memory, or in the videos' files.

use std::ops::Range;
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use gcl_core::Scaler;
use gcl_core::scaler::center;
use gcl_data::{FeatureError, FeatureFile, FeatureSet};

use crate::error::{Doing, Result};

/// Threads that read one batch: so many reads are under way at once, which is what a cold disk
/// needs; a warm one needs few.
const READERS: usize = 8;

/// A thread is worth starting for this many rows.
const ROWS_A_READER: usize = 64;

/// All rows, pooled, by number; centred and scaled as they are read. A clone shares them.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub dim: usize,
    pub on_read: OnRead,
    pub store: Arc<Store>,
}

/// What is done to rows that are read.
#[derive(Clone, Debug, Default)]
pub(super) struct OnRead {
    /// One past the last row of each video, and what is subtracted from its rows, `[d]`, if it is centred.
    pub offsets: Arc<Vec<(usize, Option<Vec<f32>>)>>,
    pub scaler: Option<Arc<Scaler>>,
}

impl OnRead {
    /// Centres and scales consecutive rows of `dim` values, of which `first` is the first one's number.
    fn apply(&self, dim: usize, first: usize, rows: &mut [f32]) -> Result<()> {
        let video = self.offsets.partition_point(|(end, _)| *end <= first);
        let mut rest = &mut *rows;
        let mut at = first;
        for (end, offset) in &self.offsets[video..] {
            let (own, after) = rest.split_at_mut(((end - at) * dim).min(rest.len()));
            if let Some(offset) = offset {
                center::subtract(own, offset);
            }
            (rest, at) = (after, *end);
        }
        match &self.scaler {
            Some(scaler) => scaler.apply(rows).doing("scaling features"),
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
pub(super) enum Store {
    /// Row-major `[n, d]`.
    Memory(Vec<f32>),
    Disk(Box<Disk>),
}

/// The videos' files, read at the places asked for. Mapping them would be as fast, but a file that
/// is cut short under a map ends the process, and a read returns an error.
#[derive(Debug)]
pub(super) struct Disk {
    set: FeatureSet,
    /// The first row of each video, and one past the last row of all.
    starts: Vec<usize>,
    /// When each file was last written to, as the run started.
    times: Vec<Option<SystemTime>>,
}

impl Disk {
    pub fn new(set: FeatureSet) -> Result<Disk> {
        let mut starts = vec![0];
        let mut times = Vec::with_capacity(set.videos().len());
        for (index, video) in set.videos().iter().enumerate() {
            starts.push(starts[index] + video.segments);
            times.push(set.open_video(index)?.modified());
        }
        Ok(Disk { set, starts, times })
    }

    /// The video of a row that exists.
    fn video_of(&self, row: usize) -> usize {
        self.starts.partition_point(|&start| start <= row).saturating_sub(1)
    }

    /// Opens a video's file, unless somebody wrote to it meanwhile.
    fn open(&self, index: usize) -> Result<FeatureFile> {
        let file = self.set.open_video(index)?;
        if file.modified() != self.times[index] {
            let path = self.set.videos()[index].id.file(self.set.dir(), "npy");
            let what = "it was written to since the run started".to_owned();
            return Err(FeatureError::Changed { path, what }.into());
        }
        Ok(file)
    }

    /// Reads rows in the order in which they lie on the disk, each into its place.
    fn read_sorted(&self, rows: &mut [(u32, &mut [f32])]) -> Result<()> {
        let mut read = Vec::new();
        let video = |row: &(u32, &mut [f32])| self.video_of(row.0 as usize);
        for group in rows.chunk_by_mut(|a, b| video(a) == video(b)) {
            let Some(first) = group.first() else { continue };
            let index = self.video_of(first.0 as usize);
            let mut file = self.open(index)?;
            for (row, out) in group {
                let at = *row as usize - self.starts[index];
                file.read_rows(at..at + 1, &mut read)?;
                out.copy_from_slice(&read);
            }
        }
        Ok(())
    }

    /// Appends consecutive rows.
    fn read_range(&self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<()> {
        let mut read = Vec::new();
        let mut at = rows.start;
        while at < rows.end {
            let index = self.video_of(at);
            let (start, end) = (self.starts[index], self.starts[index + 1].min(rows.end));
            self.open(index)?.read_rows(at - start..end - start, &mut read)?;
            out.extend_from_slice(&read);
            at = end;
        }
        Ok(())
    }
}

impl Source {
    /// Rows by number, in the order asked for, row-major `[rows, d]`.
    pub fn gather(&self, rows: &[u32]) -> Result<Vec<f32>> {
        let mut out = vec![0.0; rows.len() * self.dim];
        let mut places: Vec<(u32, &mut [f32])> =
            rows.iter().copied().zip(out.chunks_exact_mut(self.dim)).collect();
        match &*self.store {
            Store::Memory(features) => {
                for (row, out) in &mut places {
                    let start = *row as usize * self.dim;
                    out.copy_from_slice(&features[start..start + self.dim]);
                    self.on_read.apply(self.dim, *row as usize, out)?;
                }
            }
            Store::Disk(disk) => {
                places.sort_unstable_by_key(|(row, _)| *row);
                let part = places.len().div_ceil(READERS).max(ROWS_A_READER);
                let read = |rows: &mut [(u32, &mut [f32])]| {
                    disk.read_sorted(rows)?;
                    rows.iter_mut()
                        .try_for_each(|(row, out)| self.on_read.apply(self.dim, *row as usize, out))
                };
                thread::scope(|scope| {
                    let mut parts = places.chunks_mut(part);
                    let own = parts.next();
                    let readers: Vec<_> = parts.map(|p| scope.spawn(|| read(p))).collect();
                    let own = own.map_or(Ok(()), read);
                    // All are waited for, and the first error in row order is the one reported.
                    readers.into_iter().map(joined).fold(own, Result::and)
                })?;
            }
        }
        Ok(out)
    }

    /// Replaces `out` by consecutive rows, row-major `[rows, d]`.
    pub fn range(&self, rows: Range<usize>, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        match &*self.store {
            Store::Memory(features) => {
                out.extend_from_slice(&features[rows.start * self.dim..rows.end * self.dim]);
            }
            Store::Disk(disk) => disk.read_range(rows.clone(), out)?,
        }
        self.on_read.apply(self.dim, rows.start, out)
    }

    /// Does what is to be done on reading once for all, if the rows are in memory and nobody else's.
    pub fn settle(&mut self) -> Result<()> {
        match Arc::get_mut(&mut self.store) {
            Some(Store::Memory(rows)) => std::mem::take(&mut self.on_read).apply(self.dim, 0, rows),
            _ => Ok(()),
        }
    }
}

/// What a thread returned; its panic continues in this one.
pub(super) fn joined<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
