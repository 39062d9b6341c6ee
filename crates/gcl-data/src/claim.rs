//! Who writes into a folder: one command at a time, or several that share it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::file::{At, FileError};

/// Why a folder cannot be claimed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Another process has claimed it.
    #[error("{}: another process is writing into this folder; wait for it, or choose another", .0.display())]
    Busy(PathBuf),
    /// It cannot be created.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The right to write into a folder, until it is dropped or the process ends, however it ends.
///
/// It is a lock of the operating system's on the folder itself, so that nothing has to be removed after a process was
/// killed. Where folders cannot be locked (Windows, some network file systems) every claim is granted.
///
/// A folder that was made for the claim, and in which nothing was written, is removed with it: a command that is
/// refused leaves nothing behind.
///
/// ```
/// use gcl_data::Claim;
///
/// # let dir = tempfile::tempdir()?;
/// let out = dir.path().join("runs/first");
/// let claim = Claim::alone(&out)?;
/// assert!(Claim::alone(&out).is_err());
/// drop(claim);
/// assert!(!dir.path().join("runs").exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Claim {
    /// Folders that did not exist before, the innermost first.
    made: Vec<PathBuf>,
    _lock: Option<File>,
}

impl Claim {
    /// Claims a folder, which is created if it is missing, for one process alone.
    ///
    /// # Errors
    /// [`ClaimError`].
    pub fn alone(folder: &Path) -> Result<Self, ClaimError> {
        Self::of(folder, File::try_lock)
    }

    /// Claims a folder for processes that share it, such as the shards of one extraction.
    ///
    /// # Errors
    /// [`ClaimError`]; [`ClaimError::Busy`] if another process has claimed it alone.
    pub fn shared(folder: &Path) -> Result<Self, ClaimError> {
        Self::of(folder, File::try_lock_shared)
    }

    fn of(
        folder: &Path,
        lock: impl Fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, ClaimError> {
        let missing = |at: &&Path| !at.as_os_str().is_empty() && !at.exists();
        let made = folder.ancestors().take_while(missing).map(Path::to_owned).collect();
        fs::create_dir_all(folder).at(folder)?;
        let file = File::open(folder).ok();
        if let Some(Err(TryLockError::WouldBlock)) = file.as_ref().map(lock) {
            return Err(ClaimError::Busy(folder.to_owned()));
        }
        Ok(Self { made, _lock: file })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Only what is empty can be removed in this way.
        let Some(folder) = self.made.first() else { return };
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let _ = fs::remove_dir(entry.path());
        }
        for folder in &self.made {
            if fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[cfg(unix)]
    #[test]
    fn one_alone_or_several_that_share() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let shared = (Claim::shared(&out).unwrap(), Claim::shared(&out).unwrap());
        let error = Claim::alone(&out).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
        drop(shared);
        let alone = Claim::alone(&out).unwrap();
        assert!(Claim::shared(&out).is_err());
        drop(alone);
        assert!(Claim::shared(&out).is_ok());
    }

    #[test]
    fn only_what_was_made_and_is_empty_goes() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("own");
        fs::create_dir(&own).unwrap();
        drop(Claim::alone(&own).unwrap());
        assert!(own.exists(), "it was there before");
        let claim = Claim::alone(&own.join("a/b")).unwrap();
        fs::create_dir(own.join("a/b/features")).unwrap();
        drop(claim);
        assert!(own.exists() && !own.join("a").exists());
        let claim = Claim::alone(&own.join("a/b")).unwrap();
        fs::write(own.join("a/b/x"), "result").unwrap();
        drop(claim);
        assert!(own.join("a/b/x").exists());
    }
}
