//! The cubes of many videos in one file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::tracks::Detection;
use gcl_data::{CubeType, CubeWriter, VideoId};

use super::{CubeError, CubeReader, CubeRule};
use crate::source::Decoder;

/// A video, and its boxes in the order of their frames.
#[derive(Debug, Clone, PartialEq)]
pub struct CubeSource {
    /// The video.
    pub id: VideoId,
    /// Its file or folder of frames.
    pub path: PathBuf,
    /// All its boxes.
    pub boxes: Vec<Detection>,
}

/// The result of packing.
#[derive(Debug)]
#[must_use = "some videos may have failed"]
pub struct Packed {
    /// Cubes in the file.
    pub cubes: usize,
    /// Videos without cubes in the file, with the error of each.
    pub failed: Vec<(VideoId, CubeError)>,
}

/// Writes the cubes of `videos`, in their order, to the file `out` (`.npy`, with a `.csv` beside it; see
/// [`gcl_data::cubes`]). It appears when it is complete; `follow` is called after each cube with their
/// number.
///
/// A video that cannot be read, or does not match its boxes, is left out with all its cubes and reported;
/// no file is written if every video fails.
///
/// # Errors
/// [`CubeError`]: one that concerns all videos, or, if all failed, that of the first. A file at `out` is
/// then unchanged, except in the case described at [`CubeWriter::finish`].
pub fn pack_cubes(
    videos: &[CubeSource],
    out: &Path,
    rule: &CubeRule,
    kind: CubeType,
    decoder: Decoder,
    cancel: &AtomicBool,
    follow: &mut dyn FnMut(usize),
) -> Result<Packed, CubeError> {
    let rule = rule.validate()?;
    let mut writer = CubeWriter::create(out, rule.frames, rule.size, kind)?;
    let mut failed = Vec::new();
    for video in videos {
        let before = writer.cubes();
        match pack(video, rule, decoder, cancel, &mut writer, follow) {
            Err(error @ CubeError::Video { .. }) => {
                writer.truncate(before)?;
                failed.push((video.id.clone(), error));
            }
            other => other?,
        }
    }
    if failed.len() == videos.len()
        && let Some((_, error)) = failed.drain(..).next()
    {
        return Err(error);
    }
    Ok(Packed { cubes: writer.finish()?, failed })
}

/// Writes the cubes of one video.
fn pack(
    CubeSource { id, path, boxes }: &CubeSource,
    rule: CubeRule,
    decoder: Decoder,
    cancel: &AtomicBool,
    writer: &mut CubeWriter,
    follow: &mut dyn FnMut(usize),
) -> Result<(), CubeError> {
    let mut reader = CubeReader::open(id.clone(), path, decoder, boxes.clone(), rule)?;
    while let Some(cube) = reader.next()? {
        if cancel.load(Ordering::Relaxed) {
            return Err(CubeError::Cancelled);
        }
        writer.push(&cube.place, &cube.values)?;
        follow(writer.cubes());
    }
    Ok(())
}
