//! Finding the videos under the paths that a user names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gcl_data::{At, FileError, IdError, VideoId};

use crate::pipeline::footage::hash_of;
use crate::source::images::{self, is_image};

/// Extensions of video files, compared without regard to case.
pub const EXTENSIONS: [&str; 34] = [
    "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "m2v", "ts", "m2ts", "mts", "wmv",
    "asf", "flv", "3gp", "3g2", "ogv", "vob", "y4m", "h264", "264", "avc", "h265", "265", "hevc",
    "mjpeg", "mjpg", "divx", "xvid", "dav", "mod", "tod", "mxf",
];

/// A video to extract features from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoInput {
    /// Its name in every stage.
    pub id: VideoId,
    /// A video file or a folder of frames.
    pub path: PathBuf,
}

impl VideoInput {
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
/// [`EXTENSIONS`] is one. A folder that holds images but no video file is itself a video: its frames.
/// Hidden entries are ignored, and links back to an enclosing folder are not followed.
///
/// An id is the path relative to the named folder (or to a named file's folder), without extension.
/// Where the videos of several named paths would share ids, all ids get the folder's name in front.
///
/// # Errors
/// A folder cannot be read, two videos share an id, or there is none at all.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<VideoInput>, FileError> {
    let mut found = Vec::new();
    for path in paths {
        found.push(under(path)?);
    }
    let videos = match merge(found.iter().flat_map(|root| root.videos.iter().cloned())) {
        Ok(videos) => videos,
        Err(clash) if found.len() < 2 => return Err(clash),
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
            Ok(VideoInput { id, path: video.path.clone() })
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
        walk(&whole, &whole, &mut vec![whole.clone()], &mut videos)?;
    } else {
        // Named by the user: what it is, its content tells. A link's own name counts, not that of the file behind it.
        let name = path.file_name().map_or_else(|| whole.clone(), PathBuf::from);
        let id = id_of(Path::new(""), &name, VideoId::from_path)?;
        videos.push(VideoInput { id, path: path.to_owned() });
    }
    let folder = if is_folder { &whole } else { parent };
    let name = folder.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Root { name, videos })
}

/// Adds the videos of `folder` and of the folders in it. `above` holds the real paths of the
/// folders from the root down to `folder`.
fn walk(
    root: &Path,
    folder: &Path,
    above: &mut Vec<PathBuf>,
    videos: &mut Vec<VideoInput>,
) -> Result<(), FileError> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).at(folder)? {
        let entry = entry.at(folder)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    let files: Vec<&PathBuf> =
        entries.iter().filter(|path| has_extension(path) && path.is_file()).collect();
    for &path in &files {
        videos.push(VideoInput { id: id_of(root, path, VideoId::from_path)?, path: path.clone() });
    }
    if files.is_empty() && entries.iter().any(|path| is_image(path)) {
        let base = if folder == root { root.parent().unwrap_or(root) } else { root };
        let id = id_of(base, folder, VideoId::from_folder)?;
        videos.push(VideoInput { id, path: folder.to_owned() });
    }
    for path in entries.iter().filter(|path| path.is_dir()) {
        let real = path.canonicalize().at(path)?;
        if !above.contains(&real) {
            above.push(real);
            walk(root, path, above, videos)?;
            above.pop();
        }
    }
    Ok(())
}

/// The id of a path below `root`. One that is not UTF-8 gets the nearest name, under which the extraction
/// reports it.
fn id_of(
    root: &Path,
    path: &Path,
    of: fn(&Path, &Path) -> Result<VideoId, IdError>,
) -> Result<VideoId, FileError> {
    let id = match of(root, path) {
        Err(IdError::NotUtf8(_)) => {
            of(Path::new(&*root.to_string_lossy()), Path::new(&*path.to_string_lossy()))
        }
        id => id,
    };
    id.at(path)
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
    let mut by_id: BTreeMap<VideoId, PathBuf> = BTreeMap::new();
    for VideoInput { id, path } in videos {
        if let Some(first) = by_id.insert(id.clone(), path.clone()) {
            let problem = format!("this and {} are two videos with the name {id}", first.display());
            return Err(FileError::new(path, problem));
        }
    }
    Ok(by_id.into_iter().map(|(id, path)| VideoInput { id, path }).collect())
}
