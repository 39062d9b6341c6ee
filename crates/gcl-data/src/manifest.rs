//! The list of a data set's videos.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::atomic::write_bytes_atomic;
use crate::file::{At, FileError};
use crate::id::{IdError, VideoId};
use crate::table;

/// A manifest's entry for one video; every field may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestEntry {
    /// The video's file or folder, relative to the data set's root or absolute.
    pub path: Option<PathBuf>,
    /// The part of the data set, such as `train` or `test`.
    pub split: Option<String>,
    /// Whether the video holds an anomaly anywhere.
    pub label: Option<bool>,
    /// Frames of the video.
    pub frames: Option<usize>,
    /// The camera: videos of one camera show one view.
    pub camera: Option<String>,
}

/// A data set's videos: CSV with the header `id,path,split,label,frames,camera`, of which only `id` is
/// required. `label` is `0` or `normal`, `1` or `anomalous`.
///
/// ```
/// use gcl_data::{Manifest, VideoId};
///
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("videos.csv");
/// std::fs::write(&path, "id,split,label\ntrain/01,train,normal\ntest/01,test,1\n")?;
/// let manifest = Manifest::read(&path)?;
/// let entry = &manifest.videos[&VideoId::new("test/01")?];
/// assert_eq!((entry.split.as_deref(), entry.label, entry.frames), (Some("test"), Some(true), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The entries by video.
    pub videos: BTreeMap<VideoId, ManifestEntry>,
}

/// Why a manifest was not read or written.
#[derive(Debug, Error)]
#[allow(missing_docs)] // the messages name the fields
#[non_exhaustive]
pub enum ManifestError {
    /// Writing failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A column is not known, or appears twice.
    #[error("{path}: column `{column}` is unknown or appears twice; a manifest has {}", COLUMNS.join(","))]
    Column { path: PathBuf, column: String },
    /// There is no `id` column.
    #[error("{0}: there is no column `id`")]
    NoId(PathBuf),
    /// A line's id is not valid.
    #[error("{path}, line {line}: {source}")]
    Id { path: PathBuf, line: u64, source: IdError },
    /// A video is listed twice.
    #[error("{path}: video {id} is on line {first} and again on line {second}")]
    Duplicate { path: PathBuf, id: VideoId, first: u64, second: u64 },
    /// A value is not valid in its column.
    #[error("{path}, line {line}, video {id}: {column} is `{found}`; expected {expected}")]
    Value {
        path: PathBuf,
        line: u64,
        id: VideoId,
        column: &'static str,
        found: String,
        expected: &'static str,
    },
}

const COLUMNS: [&str; 6] = ["id", "path", "split", "label", "frames", "camera"];

impl Manifest {
    /// Whether each labelled video is normal.
    #[must_use]
    pub fn normal_videos(&self) -> BTreeMap<VideoId, bool> {
        let videos = self.videos.iter();
        videos.filter_map(|(id, entry)| Some((id.clone(), !entry.label?))).collect()
    }

    /// Reads the manifest at `path`.
    ///
    /// # Errors
    /// [`ManifestError`], with the line where there is one.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ManifestError> {
        let path = path.as_ref();
        let table::CsvTable { header, records } = table::read(path)?;
        for (i, column) in header.iter().enumerate() {
            if !COLUMNS.contains(&column) || header.iter().take(i).any(|c| c == column) {
                let (path, column) = (path.to_owned(), column.to_owned());
                return Err(ManifestError::Column { path, column });
            }
        }
        if !header.iter().any(|column| column == "id") {
            return Err(ManifestError::NoId(path.to_owned()));
        }
        let mut manifest = Self::default();
        let mut lines = BTreeMap::new();
        for (line, record) in records {
            let (id, entry) = entry(path, line, &header, &record)?;
            if let Some(first) = lines.insert(id.clone(), line) {
                let path = path.to_owned();
                return Err(ManifestError::Duplicate { path, id, first, second: line });
            }
            manifest.videos.insert(id, entry);
        }
        Ok(manifest)
    }

    /// Writes the manifest to `path`, sorted by id, atomically.
    ///
    /// # Errors
    /// [`ManifestError::File`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), ManifestError> {
        let path = path.as_ref();
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        for (id, entry) in &self.videos {
            let file = match &entry.path {
                None => "",
                Some(file) => file
                    .to_str()
                    .ok_or_else(|| io::Error::other(format!("{}: not UTF-8", file.display())))
                    .at(path)?,
            };
            let label = entry.label.map_or("", |label| if label { "1" } else { "0" });
            let frames = entry.frames.map(|n| n.to_string()).unwrap_or_default();
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let (split, camera) = (text(&entry.split), text(&entry.camera));
            rows.push([id.to_string(), file.into(), split, label.into(), frames, camera]);
        }
        Ok(write_bytes_atomic(path, &table::csv_of(rows).at(path)?)?)
    }
}

/// One line of the file.
fn entry(
    path: &Path,
    line: u64,
    header: &csv::StringRecord,
    record: &csv::StringRecord,
) -> Result<(VideoId, ManifestEntry), ManifestError> {
    let get = |column: &str| {
        let found = header.iter().zip(record).find(|(c, _)| *c == column);
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    };
    let id = VideoId::new(get("id").unwrap_or_default()).map_err(|source| ManifestError::Id {
        path: path.to_owned(),
        line,
        source,
    })?;
    let refuse = |column, found: &str, expected| ManifestError::Value {
        path: path.to_owned(),
        line,
        id: id.clone(),
        column,
        found: found.to_owned(),
        expected,
    };
    let label = match get("label") {
        None => None,
        Some("0" | "normal") => Some(false),
        Some("1" | "anomalous") => Some(true),
        Some(other) => return Err(refuse("label", other, "0, 1, normal or anomalous")),
    };
    let frames = get("frames")
        .map(|text| text.parse().map_err(|_| refuse("frames", text, "a whole number")))
        .transpose()?;
    let entry = ManifestEntry {
        path: get("path").map(PathBuf::from),
        split: get("split").map(str::to_owned),
        label,
        frames,
        camera: get("camera").map(str::to_owned),
    };
    Ok((id, entry))
}
