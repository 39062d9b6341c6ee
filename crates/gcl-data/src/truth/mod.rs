//! Ground truth: which frames of which videos are abnormal.
//!
//! Each data set's own file is read as it is published; see [`TruthFormat`].

mod detect;
mod error;
mod flags;
mod masks;
mod ranges;
mod ubnormal;
mod ucf;
mod xd;

use std::collections::BTreeMap;
use std::path::Path;

pub use detect::TruthFormat;
pub use error::TruthError;

use crate::atomic::write_bytes_atomic;
use crate::clips::Span;
use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::resolve::{resolve, resolve_all};
use crate::table;

/// More frames than any video has (a hundred days at 30 per second); a larger number is a mistake.
pub const MAX_FRAMES: usize = 1 << 28;

/// A file's labels of one video.
#[derive(Debug, Clone, PartialEq, Eq)]
enum VideoLabels {
    /// One flag per frame.
    Flags(Vec<bool>),
    /// Abnormal frames; `frames` where the file has the video's length.
    Ranges { spans: Vec<Span>, frames: Option<usize> },
}

/// The frame labels of a data set's videos, by the names that the truth file has for them.
///
/// Wherever a method takes a video id, it is matched with those names by [`resolve`].
///
/// ```
/// use gcl_data::{Truth, TruthFormat, VideoId};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("truth.csv");
/// std::fs::write(&path, "id,start,end,frames\ntest/01,2,4,6\n")?;
/// let truth = Truth::read(&path, TruthFormat::Auto)?;
/// assert_eq!(truth.format, TruthFormat::Ranges);
/// let labels = truth.labels(&VideoId::new("test/01")?, None)?;
/// assert_eq!(labels, [false, false, true, true, false, false]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// The format that was read.
    pub format: TruthFormat,
    videos: BTreeMap<VideoId, VideoLabels>,
}

impl Truth {
    /// Reads the truth at `path`, a file or a folder. [`TruthFormat::Auto`] detects the format;
    /// [`Truth::format`] returns it.
    ///
    /// # Errors
    /// [`TruthError`], with the line or the video where there is one.
    pub fn read(path: impl AsRef<Path>, format: TruthFormat) -> Result<Self, TruthError> {
        let path = path.as_ref();
        let format = match format {
            TruthFormat::Auto => detect::detect(path)?,
            given => given,
        };
        let videos = match format {
            // What was detected is never this.
            TruthFormat::Auto => return Err(FileError::new(path, detect::UNKNOWN).into()),
            TruthFormat::Ucf => ucf::read(path)?,
            TruthFormat::Xd => xd::read(path)?,
            TruthFormat::Ranges => ranges::read(path)?,
            TruthFormat::Masks => masks::read(path)?,
            TruthFormat::Flags => flags::read(path)?,
            TruthFormat::Ubnormal => ubnormal::read(path)?,
        };
        if videos.is_empty() {
            return Err(FileError::new(path, "no video").into());
        }
        Ok(Self { format, videos })
    }

    /// Truth from labels in memory; true is abnormal.
    pub fn from_labels(labels: impl IntoIterator<Item = (VideoId, Vec<bool>)>) -> Self {
        let videos =
            labels.into_iter().map(|(id, flags)| (id, VideoLabels::Flags(flags))).collect();
        Self { format: TruthFormat::Flags, videos }
    }

    /// The names of the videos, in order.
    pub fn ids(&self) -> impl Iterator<Item = &VideoId> + Clone {
        self.videos.keys()
    }

    /// The number of videos.
    pub fn len(&self) -> usize {
        self.videos.len()
    }

    /// Whether there is no video.
    pub fn is_empty(&self) -> bool {
        self.videos.is_empty()
    }

    /// For each of `ids` the name that the truth has for it, or `None`; see [`resolve_all`].
    ///
    /// # Errors
    /// [`TruthError::Resolve`] if a name is not clear, or two videos would share one.
    pub fn match_all(&self, ids: &[VideoId]) -> Result<Vec<Option<&VideoId>>, TruthError> {
        Ok(resolve_all(ids, self.videos.keys())?)
    }

    /// The number of frames of a video, if the truth has it.
    ///
    /// # Errors
    /// [`TruthError::Resolve`] if there is no such video.
    pub fn frames(&self, id: &VideoId) -> Result<Option<usize>, TruthError> {
        Ok(match self.find(id)?.1 {
            VideoLabels::Flags(flags) => Some(flags.len()),
            VideoLabels::Ranges { frames, .. } => *frames,
        })
    }

    /// One label per frame, true for abnormal, of a video of `frames` frames. `None` takes the truth's
    /// own number, if it states one.
    ///
    /// # Errors
    /// [`TruthError::Resolve`] if there is no such video, [`TruthError::FrameCount`] if the truth
    /// states another number of frames, [`TruthError::FramesUnknown`] if none is known,
    /// [`TruthError::Outside`] for a range that starts after the video's end.
    pub fn labels(&self, id: &VideoId, frames: Option<usize>) -> Result<Vec<bool>, TruthError> {
        let (name, labels) = self.find(id)?;
        let stated = self.frames(name)?;
        let Some(count) = frames.or(stated) else {
            return Err(TruthError::FramesUnknown(id.clone()));
        };
        if let Some(found) = stated.filter(|stated| *stated != count) {
            return Err(TruthError::FrameCount { id: id.clone(), expected: count, found });
        }
        let spans = match labels {
            VideoLabels::Flags(flags) => return Ok(flags.clone()),
            VideoLabels::Ranges { spans, .. } => spans,
        };
        if count > MAX_FRAMES {
            return Err(TruthError::TooLong { id: id.clone(), frames: count });
        }
        let mut flags = vec![false; count];
        for &span in spans {
            let end = span.end.min(count);
            match flags.get_mut(span.start..end) {
                Some(part) if !part.is_empty() => part.fill(true),
                _ => return Err(TruthError::Outside { id: id.clone(), span, frames: count }),
            }
        }
        Ok(flags)
    }

    fn find(&self, id: &VideoId) -> Result<(&VideoId, &VideoLabels), TruthError> {
        if let Some(found) = self.videos.get_key_value(id) {
            return Ok(found);
        }
        let name = resolve(id, self.videos.keys())?;
        self.videos.get_key_value(name).ok_or_else(|| TruthError::FramesUnknown(id.clone()))
    }

    /// Writes the truth as CSV `id,start,end,frames`: frames from 0, `end` excluded, a line for each
    /// abnormal range, and one with empty `start` and `end` for a video without any. It is written
    /// atomically, and reads back as [`TruthFormat::Ranges`].
    ///
    /// # Errors
    /// [`TruthError::File`].
    pub fn write_csv(&self, path: impl AsRef<Path>) -> Result<(), TruthError> {
        let path = path.as_ref();
        let mut rows = vec![["id", "start", "end", "frames"].map(str::to_owned)];
        for (id, labels) in &self.videos {
            let (spans, frames) = match labels {
                VideoLabels::Flags(flags) => (Span::runs(flags), Some(flags.len())),
                VideoLabels::Ranges { spans, frames } => (spans.clone(), *frames),
            };
            let frames = frames.map(|n| n.to_string()).unwrap_or_default();
            if spans.is_empty() {
                rows.push([id.to_string(), String::new(), String::new(), frames.clone()]);
            }
            for Span { start, end } in spans {
                rows.push([id.to_string(), start.to_string(), end.to_string(), frames.clone()]);
            }
        }
        Ok(write_bytes_atomic(path, &table::csv_of(rows).at(path)?)?)
    }
}
