//! Finding a folder's files by extension, as video ids.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file::{At, FileError};
use crate::id::VideoId;

/// The deepest nesting of folders, which also ends a loop of links.
const MAX_DEPTH: usize = 32;

/// The ids of all files in `dir` and below that have the given extension (without its dot), in order;
/// [`VideoId::file`] is each one's path. Names that start with a dot are ignored. Links to folders are
/// followed.
///
/// # Errors
/// [`FileError`], also for names that are no ids.
pub fn with_extension(dir: &Path, extension: &str) -> Result<Vec<VideoId>, FileError> {
    let mut paths = Vec::new();
    scan(dir, extension, 0, &mut paths)?;
    let ids = paths.iter().map(|path| VideoId::from_path(dir, path));
    let mut ids = ids.collect::<Result<Vec<_>, _>>().at(dir)?;
    ids.sort_unstable();
    Ok(ids)
}

fn scan(
    dir: &Path,
    extension: &str,
    depth: usize,
    paths: &mut Vec<PathBuf>,
) -> Result<(), FileError> {
    if depth > MAX_DEPTH {
        return Err(FileError::new(dir, "folders are nested too deeply (a loop of links?)"));
    }
    for entry in fs::read_dir(dir).at(dir)? {
        let entry = entry.at(dir)?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let mut kind = entry.file_type().at(&path)?;
        if kind.is_symlink() {
            kind = fs::metadata(&path).at(&path)?.file_type();
        }
        if kind.is_dir() {
            scan(&path, extension, depth + 1, paths)?;
        } else if path.extension().is_some_and(|e| e == extension) {
            paths.push(path);
        }
    }
    Ok(())
}
