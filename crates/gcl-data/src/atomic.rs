//! Writing a file so that a reader sees either the old file, or all of the new one.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::file::{At, FileError};

/// Writes `path` through `fill`: into a temporary file in the same folder, then renamed over `path`.
///
/// Missing parent folders are created. If `fill` fails, or the process dies, `path` is unchanged; a
/// killed process may leave a `.gcl-*.part` file behind, which every reader ignores and the next process that
/// writes into the folder removes.
///
/// # Errors
/// [`FileError`] of creating the folder, writing or renaming; the temporary file is then removed.
pub fn write_atomic<F>(path: &Path, fill: F) -> Result<(), FileError>
where
    F: FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
{
    let mut temporary = temporary_beside(path).at(path)?;
    let mut writer = BufWriter::with_capacity(1 << 16, temporary.as_file_mut());
    fill(&mut writer).and_then(|()| writer.flush()).at(path)?;
    drop(writer);
    temporary.persist(path).at(path)?;
    Ok(())
}

/// What temporary files' names start and end with.
const NAME: [&str; 2] = [".gcl-", ".part"];

/// A new temporary file in the folder of `path`, which is created if it is missing. It is locked while it is open, by
/// which others tell it from one that a killed process left.
pub(crate) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    remove_left_over(folder);
    let mut builder = tempfile::Builder::new();
    let [prefix, suffix] = NAME;
    builder.prefix(prefix).suffix(suffix);
    // Temporary files are private by default; a result should be as readable as any other new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    loop {
        let file = builder.tempfile_in(folder)?;
        // Before it was locked, another process may have taken it for one that was left.
        match file.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if !file.path().exists() => {}
            _ => return Ok(file),
        }
    }
}

/// Removes the temporary files that killed processes left in a folder: those that nobody has locked. Once a process
/// and folder; where files cannot be locked, nothing is removed.
fn remove_left_over(folder: &Path) {
    static SEEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let new = SEEN.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
    if new {
        remove_unlocked(folder);
    }
}

fn remove_unlocked(folder: &Path) {
    let [prefix, suffix] = NAME;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = |name: &str| name.starts_with(prefix) && name.ends_with(suffix);
        if name.to_str().is_some_and(ours)
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            // One that cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// [`write_atomic`] for bytes that are already in memory.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_bytes_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_atomic(path, |out| out.write_all(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn replaces_whole_files_and_makes_folders() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.txt");
        write_bytes_atomic(&path, b"first").unwrap();
        write_bytes_atomic(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.txt");
        write_bytes_atomic(&path, b"old").unwrap();
        let result = write_atomic(&path, |out| {
            out.write_all(b"half of the ne")?;
            Err(io::Error::other("disk on fire"))
        });
        let error = result.unwrap_err();
        assert_eq!(
            (error.path.as_path(), error.source.to_string()),
            (path.as_path(), "disk on fire".into())
        );
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_process_left_is_removed_and_a_living_ones_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(".gcl-abc123.part");
        let other = dir.path().join(".other-abc123.part");
        fs::write(&left, b"half").unwrap();
        fs::write(&other, b"whole").unwrap();
        let living = temporary_beside(&dir.path().join("a")).unwrap();
        assert!(!left.exists() && other.exists());
        // As another process would at its first file here.
        remove_unlocked(dir.path());
        assert!(living.path().exists());
        let path = living.path().to_owned();
        drop(living.keep().unwrap());
        remove_unlocked(dir.path());
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_the_file_as_the_umask_says() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let ordinary = dir.path().join("ordinary");
        fs::write(&ordinary, b"x").unwrap();
        let ours = dir.path().join("ours");
        write_bytes_atomic(&ours, b"x").unwrap();
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&ordinary));
    }
}
