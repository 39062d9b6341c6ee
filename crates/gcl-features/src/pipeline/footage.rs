//! Which footage features were made from, so that another video of the same name is not taken for it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::source::images::{files_of, is_pattern};
use crate::source::levels::stated;

/// Blocks of a file, and files of a folder, that are read where there are more.
const BLOCKS: u64 = 16;

/// The bytes of a block.
const BLOCK: u64 = 1 << 16;

/// A hash of a video file, in hex: of its size and content, for a file of more than 1 MiB of blocks
/// spread over it: every start of an extraction reads this of every video. Of a folder of frames, of all names and sizes and
/// of frames spread over it. `None` if it cannot be read: opening the video gives the reason.
pub(crate) fn hash_of(path: &Path) -> Option<String> {
    let mut hash = Sha256::new();
    let done = match path.is_dir() || is_pattern(path) {
        true => folder(path, &mut hash),
        // Not a pipe, which would be waited for.
        false if path.is_file() => file(path, &mut hash),
        false => return None,
    };
    done.ok()?;
    Some(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

fn folder(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut files: Vec<PathBuf> = match is_pattern(path) {
        true => files_of(path).map_err(io::Error::other)?,
        false => fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
    };
    files.retain(|file| file.is_file());
    if let Some((_, text)) = stated(path).map_err(io::Error::other)? {
        hash.update(text);
    }
    files.sort();
    for file in &files {
        hash.update(file.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update(fs::metadata(file)?.len().to_le_bytes());
    }
    let step = files.len().div_ceil(BLOCKS as usize).max(1);
    files
        .iter()
        .step_by(step)
        .filter(|frame| frame.is_file())
        .try_for_each(|frame| file(frame, hash))
}

fn file(path: &Path, hash: &mut Sha256) -> io::Result<()> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    hash.update(size.to_le_bytes());
    let step = (size / BLOCKS).max(BLOCK);
    let mut bytes = Vec::new();
    for start in (0..size).step_by(step as usize) {
        bytes.clear();
        file.seek(SeekFrom::Start(start))?;
        file.by_ref().take(BLOCK).read_to_end(&mut bytes)?;
        hash.update(&bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn other_content_and_other_frames_are_other_footage() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            hash_of(&path).unwrap()
        };
        let long = vec![7u8; 300_000];
        let mut other = long.clone();
        other[150_000] = 8;
        assert_eq!(put("a.y4m", &long), put("b.y4m", &long));
        assert_ne!(put("a.y4m", &long), put("b.y4m", &other));
        assert_ne!(put("a.y4m", &long), put("b.y4m", &long[1..]));
        put("frames/1.jpg", b"one");
        put("frames/2.jpg", b"two");
        let two = hash_of(&folder.path().join("frames")).unwrap();
        put("frames/3.jpg", b"six");
        assert_ne!(hash_of(&folder.path().join("frames")).unwrap(), two);
        assert_eq!(hash_of(&folder.path().join("nothing")), None);
    }
}
