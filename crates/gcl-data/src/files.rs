//! Finding a folder's files by extension, as video ids.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file::{At, FileError};
use crate::id::VideoId;

/// The deepest nesting of folders, which also ends a loop of links.
const MAX_DEPTH: usize = 32;

/// Folders that a file system or a NAS keeps for itself, in small letters.
const KEPT: [&str; 6] =
    ["@eadir", "#recycle", "#snapshot", "$recycle.bin", "lost+found", "system volume information"];

/// Whether a folder of this name is a file system's or a NAS's own, and holds nobody's data.
pub fn is_kept_by_system(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    KEPT.contains(&name.as_str())
}

/// The ids of all files in `dir` and below that have the given extension (without its dot), in order;
/// [`VideoId::file`] is each one's path. Names that start with a dot are ignored, and so are folders that
/// a file system or a NAS keeps for itself (`lost+found`, `@eaDir`). Links to folders are followed.
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
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || is_kept_by_system(&name) {
            continue;
        }
        let wanted = path.extension().is_some_and(|e| e == extension);
        let mut kind = entry.file_type().at(&path)?;
        if kind.is_symlink() {
            kind = match fs::metadata(&path) {
                Ok(behind) => behind.file_type(),
                // A link to nowhere matters only where it has the name of what is looked for.
                Err(_) if !wanted => continue,
                Err(error) => return Err(FileError::new(&path, error)),
            };
        }
        if kind.is_dir() {
            scan(&path, extension, depth + 1, paths)?;
        } else if wanted {
            paths.push(path);
        }
    }
    Ok(())
}
