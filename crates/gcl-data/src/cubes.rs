//! Object cubes in a file: RGB of T frames around a box, for puzzles on objects (Jigsaw-VAD).
//!
//! `cubes.npy` is `[N, 3, T, H, W]`, bytes or `f4` in [0, 1]; `cubes.csv` beside it says where each
//! cube stands: `video,frame,x1,y1,x2,y2`, in the same order.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::atomic::write_bytes_atomic;
use crate::clips::Span;
use crate::id::VideoId;
use crate::npy::{Kind, Npy, NpyError, RowWriter};
use crate::objects::ObjectPlace;
use crate::tracks::{Bounds, TrackError, read_places};

/// Where a cube stands.
#[derive(Debug, Clone, PartialEq)]
pub struct CubePlace {
    /// The video.
    pub video: VideoId,
    /// The frame in its middle, from 0.
    pub frame: u32,
    /// The box in that frame.
    pub bounds: Bounds,
}

/// Why a file of cubes was not read or written.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the fields are what the messages say
pub enum CubeFileError {
    /// The array is not what it says.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The list of places is not what it says.
    #[error(transparent)]
    Places(#[from] TrackError),
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// Not cubes.
    #[error("{path}: shape {shape:?}; cubes are [N, 3, T, H, W], none but N 0")]
    Shape { path: PathBuf, shape: Vec<usize> },
    /// Array and list differ.
    #[error("{path}: {found} cubes, but {expected} lines in the .csv beside it")]
    Count { path: PathBuf, found: usize, expected: usize },
    /// A place names a video that the caller does not know.
    #[error("cube number {cube} is of video {video}, which is not among the videos")]
    NoVideo { cube: usize, video: VideoId },
}

/// How cubes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CubeType {
    /// A byte a value: the value times 255, rounded. A quarter of the size.
    #[default]
    Byte,
    /// `f4`, as computed.
    Float,
}

enum Rows {
    Byte(RowWriter<u8>),
    Float(RowWriter<f32>),
}

/// A file of cubes that is being written. It appears, whole, with [`CubeWriter::finish`].
pub struct CubeWriter {
    path: PathBuf,
    rows: Rows,
    places: csv::Writer<Vec<u8>>,
}

impl CubeWriter {
    /// Starts the file `path` (`.npy`) of cubes of `frames` frames of `size` by `size` pixels.
    ///
    /// # Errors
    /// [`CubeFileError::Npy`], [`CubeFileError::Io`].
    pub fn create(
        path: impl AsRef<Path>,
        frames: usize,
        size: usize,
        kind: CubeType,
    ) -> Result<Self, CubeFileError> {
        let path = path.as_ref().to_owned();
        let shape = [3, frames, size, size];
        let rows = match kind {
            CubeType::Byte => Rows::Byte(RowWriter::create(&path, &shape)?),
            CubeType::Float => Rows::Float(RowWriter::create(&path, &shape)?),
        };
        let mut writer = Self { path, rows, places: csv::Writer::from_writer(Vec::new()) };
        writer.line(["video", "frame", "x1", "y1", "x2", "y2"])?;
        Ok(writer)
    }

    /// Appends a cube, `[3, T, H, W]` in [0, 1].
    ///
    /// # Errors
    /// [`CubeFileError::Npy`] for another number of values, or one that is not finite.
    pub fn push(&mut self, place: &CubePlace, values: &[f32]) -> Result<(), CubeFileError> {
        match &mut self.rows {
            Rows::Float(rows) => rows.push(values)?,
            Rows::Byte(rows) => {
                let byte = |v: &f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
                rows.push(&values.iter().map(byte).collect::<Vec<u8>>())?;
            }
        }
        let frame = place.frame.to_string();
        let [x1, y1, x2, y2] = place.bounds.map(|side| side.to_string());
        self.line([place.video.as_str(), &frame, &x1, &y1, &x2, &y2])
    }

    fn line(&mut self, fields: [&str; 6]) -> Result<(), CubeFileError> {
        self.places
            .write_record(fields)
            .map_err(|e| CubeFileError::Io { path: self.path.clone(), source: io::Error::other(e) })
    }

    /// Writes the list of places, then gives the array its name; returns the number of cubes.
    ///
    /// # Errors
    /// [`CubeFileError::Npy`], [`CubeFileError::Io`].
    pub fn finish(self) -> Result<usize, CubeFileError> {
        let io = |path: &Path, source| CubeFileError::Io { path: path.to_owned(), source };
        let list = self.path.with_extension("csv");
        let places = self.places.into_inner().map_err(|e| io(&list, e.into_error()))?;
        // An older array must not stand beside the new list, not even for a moment.
        match fs::remove_file(&self.path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(io(&self.path, e)),
            _ => {}
        }
        write_bytes_atomic(&list, &places).map_err(|e| io(&list, e))?;
        Ok(match self.rows {
            Rows::Byte(rows) => rows.finish()?,
            Rows::Float(rows) => rows.finish()?,
        })
    }
}

/// A file of cubes, opened: places in memory, values on demand.
#[derive(Debug)]
pub struct PackedCubes {
    npy: Npy,
    places: Vec<CubePlace>,
    /// Cubes' values are the file's by this.
    scale: f32,
}

impl PackedCubes {
    /// Opens `path` (`.npy`) and the `.csv` beside it.
    ///
    /// # Errors
    /// [`CubeFileError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CubeFileError> {
        let path = path.as_ref();
        let npy = Npy::open(path)?;
        if !matches!(npy.shape(), [_, 3, rest @ ..] if rest.len() == 3 && !rest.contains(&0)) {
            let (path, shape) = (path.to_owned(), npy.shape().to_owned());
            return Err(CubeFileError::Shape { path, shape });
        }
        let places = read_places(&path.with_extension("csv"))?;
        let (found, expected) = (npy.rows(), places.len());
        if found != expected {
            return Err(CubeFileError::Count { path: path.to_owned(), found, expected });
        }
        let place = |(video, d): (VideoId, crate::tracks::Detection)| CubePlace {
            video,
            frame: d.frame,
            bounds: d.bounds,
        };
        let scale = if npy.dtype().kind == Kind::U1 { 255.0 } else { 1.0 };
        Ok(Self { npy, places: places.into_iter().map(place).collect(), scale })
    }

    /// Where the cubes stand.
    #[must_use]
    pub fn places(&self) -> &[CubePlace] {
        &self.places
    }

    /// A cube's shape, `[3, T, H, W]`.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        self.npy.shape().get(1..).unwrap_or_default()
    }

    /// Replaces `out` by the cubes in `range`, `[range, 3, T, H, W]`, values in [0, 1].
    ///
    /// # Errors
    /// As [`Npy::read_rows`].
    pub fn read(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<(), CubeFileError> {
        self.npy.read_rows(range, out)?;
        if self.scale != 1.0 {
            out.iter_mut().for_each(|v| *v /= self.scale);
        }
        Ok(())
    }

    /// The cubes as objects, for an [`ObjectIndex`](crate::objects::ObjectIndex) of `videos`: a cube's
    /// score stands for its middle frame.
    ///
    /// # Errors
    /// [`CubeFileError::NoVideo`].
    pub fn objects(&self, videos: &[VideoId]) -> Result<Vec<ObjectPlace>, CubeFileError> {
        let half = self.shape().get(1).copied().unwrap_or(1) / 2;
        let positions: BTreeMap<&VideoId, usize> = videos.iter().zip(0..).collect();
        let place = |(cube, place): (usize, &CubePlace)| {
            let Some(&video) = positions.get(&place.video) else {
                return Err(CubeFileError::NoVideo { cube, video: place.video.clone() });
            };
            let centre = place.frame as usize;
            let span = Span { start: centre.saturating_sub(half), end: centre + half + 1 };
            Ok(ObjectPlace { video, span, centre })
        };
        self.places.iter().enumerate().map(place).collect()
    }
}
