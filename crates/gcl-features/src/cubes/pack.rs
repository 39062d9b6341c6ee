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

/// Writes the cubes of `videos`, in their order, to the file `out` (`.npy`, with a `.csv` beside it; see
/// [`gcl_data::cubes`]). It appears when it is complete; returns the number of cubes, and `follow` hears of
/// it after each.
///
/// # Errors
/// [`CubeError`]; what stood at `out` is then as it was before.
pub fn pack_cubes(
    videos: &[CubeSource],
    out: &Path,
    rule: &CubeRule,
    kind: CubeType,
    decoder: Decoder,
    cancel: &AtomicBool,
    follow: &mut dyn FnMut(usize),
) -> Result<usize, CubeError> {
    let rule = rule.validate()?;
    let mut writer = CubeWriter::create(out, rule.frames, rule.size, kind)?;
    let mut count = 0;
    for CubeSource { id, path, boxes } in videos {
        let mut reader = CubeReader::open(id.clone(), path, decoder, boxes.clone(), rule)?;
        while let Some(cube) = reader.next()? {
            if cancel.load(Ordering::Relaxed) {
                return Err(CubeError::Cancelled);
            }
            writer.push(&cube.place, &cube.values)?;
            count += 1;
            follow(count);
        }
    }
    Ok(writer.finish()?)
}
