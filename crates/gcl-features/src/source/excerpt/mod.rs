//! Excerpts of a video as files of their own, without decoding anything where the coded pictures are at hand.

mod boxes;
mod by_ffmpeg;
mod index;
mod movie;

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::FileError;
use gcl_data::atomic::write_atomic;

use super::coded::Coded;
use super::{FileKind, SourceError, container, sniff};
pub use by_ffmpeg::excerpt_by_ffmpeg;
use index::{Index, Part};

/// The most bytes of an excerpt, which is in memory as it is written.
const LARGEST: u64 = 1 << 29;

/// A stretch of a video, and the MP4 file that it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// Its frames.
    pub frames: Range<usize>,
    /// The file, which is overwritten.
    pub file: PathBuf,
}

/// Why there is no excerpt.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum ExcerptError {
    /// The coded pictures cannot be copied.
    #[error("{path}: {reason}")]
    Unsupported { path: PathBuf, reason: String },
    /// The video cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An excerpt cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
}

/// Copies coded pictures of H.264, HEVC or Motion JPEG in MP4, MOV or Matroska, and of Motion JPEG in AVI or by itself, into
/// MP4 files: nothing is coded anew. Each starts at the last key picture before its first frame; an edit list hides what is
/// not in the excerpt, so that players and [`open`](super::open) show exactly its frames, at the distances in time that
/// they have in the video. Sound is left out. `frames` is how many the whole video has.
///
/// # Errors
/// [`ExcerptError::Unsupported`] where that cannot be done: other codings and containers, two fields a picture, lost
/// pictures, an excerpt of more than 512 MiB; what was written before stays.
pub fn excerpts(
    path: &Path,
    frames: usize,
    wanted: &[Excerpt],
    cancel: &AtomicBool,
) -> Result<(), ExcerptError> {
    let unsupported = |reason: String| ExcerptError::Unsupported { path: path.to_owned(), reason };
    if path.is_dir() {
        return Err(unsupported("a folder of pictures".to_owned()));
    }
    let kind = sniff(path)?;
    if matches!(kind, FileKind::Y4m | FileKind::Other) {
        return Err(unsupported("no built-in reader of its coded pictures".to_owned()));
    }
    let mut coded = container(path, &kind)?;
    let turned = coded.stream().turned;
    let index = Index::read(&mut *coded, cancel)?.map_err(&unsupported)?;
    let size = super::open(path, super::Decoder::Native)?.notes().size.unwrap_or_default();
    let size = if matches!(turned, 90 | 270) { [size[1], size[0]] } else { size };
    let mut parts = Vec::new();
    for excerpt in wanted {
        let part = index.part(&excerpt.frames, frames).map_err(&unsupported)?;
        if part.bytes() > LARGEST {
            return Err(unsupported(format!("an excerpt of {} MiB", part.bytes() >> 20)));
        }
        parts.push((part, &excerpt.file, Vec::new()));
    }
    parts.sort_by_key(|(part, ..)| part.samples.end);
    copy(&mut *container(path, &kind)?, parts, cancel, |part, file, samples| {
        let head = movie::head(&index.coding, size.map(|side| side as u32), turned, part)
            .ok_or_else(|| unsupported("an excerpt that is too long for its file".to_owned()))?;
        write_atomic(file, |out| {
            out.write_all(&head)?;
            out.write_all(samples)
        })?;
        Ok(())
    })
}

/// Gathers the bytes of parts, in the order of their ends, and hands each to `write` once it is whole.
fn copy(
    coded: &mut dyn Coded,
    mut parts: Vec<(Part, &PathBuf, Vec<u8>)>,
    cancel: &AtomicBool,
    mut write: impl FnMut(&Part, &Path, &[u8]) -> Result<(), ExcerptError>,
) -> Result<(), ExcerptError> {
    let (mut number, mut bytes) = (0, Vec::new());
    while !parts.is_empty() && coded.next(&mut bytes)?.is_some() {
        if cancel.load(Ordering::Relaxed) {
            return Err(ExcerptError::Cancelled);
        }
        for (part, _, gathered) in &mut parts {
            if part.samples.contains(&number) {
                gathered.extend_from_slice(&bytes);
            }
        }
        number += 1;
        while let Some((part, file, gathered)) =
            parts.first().filter(|(p, ..)| p.samples.end <= number)
        {
            write(part, file, gathered)?;
            parts.remove(0);
        }
    }
    Ok(())
}
