//! Object cubes in a file: RGB of T frames around a box, for jigsaw puzzles on objects ([Wang et al.,
//! ECCV 2022](https://arxiv.org/abs/2207.10172)).
//!
//! `cubes.npy` is `[N, 3, T, H, W]`, bytes or `f4` in [0, 1]; `cubes.csv` beside it lists the place of
//! each cube: `video,frame,x1,y1,x2,y2`, in the same order.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};
use thiserror::Error;

use crate::atomic::temporary_beside;
use crate::clips::Span;
use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::npy::{Dtype, Kind, Npy, NpyError, RowWriter, check_finite};
use crate::objects::ObjectPlace;
use crate::table;
use crate::tracks::{Bounds, read_places};

/// The place of a cube in a video.
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
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum CubeFileError {
    /// The array cannot be read or written.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The list of places or another file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not cubes.
    #[error("{path}: shape {shape:?}; cubes are [N, 3, T, H, W], none but N 0")]
    Shape { path: PathBuf, shape: Vec<usize> },
    /// An element type whose range is not known.
    #[error("{path}: values of type {found}; cubes are bytes, or floats in 0 to 1")]
    Type { path: PathBuf, found: Dtype },
    /// A float outside the range.
    #[error("{path}: cube number {cube} (from 0) holds {value}; floats of cubes are in 0 to 1")]
    Range { path: PathBuf, cube: usize, value: f32 },
    /// Array and list differ.
    #[error("{path}: {found} cubes, but {expected} lines in the .csv beside it")]
    Count { path: PathBuf, found: usize, expected: usize },
}

/// How cubes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CubeType {
    /// One byte per value: the value times 255, rounded. A quarter of the size.
    #[default]
    Byte,
    /// `f4`, as computed.
    Float,
}

enum CubeRows {
    Byte(RowWriter<u8>),
    Float(RowWriter<f32>),
}

/// A file of cubes that is being written. It appears, complete, with [`CubeWriter::finish`].
pub struct CubeWriter {
    path: PathBuf,
    rows: CubeRows,
    places: Vec<CubePlace>,
}

crate::brief_debug!(CubeWriter);

impl CubeWriter {
    /// Starts the file `path` (`.npy`) of cubes of `frames` frames of `size` by `size` pixels.
    ///
    /// # Errors
    /// [`CubeFileError::Npy`], [`CubeFileError::File`].
    pub fn create(
        path: impl AsRef<Path>,
        frames: usize,
        size: usize,
        kind: CubeType,
    ) -> Result<Self, CubeFileError> {
        let path = path.as_ref().to_owned();
        let shape = [3, frames, size, size];
        let rows = match kind {
            CubeType::Byte => CubeRows::Byte(RowWriter::create(&path, &shape)?),
            CubeType::Float => CubeRows::Float(RowWriter::create(&path, &shape)?),
        };
        Ok(Self { path, rows, places: Vec::new() })
    }

    /// Appends a cube, `[3, T, H, W]` in [0, 1].
    ///
    /// # Errors
    /// [`CubeFileError::Npy`] for another number of values, or one that is not finite.
    pub fn push(&mut self, place: &CubePlace, values: &[f32]) -> Result<(), CubeFileError> {
        match &mut self.rows {
            CubeRows::Float(rows) => rows.push(values)?,
            CubeRows::Byte(rows) => {
                // No byte says that a value is missing: NaN would become 0.
                check_finite(&self.path, values, rows.rows(), values.len())?;
                let byte = |v: &f32| (v * 255.0).round().clamp(0.0, 255.0) as u8;
                rows.push(&values.iter().map(byte).collect::<Vec<u8>>())?;
            }
        }
        self.places.push(place.clone());
        Ok(())
    }

    /// Cubes so far.
    pub fn cubes(&self) -> usize {
        self.places.len()
    }

    /// Removes all cubes but the first `cubes`.
    ///
    /// # Errors
    /// [`CubeFileError::Npy`]; the writer must not be used again.
    pub fn truncate(&mut self, cubes: usize) -> Result<(), CubeFileError> {
        match &mut self.rows {
            CubeRows::Byte(rows) => rows.truncate(cubes)?,
            CubeRows::Float(rows) => rows.truncate(cubes)?,
        }
        self.places.truncate(cubes);
        Ok(())
    }

    /// Writes the list of places and the array, then renames both; returns the number of cubes.
    ///
    /// # Errors
    /// [`CubeFileError::Npy`], [`CubeFileError::File`]. Older files of these names are then unchanged,
    /// unless the last step failed, that of renaming the array: then there is none.
    pub fn finish(mut self) -> Result<usize, CubeFileError> {
        let list = self.path.with_extension("csv");
        let places = self.list().at(&list)?;
        match &mut self.rows {
            CubeRows::Byte(rows) => rows.complete()?,
            CubeRows::Float(rows) => rows.complete()?,
        }
        // An older array must never be beside the new list, not even briefly.
        let aside = self.set_aside().at(&self.path)?;
        if let Err(error) = places.persist(&list).at(&list) {
            if let Some(older) = aside {
                older.persist(&self.path).at(&self.path)?;
            }
            return Err(error.into());
        }
        Ok(match self.rows {
            CubeRows::Byte(rows) => rows.finish()?,
            CubeRows::Float(rows) => rows.finish()?,
        })
    }

    /// The list of places as a file that has no name yet.
    fn list(&self) -> io::Result<NamedTempFile> {
        let head = ["video", "frame", "x1", "y1", "x2", "y2"].map(str::to_owned);
        let row = |CubePlace { video, frame, bounds }: &CubePlace| {
            let [x1, y1, x2, y2] = bounds.map(|side| side.to_string());
            [video.to_string(), frame.to_string(), x1, y1, x2, y2]
        };
        let rows = std::iter::once(head).chain(self.places.iter().map(row));
        let mut file = temporary_beside(&self.path)?;
        file.write_all(&table::csv_of(rows)?)?;
        Ok(file)
    }

    /// Gives an older array another name, under which it is removed when it is dropped.
    fn set_aside(&self) -> io::Result<Option<TempPath>> {
        let aside = temporary_beside(&self.path)?.into_temp_path();
        match fs::rename(&self.path, &aside) {
            Ok(()) => Ok(Some(aside)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A file of cubes, opened: places in memory, values on demand.
#[derive(Debug)]
pub struct PackedCubes {
    npy: Npy,
    /// The places of the cubes.
    pub places: Vec<CubePlace>,
    /// Whether values are bytes, to be divided by 255.
    bytes: bool,
}

/// How far floats may be outside 0 to 1 by rounding: a resampled pixel is a sum of weighted ones.
const ROUNDING: f32 = 1e-3;

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
        let bytes = match npy.dtype() {
            Dtype { kind: Kind::U1, .. } => true,
            Dtype { kind: Kind::F2 | Kind::F4 | Kind::F8, .. } => false,
            found => return Err(CubeFileError::Type { path: path.to_owned(), found }),
        };
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
        Ok(Self { npy, places: places.into_iter().map(place).collect(), bytes })
    }

    /// A cube's shape, `[3, T, H, W]`.
    pub fn shape(&self) -> &[usize] {
        self.npy.shape().get(1..).unwrap_or_default()
    }

    /// Replaces `out` by the cubes in `range`, `[range, 3, T, H, W]`, values in [0, 1].
    ///
    /// # Errors
    /// As [`Npy::read_rows`]; [`CubeFileError::Range`] for floats outside [0, 1] by more than rounding,
    /// such as bytes that were not divided by 255. `out` is then empty.
    pub fn read(&self, range: Range<usize>, out: &mut Vec<f32>) -> Result<(), CubeFileError> {
        let first = range.start;
        self.npy.read_rows(range, out)?;
        if self.bytes {
            out.iter_mut().for_each(|v| *v /= 255.0);
            return Ok(());
        }
        let allowed = -ROUNDING..=1.0 + ROUNDING;
        let Some(at) = out.iter().position(|v| !allowed.contains(v)) else { return Ok(()) };
        let value = out.get(at).copied().unwrap_or(f32::NAN);
        out.clear();
        let cube = first + at / self.shape().iter().product::<usize>().max(1);
        Err(CubeFileError::Range { path: self.npy.path().to_owned(), cube, value })
    }

    /// The cubes of `videos` as objects, for an [`ObjectIndex`](crate::objects::ObjectIndex), each with its
    /// number in the file: a cube's score applies to its middle frame. Cubes of other videos are left out.
    pub fn objects<'a>(
        &self,
        videos: impl IntoIterator<Item = &'a VideoId>,
    ) -> Vec<(usize, ObjectPlace)> {
        let half = self.shape().get(1).copied().unwrap_or(1) / 2;
        let positions: BTreeMap<&VideoId, usize> = videos.into_iter().zip(0..).collect();
        let place = |(cube, place): (usize, &CubePlace)| {
            let (video, centre) = (*positions.get(&place.video)?, place.frame as usize);
            let span = Span { start: centre.saturating_sub(half), end: centre + half + 1 };
            Some((cube, ObjectPlace { video, span, centre }))
        };
        self.places.iter().enumerate().filter_map(place).collect()
    }
}
