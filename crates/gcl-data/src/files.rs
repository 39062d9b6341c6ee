//! Finding a folder's files by extension, as video ids.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::left_out::LeftOut;

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

/// The files of one kind in a folder and below.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The ids, in order, each with its file.
    pub files: Vec<(VideoId, PathBuf)>,
    /// What has such a name and cannot be used, or cannot be searched: names that are no ids, a second file of an
    /// id (`a.npy` and `a.NPY`), links to nowhere, folders that may not be read.
    pub left_out: Vec<LeftOut>,
}

impl Found {
    /// Searches `dir` and all folders below for files with the given extension (without its dot; capitals are the
    /// same). Names that start with a dot are ignored, and so are folders that a file system or a NAS keeps for itself
    /// (`lost+found`, `@eaDir`). Links to folders are followed.
    ///
    /// # Errors
    /// [`FileError`] if `dir` itself cannot be read.
    pub fn below(dir: &Path, extension: &str) -> Result<Self, FileError> {
        let (files, bad) = search(dir, extension)?;
        let left_out = |error: FileError| {
            let relative = error.path.strip_prefix(dir).unwrap_or(&error.path);
            let id = VideoId::nearest(&relative.with_extension("").to_string_lossy());
            (id, one_line(&error.to_string()))
        };
        let mut left_out: Vec<LeftOut> = bad.into_iter().map(left_out).collect();
        left_out.sort();
        Ok(Self { files, left_out })
    }
}

/// Videos, each with its file, in the order of their ids.
type Files = Vec<(VideoId, PathBuf)>;

/// The files, and those that are no video's.
fn search(dir: &Path, extension: &str) -> Result<(Files, Vec<FileError>), FileError> {
    let (mut paths, mut bad) = (Vec::new(), Vec::new());
    scan(dir, extension, 0, &mut paths, &mut bad)?;
    let mut files = Files::new();
    for path in paths {
        match VideoId::from_path(dir, &path) {
            Ok(id) => files.push((id, path)),
            Err(error) => bad.push(FileError::new(&path, error)),
        }
    }
    // Capitals come after small letters, whatever order the folder is listed in.
    files.sort_unstable_by(|(a, first), (b, second)| (a, second).cmp(&(b, first)));
    files.dedup_by(|(id, path), (kept_id, kept)| {
        let twice = id == kept_id;
        if twice {
            let problem = format!("video {id} has another file, {}", kept.display());
            bad.push(FileError::new(&*path, problem));
        }
        twice
    });
    Ok((files, bad))
}

/// A message in one line, whatever a name in it has.
fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// The files of [`Found::below`], where nothing may be left out.
///
/// # Errors
/// [`FileError`], also for what would be left out.
pub fn with_extension(dir: &Path, extension: &str) -> Result<Vec<(VideoId, PathBuf)>, FileError> {
    let (files, bad) = search(dir, extension)?;
    bad.into_iter().next().map_or(Ok(files), Err)
}

fn scan(
    dir: &Path,
    extension: &str,
    depth: usize,
    paths: &mut Vec<PathBuf>,
    bad: &mut Vec<FileError>,
) -> Result<(), FileError> {
    if depth > MAX_DEPTH {
        return Err(FileError::new(dir, "folders are nested too deeply (a loop of links?)"));
    }
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if depth > 0 => {
            bad.push(FileError::new(dir, error));
            return Ok(());
        }
        Err(error) => return Err(FileError::new(dir, error)),
    };
    for entry in entries {
        let entry = entry.at(dir)?;
        let path = entry.path();
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || is_kept_by_system(&name) {
            continue;
        }
        let wanted = path.extension().is_some_and(|e| e.eq_ignore_ascii_case(extension));
        let mut kind = entry.file_type().at(&path)?;
        if kind.is_symlink() {
            kind = match fs::metadata(&path) {
                Ok(behind) => behind.file_type(),
                // A link to nowhere matters only where it has the name of what is looked for.
                Err(_) if !wanted => continue,
                Err(error) => {
                    bad.push(FileError::new(&path, error));
                    continue;
                }
            };
        }
        if kind.is_dir() {
            scan(&path, extension, depth + 1, paths, bad)?;
        } else if wanted {
            paths.push(path);
        }
    }
    Ok(())
}
