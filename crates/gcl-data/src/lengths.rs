//! How many frames videos have, from whatever file says so.

use std::collections::BTreeMap;
use std::path::Path;

use crate::id::VideoId;
use crate::manifest::Manifest;
use crate::truth::{Truth, TruthError, TruthFormat};

/// The numbers of frames of videos by a manifest's column `frames`, or by ground truth that has a label for each frame.
/// Videos of which it does not say are not among them.
///
/// # Errors
/// [`TruthError`] if the file or folder is neither.
pub fn read_lengths(path: &Path) -> Result<BTreeMap<VideoId, usize>, TruthError> {
    let truth = || Truth::read(path, TruthFormat::Auto);
    let truth = match path.is_dir() {
        true => truth()?,
        false => match (Manifest::read(path), truth()) {
            (Ok(manifest), _) => {
                let frames =
                    |(id, entry): (VideoId, crate::ManifestEntry)| Some((id, entry.frames?));
                return Ok(manifest.videos.into_iter().filter_map(frames).collect());
            }
            (Err(_), Ok(truth)) => truth,
            (Err(error), Err(_)) => return Err(error.into()),
        },
    };
    let mut lengths = BTreeMap::new();
    for id in truth.ids() {
        lengths.extend(truth.frames(id)?.map(|frames| (id.clone(), frames)));
    }
    Ok(lengths)
}
