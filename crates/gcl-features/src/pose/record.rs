//! How a folder's poses were made: what a later run resumes from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::file::{find_json, remove_file, write_json};
use gcl_data::{FileError, VideoId};
use serde::{Deserialize, Serialize};

use super::PoseOptions;

/// The file's name: not one that is read as poses.
const NAME: &str = "poses.record";

/// Networks, options, and the videos that are done with the hashes of their footage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PoseRecord {
    version: u32,
    detector_sha256: String,
    poses_sha256: String,
    options: PoseOptions,
    videos: BTreeMap<VideoId, Option<String>>,
}

/// A record and its place.
pub(super) struct OpenRecord {
    path: PathBuf,
    record: PoseRecord,
}

impl PoseRecord {
    pub fn new(detector: &str, poses: &str, options: &PoseOptions) -> Self {
        Self {
            version: 1,
            detector_sha256: detector.to_owned(),
            poses_sha256: poses.to_owned(),
            options: *options,
            videos: BTreeMap::new(),
        }
    }

    /// The record of a folder: the one that is there, if it is of the same networks and options, or this one.
    pub fn open(self, out: &Path) -> Result<OpenRecord, FileError> {
        let path = out.join(NAME);
        let Some(record) = find_json::<PoseRecord>(&path, "the record of an extraction of poses")?
        else {
            let open = OpenRecord { path, record: self };
            open.write()?;
            return Ok(open);
        };
        let shown = |options: &PoseOptions| serde_json::to_string(options).unwrap_or_default();
        let parts = [
            ("the version", record.version.to_string(), self.version.to_string()),
            ("the detector's SHA-256", record.detector_sha256.clone(), self.detector_sha256),
            ("the pose network's SHA-256", record.poses_sha256.clone(), self.poses_sha256),
            ("options", shown(&record.options), shown(&self.options)),
        ];
        if let Some((what, found, now)) = parts.into_iter().find(|(_, found, now)| found != now) {
            let problem = format!(
                "the poses in this folder were made differently ({what} was {found}, and is {now}); remove them or choose another folder"
            );
            return Err(FileError::new(path, problem));
        }
        Ok(OpenRecord { path, record })
    }
}

impl OpenRecord {
    /// Whether a video's poses are there, of the same footage.
    pub fn is_done(
        &self,
        id: &VideoId,
        file: &Path,
        footage: Option<&str>,
    ) -> Result<bool, FileError> {
        match (file.exists(), self.record.videos.get(id)) {
            (true, None) => {
                let problem = "not a file of this extraction; remove it or choose another folder";
                Err(FileError::new(file, problem))
            }
            (exists, known) => Ok(exists && known.is_some_and(|known| known.as_deref() == footage)),
        }
    }

    /// Notes that a video's file is about to be written. Until it is, there is none: one of other footage goes.
    pub fn note(
        &mut self,
        id: &VideoId,
        file: &Path,
        footage: Option<String>,
    ) -> Result<(), FileError> {
        remove_file(file)?;
        self.record.videos.insert(id.clone(), footage);
        self.write()
    }

    fn write(&self) -> Result<(), FileError> {
        write_json(&self.path, &self.record)
    }
}
