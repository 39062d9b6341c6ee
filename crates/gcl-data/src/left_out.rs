//! Videos that are left out of a run because their files cannot be used, and the list of them beside what came of
//! the others.

use std::path::Path;

use crate::file::{FileError, find_json, remove_file, write_json};
use crate::id::VideoId;

/// A video that is left out, and why, with the file's path.
pub type LeftOut = (VideoId, String);

const NAME: &str = "left-out.json";

/// The list in a folder; empty where there is none.
///
/// # Errors
/// [`FileError`] if there is one that cannot be read.
pub fn read_left_out(folder: &Path) -> Result<Vec<LeftOut>, FileError> {
    let list = find_json(&folder.join(NAME), "a list of videos that were left out")?;
    Ok(list.unwrap_or_default())
}

/// Writes the list into a folder; an empty one takes away what is there.
///
/// # Errors
/// [`FileError`].
pub fn write_left_out(folder: &Path, videos: &[LeftOut]) -> Result<(), FileError> {
    let path = folder.join(NAME);
    match videos.is_empty() {
        true => remove_file(&path),
        false => write_json(&path, &videos),
    }
}
