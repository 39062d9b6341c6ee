//! How a folder's poses were made: what a later run resumes from.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gcl_data::VideoId;
use gcl_data::atomic::write_bytes_atomic;
use serde::{Deserialize, Serialize};

use super::PoseOptions;

/// The file's name: not one that is read as poses.
const NAME: &str = "poses.record";

/// Why a folder's poses are not continued.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum RecordError {
    /// The record cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    /// The record is not one.
    #[error("{path}: not the record of an extraction of poses: {source}", path = path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    /// The folder's poses were made with other networks or options.
    #[error(
        "{path}: the poses in this folder were made differently ({what} was {found}, and is {now}); remove them or choose another folder",
        path = path.display()
    )]
    Differs { path: PathBuf, what: &'static str, found: String, now: String },
    /// A file that this program did not write.
    #[error("{path} is there already, and not of this extraction; remove it or choose another folder", path = .0.display())]
    Foreign(PathBuf),
}

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
    pub fn open(self, out: &Path) -> Result<OpenRecord, RecordError> {
        let path = out.join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut open = OpenRecord { path, record: self };
                open.write()?;
                return Ok(open);
            }
            Err(source) => return Err(RecordError::Io { path, source }),
        };
        let record: PoseRecord = serde_json::from_slice(&text)
            .map_err(|source| RecordError::Json { path: path.clone(), source })?;
        let shown = |options: &PoseOptions| serde_json::to_string(options).unwrap_or_default();
        let parts = [
            ("the version", record.version.to_string(), self.version.to_string()),
            ("the detector's SHA-256", record.detector_sha256.clone(), self.detector_sha256),
            ("the pose network's SHA-256", record.poses_sha256.clone(), self.poses_sha256),
            ("options", shown(&record.options), shown(&self.options)),
        ];
        if let Some((what, found, now)) = parts.into_iter().find(|(_, found, now)| found != now) {
            return Err(RecordError::Differs { path, what, found, now });
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
    ) -> Result<bool, RecordError> {
        match (file.exists(), self.record.videos.get(id)) {
            (true, None) => Err(RecordError::Foreign(file.to_owned())),
            (exists, known) => Ok(exists && known.is_some_and(|known| known.as_deref() == footage)),
        }
    }

    /// Notes that a video's file is about to be written. Until it is, there is none: one of other footage goes.
    pub fn note(
        &mut self,
        id: &VideoId,
        file: &Path,
        footage: Option<String>,
    ) -> Result<(), RecordError> {
        if let Err(source) = fs::remove_file(file)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(RecordError::Io { path: file.to_owned(), source });
        }
        self.record.videos.insert(id.clone(), footage);
        self.write()
    }

    fn write(&mut self) -> Result<(), RecordError> {
        let path = || self.path.clone();
        let text = serde_json::to_vec_pretty(&self.record)
            .map_err(|source| RecordError::Json { path: path(), source })?;
        write_bytes_atomic(&self.path, &text)
            .map_err(|source| RecordError::Io { path: path(), source })
    }
}
