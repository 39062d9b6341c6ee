//! Finding the videos under the paths that a user names.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError, VideoId};

use crate::pipeline::footage::hash_of;
use crate::source::images;
use crate::walk::walk;

/// Extensions of video files, compared without regard to case.
pub const EXTENSIONS: [&str; 34] = [
    "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "m2v", "ts", "m2ts", "mts", "wmv",
    "asf", "flv", "3gp", "3g2", "ogv", "vob", "y4m", "h264", "264", "avc", "h265", "265", "hevc",
    "mjpeg", "mjpg", "divx", "xvid", "dav", "mod", "tod", "mxf",
];

/// Why a pipe, a socket or a device is not read.
pub(crate) const NOT_A_FILE: &str = "not a regular file";

/// A video to extract features from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoInput {
    /// Its name in every stage.
    pub id: VideoId,
    /// A video file or a folder of frames; where a folder has several sequences of frames, one of them, with `*` in the
    /// place of the number: `folder/Abuse001_x264_*`.
    pub path: PathBuf,
    /// Why it cannot be read, where that was seen when it was found. It is listed so that an extraction reports it with
    /// the videos that it skips.
    pub refused: Option<String>,
}

impl VideoInput {
    /// A video at `path`.
    pub fn new(id: VideoId, path: impl Into<PathBuf>) -> Self {
        Self { id, path: path.into(), refused: None }
    }

    /// Something at `path` below `root` that is not read, for a reason. Its id is the nearest to its name.
    pub(crate) fn refused(root: &Path, path: &Path, reason: impl Into<String>) -> Self {
        let relative =
            path.strip_prefix(root).ok().filter(|path| path.components().next().is_some());
        let name = relative.or(path.file_name().map(Path::new)).unwrap_or(path).to_string_lossy();
        // A name with a line end is one line in a message all the same.
        let shown =
            |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
        let shown: String = path.to_string_lossy().chars().map(shown).collect();
        let refused = Some(format!("{shown}: {}", reason.into()));
        Self { id: VideoId::nearest(&name), path: path.to_owned(), refused }
    }
}

impl VideoInput {
    /// The path without links, where it is a file or a folder.
    fn real_path(&self) -> PathBuf {
        self.path.canonicalize().unwrap_or_else(|_| self.path.clone())
    }

    /// A hash of the footage, in hex, as its features have it: of its size and of blocks spread over it. `None` if
    /// it cannot be read.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        hash_of(&self.path)
    }
}

/// Finds all videos under `paths`, sorted by id.
///
/// A named file is a video, whatever its name; in a named folder, and all folders in it, every file with one of
/// [`EXTENSIONS`] is one. A folder that holds images but no video file is itself a video: its frames. Where the images'
/// names are several sequences, such as `Abuse001_x264_0.png` and `Abuse002_x264_0.png`, each is a video, and its id is the
/// folder's and the name without the number.
/// Hidden entries are ignored, and links back to an enclosing folder are not followed.
///
/// An id is the path relative to the named folder (or to a named file's folder), without extension.
/// Where the videos of several named paths would share ids, all ids get the folder's name in front.
/// What two named paths have in common, such as a folder and a file in it, is found once.
///
/// What is found below a named folder and cannot be read is no error: it is listed with `VideoInput::refused`. That is a
/// name that is no id (no UTF-8, a line end, a backslash), the second of two files that differ in their extension alone, a
/// folder that may not be read or that a NAS keeps for itself, a link to nowhere, images beside videos, and images that are
/// not of their folder's sequence. A named path that is neither a file nor a folder, such as a pipe, is listed so, too.
///
/// # Errors
/// A named path cannot be read, two videos share an id with their folders' names in front, too, or there is no video at all.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<VideoInput>, FileError> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        let mut root = under(path)?;
        root.videos.retain(|video| !seen.contains(&video.real_path()));
        seen.extend(root.videos.iter().map(VideoInput::real_path));
        found.push(root);
    }
    let videos = match merge(found.iter().flat_map(|root| root.videos.iter().cloned())) {
        Ok(videos) => videos,
        Err(_) => merge(found.iter().map(Root::prefixed).collect::<Result<Vec<_>, _>>()?.concat())?,
    };
    if videos.is_empty() {
        let list: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let images = images::EXTENSIONS.join(" .");
        return Err(FileError::new(
            list.join(", "),
            format!("no video: looked for files {} and folders of images .{images}", known()),
        ));
    }
    Ok(videos)
}

/// The videos of one named path.
struct Root {
    /// The name of the folder that ids are relative to.
    name: String,
    videos: Vec<VideoInput>,
}

impl Root {
    fn prefixed(&self) -> Result<Vec<VideoInput>, FileError> {
        let rename = |video: &VideoInput| {
            let id = VideoId::new(format!("{}/{}", self.name, video.id)).at(&video.path)?;
            Ok(VideoInput { id, ..video.clone() })
        };
        self.videos.iter().map(rename).collect()
    }
}

fn under(path: &Path) -> Result<Root, FileError> {
    // Also gives `.` and `..` the name of the folder that they stand for.
    let whole = path.canonicalize().at(path)?;
    let mut videos = Vec::new();
    let is_folder = whole.is_dir();
    let parent = whole.parent().unwrap_or(&whole);
    if is_folder {
        walk(&whole, &mut videos)?;
        videos = one_of_each(videos, &whole);
    } else if !whole.is_file() {
        // To open a pipe is to wait for whoever writes to it.
        videos.push(VideoInput::refused(Path::new(""), path, NOT_A_FILE));
    } else {
        // Named by the user: what it is, its content tells. A link's own name counts, not that of the file behind it.
        let name = path.file_name().map_or_else(|| whole.clone(), PathBuf::from);
        videos.push(match VideoId::from_path(Path::new(""), &name) {
            Ok(id) => VideoInput::new(id, path),
            Err(error) => VideoInput::refused(Path::new(""), path, reason(&error)),
        });
    }
    let folder = if is_folder { &whole } else { parent };
    let name = folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Root { name, videos })
}

/// Why a name is no id, without the name.
pub(crate) fn reason(error: &gcl_data::IdError) -> String {
    match error {
        gcl_data::IdError::NotUtf8(_) => "the file name is not UTF-8; rename it".to_owned(),
        gcl_data::IdError::Character { character, .. } => {
            format!("the character {character:?} is not allowed in a name; rename it")
        }
        other => other.to_string(),
    }
}

/// The videos below one root. Of two with one id, the second is refused; what is refused gives way to all others.
fn one_of_each(videos: Vec<VideoInput>, root: &Path) -> Vec<VideoInput> {
    let mut by_id: BTreeMap<VideoId, VideoInput> = BTreeMap::new();
    let (videos, refused): (Vec<_>, Vec<_>) = videos.into_iter().partition(|v| v.refused.is_none());
    let mut rest = refused;
    for video in videos {
        match by_id.entry(video.id.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(video);
            }
            Entry::Occupied(first) => {
                let (first, id) = (first.get().path.display(), &video.id);
                let what =
                    format!("this and {first} are two videos with the name {id}; rename one");
                rest.push(VideoInput::refused(root, &video.path, what));
            }
        }
    }
    for mut video in rest {
        let name = video.id.clone();
        for number in 2.. {
            if !by_id.contains_key(&video.id) {
                break;
            }
            video.id = VideoId::nearest(&format!("{name} ({number})"));
        }
        by_id.insert(video.id.clone(), video);
    }
    by_id.into_values().collect()
}

/// The extensions, for messages.
fn known() -> String {
    format!(".{}", EXTENSIONS.join(" ."))
}

pub(crate) fn has_extension(path: &Path) -> bool {
    let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|text| EXTENSIONS.contains(&text.as_str()))
}

/// Sorts by id; two videos with one id are an error.
fn merge(videos: impl IntoIterator<Item = VideoInput>) -> Result<Vec<VideoInput>, FileError> {
    let mut by_id: BTreeMap<VideoId, VideoInput> = BTreeMap::new();
    for video in videos {
        let (id, path) = (video.id.clone(), video.path.clone());
        if let Some(first) = by_id.insert(id.clone(), video) {
            let first = first.path.display();
            let problem = format!("this and {first} are two videos with the name {id}");
            return Err(FileError::new(path, problem));
        }
    }
    Ok(by_id.into_values().collect())
}
