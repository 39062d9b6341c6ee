//! A folder of pose files.

use std::path::{Path, PathBuf};

use super::{Track, read_poses};
use crate::file::{At, FileError};
use crate::files::Found;
use crate::id::VideoId;
use crate::left_out::LeftOut;

/// What AlphaPose's tracker adds to a video's name.
const SUFFIX: &str = "_alphapose_tracked_person";

/// What AlphaPose calls its output, in a folder of its own for each video.
const RESULTS: &str = "alphapose-results";

/// The pose files of a folder, one per video: `VIDEO_alphapose_tracked_person.json`, `VIDEO.json` or
/// `VIDEO/alphapose-results.json`. AlphaPose's own output beside files of tracked persons is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoseSet {
    /// The videos and their files, sorted by id.
    pub videos: Vec<(VideoId, PathBuf)>,
    /// Files that cannot be a video's, such as those with names that are no ids.
    pub left_out: Vec<LeftOut>,
}

impl PoseSet {
    /// Lists the `.json` files in `dir` and below; none is read yet.
    ///
    /// # Errors
    /// [`FileError`]; two files of one video are one, and no file at all.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, FileError> {
        let dir = dir.as_ref();
        let mut videos: Vec<(VideoId, PathBuf)> = Vec::new();
        let Found { files, left_out } = Found::below(dir, "json")?;
        for (name, path) in files {
            let id = name.as_str().strip_suffix(SUFFIX).unwrap_or(name.as_str());
            let id = id.strip_suffix(RESULTS).and_then(|id| id.strip_suffix('/')).unwrap_or(id);
            videos.push((VideoId::new(id).at(&path)?, path));
        }
        if videos.len() > 1 {
            videos.retain(|(id, _)| id.as_str() != RESULTS);
        }
        videos.sort();
        if videos.is_empty() {
            return Err(FileError::new(dir, "no .json file of poses here or below"));
        }
        for pair in videos.windows(2) {
            if let [(id, first), (second_id, second)] = pair
                && id == second_id
            {
                let problem =
                    format!("this and {} are both the poses of video {id}", first.display());
                return Err(FileError::new(second, problem));
            }
        }
        Ok(Self { videos, left_out })
    }

    /// Reads one video after the other: its id and its tracks.
    pub fn read(&self) -> impl Iterator<Item = Result<(VideoId, Vec<Track>), FileError>> + '_ {
        self.videos.iter().map(|(id, path)| Ok((id.clone(), read_poses(path)?)))
    }
}
