//! Coded pictures of an MP4, with their times.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use gcl_data::At;

use crate::source::SourceError;
use crate::source::mp4::{Cursor, Ticks, VideoTrack};

/// The coded pictures of a track, one after the other.
pub(super) struct Samples {
    path: PathBuf,
    file: File,
    file_len: u64,
    track: VideoTrack,
    cursor: Cursor,
    ticks: Ticks,
}

/// A coded picture, or a field of one.
pub(super) struct Sample {
    /// Its display time, in units of the track.
    pub time: i64,
    /// When it is shown, in seconds; `None` if it is hidden.
    pub seconds: Option<f64>,
    /// Whether its bytes were read: if not, they lie behind the end of the file.
    pub read: bool,
}

impl Samples {
    pub(super) fn new(path: PathBuf, file: File, track: VideoTrack) -> Result<Self, SourceError> {
        let file_len = file.metadata().at(&path)?.len();
        let (cursor, ticks) = (Cursor::default(), Ticks::default());
        Ok(Self { path, file, file_len, track, cursor, ticks })
    }

    pub(super) fn track(&self) -> &VideoTrack {
        &self.track
    }

    /// Pictures that are shown, as far as the index tells: a field counts as one.
    pub(super) fn shown(&self) -> usize {
        let mut ticks = Ticks::default();
        let times = &self.track.times;
        (0..self.track.samples.len())
            .filter(|_| times.shown(times.next(&mut ticks)).is_some())
            .count()
    }

    /// Reads the next one into `bytes`; none after the last.
    pub(super) fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        let Some((at, size)) = self.track.samples.next(&mut self.cursor) else { return Ok(None) };
        let time = self.track.times.next(&mut self.ticks);
        let seconds = self.track.times.shown(time);
        let read = at.checked_add(u64::from(size)).is_some_and(|end| end <= self.file_len);
        if read {
            bytes.resize(size as usize, 0);
            self.file
                .seek(SeekFrom::Start(at))
                .and_then(|_| self.file.read_exact(bytes))
                .at(&self.path)?;
        }
        Ok(Some(Sample { time, seconds, read }))
    }
}
