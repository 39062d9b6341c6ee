//! Finding the videos under the paths that a user names.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gcl_data::{IdError, VideoId};

use crate::source::images::is_image;

/// Extensions of video files, compared without regard to case.
pub const EXTENSIONS: [&str; 20] = [
    "mp4", "m4v", "mov", "avi", "mkv", "webm", "mpg", "mpeg", "m2v", "ts", "m2ts", "mts", "wmv",
    "asf", "flv", "3gp", "ogv", "vob", "y4m", "h264",
];

/// A video to extract features from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoInput {
    /// Its name in every stage.
    pub id: VideoId,
    /// A video file or a folder of frames.
    pub path: PathBuf,
}

/// Why the videos could not be listed.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum DiscoverError {
    /// A path cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    /// A named file does not have a video's extension.
    #[error("{path}: not a video file (looked for .{list})", path = .0.display(), list = EXTENSIONS.join(" ."))]
    NotAVideo(PathBuf),
    /// A path is not a valid video id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// Two videos would have the same id, and so the same feature file.
    #[error("two videos with the name {id}: {first} and {second}", first = first.display(), second = second.display())]
    Clash { id: VideoId, first: PathBuf, second: PathBuf },
    /// There is no video.
    #[error("no video under {paths}: looked for files .{videos} and folders of images .{images}", videos = EXTENSIONS.join(" ."), images = crate::source::images::EXTENSIONS.join(" ."))]
    Nothing { paths: String },
}

/// Finds all videos under `paths`, sorted by id.
///
/// A named file is a video; in a named folder, and all folders in it, every file with one of
/// [`EXTENSIONS`] is one. A folder that holds images but no video file is itself a video: its frames.
/// Hidden entries are ignored, and links back to an enclosing folder are not followed.
///
/// An id is the path relative to the named folder (or to a named file's folder), without extension.
/// Where the videos of several named paths would share ids, all ids get the folder's name in front.
///
/// # Errors
/// A folder cannot be read, two videos share an id, a file is no video, or there is none at all.
pub fn discover(paths: &[PathBuf]) -> Result<Vec<VideoInput>, DiscoverError> {
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
        return Err(DiscoverError::Nothing { paths: list.join(", ") });
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
    fn prefixed(&self) -> Result<Vec<VideoInput>, DiscoverError> {
        let rename = |video: &VideoInput| {
            let id = VideoId::new(format!("{}/{}", self.name, video.id))?;
            Ok(VideoInput { id, path: video.path.clone() })
        };
        self.videos.iter().map(rename).collect()
    }
}

fn under(path: &Path) -> Result<Root, DiscoverError> {
    let failed = |source| DiscoverError::Io { path: path.to_owned(), source };
    // Also gives `.` and `..` the name of the folder that they stand for.
    let whole = path.canonicalize().map_err(failed)?;
    let mut videos = Vec::new();
    let is_folder = whole.is_dir();
    let parent = whole.parent().unwrap_or(&whole);
    if is_folder {
        walk(&whole, &whole, &mut vec![whole.clone()], &mut videos)?;
    } else if has_extension(path) {
        // A link's own name counts, not that of the file behind it.
        let name = path.file_name().map_or_else(|| whole.clone(), PathBuf::from);
        let id = VideoId::from_path(Path::new(""), &name)?;
        videos.push(VideoInput { id, path: path.to_owned() });
    } else {
        return Err(DiscoverError::NotAVideo(path.to_owned()));
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
) -> Result<(), DiscoverError> {
    let failed = |source| DiscoverError::Io { path: folder.to_owned(), source };
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(entry.path());
        }
    }
    entries.sort();
    let files: Vec<&PathBuf> =
        entries.iter().filter(|path| has_extension(path) && path.is_file()).collect();
    for &path in &files {
        videos.push(VideoInput { id: VideoId::from_path(root, path)?, path: path.clone() });
    }
    if files.is_empty() && entries.iter().any(|path| is_image(path)) {
        let base = if folder == root { root.parent().unwrap_or(root) } else { root };
        let id = VideoId::from_folder(base, folder)?;
        videos.push(VideoInput { id, path: folder.to_owned() });
    }
    for path in entries.iter().filter(|path| path.is_dir()) {
        let real = path
            .canonicalize()
            .map_err(|source| DiscoverError::Io { path: path.clone(), source })?;
        if !above.contains(&real) {
            above.push(real);
            walk(root, path, above, videos)?;
            above.pop();
        }
    }
    Ok(())
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|text| EXTENSIONS.contains(&text.as_str()))
}

/// Sorts by id; two videos with one id are an error.
fn merge(videos: impl IntoIterator<Item = VideoInput>) -> Result<Vec<VideoInput>, DiscoverError> {
    let mut by_id: BTreeMap<VideoId, PathBuf> = BTreeMap::new();
    for VideoInput { id, path } in videos {
        if let Some(first) = by_id.insert(id.clone(), path.clone()) {
            return Err(DiscoverError::Clash { id, first, second: path });
        }
    }
    Ok(by_id.into_iter().map(|(id, path)| VideoInput { id, path }).collect())
}
