//! The name of a video, the same in every stage.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A video's name: its path relative to the data set's root, `/`-separated, without extension.
///
/// Features, truth and scores are matched by it and never by their position in a list. It is a
/// safe relative path by construction, so joining it to a folder cannot leave that folder.
/// Cloning is cheap. Ids sort as text.
///
/// ```
/// use std::path::Path;
///
/// use gcl_data::VideoId;
///
/// let id = VideoId::from_path(Path::new("shanghaitech"), Path::new("shanghaitech/test/01_0014.avi"))?;
/// assert_eq!(id.as_str(), "test/01_0014");
/// assert!(VideoId::new("../elsewhere").is_err());
/// # Ok::<(), gcl_data::IdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VideoId(Arc<str>);

/// Why a text or path is no [`VideoId`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum IdError {
    /// The text is empty.
    #[error("a video id may not be empty")]
    Empty,
    /// A component is empty, `.` or `..`; a leading or trailing `/` makes an empty component.
    #[error(
        "video id `{id}`: the component `{component}` is not allowed (no empty, `.` or `..` components)"
    )]
    Component { id: String, component: String },
    /// A backslash or a control character.
    #[error("video id `{}`: the character {character:?} is not allowed", id.escape_debug())]
    Character { id: String, character: char },
    /// A file that is not below the root, or whose relative path is not plain.
    #[error("{file} is not a file below {root}")]
    Outside { file: PathBuf, root: PathBuf },
    /// A file name that is not UTF-8.
    #[error("{0}: the file name is not UTF-8; rename it")]
    NotUtf8(PathBuf),
}

impl VideoId {
    /// Checks `id` and takes it as it is.
    ///
    /// # Errors
    /// [`IdError`] for an empty text, empty, `.` or `..` components (so also a leading or trailing
    /// `/`), a backslash or a control character.
    pub fn new(id: impl AsRef<str>) -> Result<Self, IdError> {
        let id = id.as_ref();
        if id.is_empty() {
            return Err(IdError::Empty);
        }
        if let Some(character) = id.chars().find(|c| *c == '\\' || c.is_control()) {
            return Err(IdError::Character { id: id.to_owned(), character });
        }
        if let Some(component) = id.split('/').find(|c| matches!(*c, "" | "." | "..")) {
            return Err(IdError::Component { id: id.to_owned(), component: component.to_owned() });
        }
        Ok(Self(id.into()))
    }

    /// The id that a list means by a name or a path, absolute or not, of Unix or Windows.
    ///
    /// ```
    /// use gcl_data::VideoId;
    ///
    /// assert_eq!(VideoId::listed("C:\\data\\test\\01.mp4")?.as_str(), "data/test/01.mp4");
    /// assert_eq!(VideoId::listed("/data/01.mp4")?.as_str(), "data/01.mp4");
    /// # Ok::<(), gcl_data::IdError>(())
    /// ```
    ///
    /// # Errors
    /// As [`VideoId::new`].
    pub fn listed(name: &str) -> Result<Self, IdError> {
        let path = name.replace('\\', "/");
        let whole = match path.split_once(":/") {
            Some((drive, rest)) if drive.len() == 1 => rest,
            _ => &path,
        };
        let whole = whole.strip_prefix("./").unwrap_or(whole);
        Self::new(whole.trim_start_matches('/'))
    }

    /// The id that is nearest to a name, for messages: what an id may not have becomes the mark of characters that are
    /// none (U+FFFD).
    pub fn nearest(name: &str) -> Self {
        let mark = |c: char| if c == '\\' || c.is_control() { '\u{fffd}' } else { c };
        let part = |part: &str| match part {
            "" | "." | ".." => "\u{fffd}".to_owned(),
            part => part.chars().map(mark).collect::<String>(),
        };
        let parts: Vec<String> = name.trim_matches('/').split('/').map(part).collect();
        Self(parts.join("/").into())
    }

    /// The id of the video file `file` of the data set at `root`: the relative path without its
    /// last extension.
    ///
    /// # Errors
    /// [`IdError::Outside`] if `file` does not start with `root`, [`IdError::NotUtf8`], or what
    /// [`VideoId::new`] refuses.
    pub fn from_path(root: &Path, file: &Path) -> Result<Self, IdError> {
        Self::relative(root, file, true)
    }

    /// The id of a video that is a folder of frames: the relative path as it is, since a dot in a
    /// folder's name starts no extension.
    ///
    /// # Errors
    /// As [`VideoId::from_path`].
    pub fn from_folder(root: &Path, folder: &Path) -> Result<Self, IdError> {
        Self::relative(root, folder, false)
    }

    fn relative(root: &Path, path: &Path, is_file: bool) -> Result<Self, IdError> {
        let outside = || IdError::Outside { file: path.to_owned(), root: root.to_owned() };
        let relative = path.strip_prefix(root).map_err(|_| outside())?;
        let relative = if is_file { relative.with_extension("") } else { relative.to_owned() };
        let mut id = String::new();
        for component in relative.components() {
            let Component::Normal(name) = component else { return Err(outside()) };
            if !id.is_empty() {
                id.push('/');
            }
            id.push_str(name.to_str().ok_or_else(|| IdError::NotUtf8(path.to_owned()))?);
        }
        if id.is_empty() { Err(outside()) } else { Self::new(id) }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component: the file's name without folders.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The file of this video below `root` with the given extension (without its dot).
    pub fn file(&self, root: &Path, extension: &str) -> PathBuf {
        // Appended, not `with_extension`, which would eat the end of an id such as `cam.2`.
        root.join(format!("{}.{extension}", self.0))
    }
}

impl fmt::Display for VideoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for VideoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl TryFrom<String> for VideoId {
    type Error = IdError;
    fn try_from(s: String) -> Result<Self, IdError> {
        Self::new(s)
    }
}

impl From<VideoId> for String {
    fn from(id: VideoId) -> Self {
        id.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn refuses_what_could_leave_the_folder_or_garble_a_table() {
        for bad in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\\b", "a\nb", "a\0"] {
            assert!(VideoId::new(bad).is_err(), "{bad:?} was accepted");
        }
        for (name, nearest) in
            [("a\nb/c\\d", "a\u{fffd}b/c\u{fffd}d"), ("", "\u{fffd}"), ("/a/../b/", "a/\u{fffd}/b")]
        {
            assert_eq!(VideoId::nearest(name).as_str(), nearest);
            assert!(VideoId::new(nearest).is_ok());
        }
        assert_eq!(
            VideoId::new("a/../b").unwrap_err().to_string(),
            "video id `a/../b`: the component `..` is not allowed (no empty, `.` or `..` components)"
        );
    }

    #[test]
    fn paths_and_ids_are_each_other() {
        let root = Path::new("/data");
        let id = VideoId::from_path(root, Path::new("/data/Arson/Arson011_x264.mp4")).unwrap();
        assert_eq!(id.as_str(), "Arson/Arson011_x264");
        assert_eq!(id.name(), "Arson011_x264");
        assert_eq!(id.file(root, "npy"), Path::new("/data/Arson/Arson011_x264.npy"));
        let dotted = VideoId::from_path(root, Path::new("/data/cam.2.mp4")).unwrap();
        assert_eq!(dotted.file(root, "npy"), Path::new("/data/cam.2.npy"));
        let folder = VideoId::from_folder(root, Path::new("/data/test/cam.2")).unwrap();
        assert_eq!(folder.as_str(), "test/cam.2");
    }

    #[test]
    fn a_file_elsewhere_is_refused() {
        let root = Path::new("/data");
        for file in ["/other/a.mp4", "/data", "/data/../a.mp4"] {
            let result = VideoId::from_path(root, Path::new(file));
            assert!(matches!(result, Err(IdError::Outside { .. })), "{file}: {result:?}");
        }
    }

    #[test]
    fn serde_checks_too() {
        let id: VideoId = serde_json::from_str("\"test/01\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"test/01\"");
        assert!(serde_json::from_str::<VideoId>("\"../01\"").is_err());
    }
}
