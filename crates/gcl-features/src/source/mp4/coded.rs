//! Coded pictures of an MP4, with their times.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError};

use super::fragments::Piece;
use super::{Cursor, Mp4Error, Ticks, VideoTrack, read};
use crate::source::SourceError;
use crate::source::coded::{Bytes, Coded, Sample, Stream, Units};

/// The coded pictures of a file's best video track.
pub(in crate::source) struct Mp4 {
    path: PathBuf,
    file: File,
    file_len: u64,
    track: VideoTrack,
    stream: Stream,
    cursor: Cursor,
    ticks: Ticks,
    pieces: usize,
    /// From a picture of a fragment to the next.
    step: Option<i64>,
}

impl Mp4 {
    /// Reads the file's index.
    ///
    /// # Errors
    /// The file cannot be read, its index is damaged, or of a kind that is not known.
    pub(in crate::source) fn open(path: &Path) -> Result<Self, SourceError> {
        let mut file = File::open(path).at(path)?;
        let track = read(&mut file).map_err(|error| match error {
            Mp4Error::Io(error) => FileError::new(path, error).into(),
            Mp4Error::Damaged(reason) => SourceError::damaged(path, 0, reason),
            Mp4Error::Unsupported(reason) => SourceError::unsupported(path, reason),
        })?;
        let file_len = file.metadata().at(path)?.len();
        let (times, mut ticks) = (&track.times, Ticks::default());
        let tabled = (0..track.samples.len()).map(|_| times.next(&mut ticks));
        let all = tabled.chain(track.pieces.iter().map(|piece| piece.time));
        let shown = all.filter(|time| times.shown(*time).is_some());
        let stream = Stream {
            coding: track.coding,
            units: track.coding.units(&track.config).unwrap_or(Units::Lengths(4)),
            config: track.config.clone(),
            ordered: times.are_shifted() || !track.pieces.is_empty(),
            joined_late: false,
            turned: track.turned,
            fps: times.fps().or_else(|| fps(&track)),
            frames: Some(shown.count()),
        };
        let (path, cursor, ticks) = (path.to_owned(), Cursor::default(), Ticks::default());
        let step = step(&track.pieces);
        Ok(Self { path, file, file_len, track, stream, cursor, ticks, pieces: 0, step })
    }

    /// Where the next picture lies.
    fn place(&mut self) -> Option<Piece> {
        if let Some((at, size)) = self.track.samples.next(&mut self.cursor) {
            let time = self.track.times.next(&mut self.ticks);
            return Some(Piece { at, size, time, after_loss: false });
        }
        self.pieces += 1;
        self.track.pieces.get(self.pieces - 1).copied()
    }
}

/// Pictures per second of a movie in fragments, on average.
fn fps(track: &VideoTrack) -> Option<f64> {
    let times = || track.pieces.iter().map(|piece| piece.time);
    let units = times().max()?.saturating_sub(times().min()?);
    let steps = track.pieces.len() as f64 - 1.0;
    (units > 0).then(|| steps * f64::from(track.times.scale()) / units as f64)
}

/// What most pictures of fragments are apart.
fn step(pieces: &[Piece]) -> Option<i64> {
    let mut times: Vec<i64> = pieces.iter().map(|piece| piece.time).collect();
    times.sort_unstable();
    let mut steps: Vec<i64> = times.array_windows().map(|[a, b]| b.saturating_sub(*a)).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().filter(|step| *step > 0)
}

impl Coded for Mp4 {
    fn stream(&self) -> &Stream {
        &self.stream
    }

    fn next(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Sample>, SourceError> {
        let Some(Piece { at, size, time, after_loss }) = self.place() else { return Ok(None) };
        let shown = self.track.times.shown(time).is_some();
        if at.checked_add(u64::from(size)).is_none_or(|end| end > self.file_len) {
            let bytes = Bytes::None("the file ends early");
            return Ok(Some(Sample { time, shown, after_loss, bytes }));
        }
        bytes.resize(size as usize, 0);
        self.file
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.file.read_exact(bytes))
            .at(&self.path)?;
        Ok(Some(Sample { time, shown, after_loss, bytes: Bytes::Whole }))
    }

    fn seconds(&self, time: i64) -> Option<f64> {
        self.track.times.shown(time)
    }

    fn step(&self) -> Option<i64> {
        self.step
    }

    fn ending(&self) -> (usize, Vec<String>) {
        let (pictures, timed) = (self.track.samples.len() as u64, self.track.times.samples());
        let mut remarks = Vec::new();
        if pictures != timed {
            remarks.push(format!("the index has {pictures} pictures, and times for {timed}"));
        }
        if self.track.losses > 0 {
            let places = self.track.losses;
            remarks.push(format!("bytes that make no sense between fragments in {places} places"));
        }
        if self.track.mirrored {
            remarks
                .push("its header has the pictures mirrored; they are read as they are".to_owned());
        }
        if self.track.joined {
            let joined =
                "another movie follows in the file and is not read: files are not joined so";
            remarks.push(joined.to_owned());
        }
        (0, remarks)
    }
}
