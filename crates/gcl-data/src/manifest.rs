//! The list of a data set's videos.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::atomic::write_bytes_atomic;
use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::number::whole;
use crate::table;
use crate::wall::WallTime;

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
    /// The clock time of its first frame.
    pub clock: Option<WallTime>,
}

/// A data set's videos: CSV with the header `id,path,split,label,frames,camera,clock`, of which only
/// `id` is required. `label` is `0` or `normal`; `1`, `anomalous`, `abnormal` or `anomaly`. Empty fields and `NaN` are unknown,
/// and columns may be divided by semicolons or tabs. `clock` is a time such as `2024-01-31 23:59:59`.
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

const COLUMNS: [&str; 7] = ["id", "path", "split", "label", "frames", "camera", "clock"];

impl Manifest {
    /// Whether each labelled video is normal.
    pub fn normal_videos(&self) -> BTreeMap<VideoId, bool> {
        let videos = self.videos.iter();
        videos.filter_map(|(id, entry)| Some((id.clone(), !entry.label?))).collect()
    }

    /// Reads the manifest at `path`.
    ///
    /// # Errors
    /// [`FileError`], with the line where there is one.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, FileError> {
        let path = path.as_ref();
        let table::CsvTable { header, records } = table::read(path)?;
        for (i, column) in header.iter().enumerate() {
            if !COLUMNS.contains(&column) || header.iter().take(i).any(|c| c == column) {
                let known = COLUMNS.join(",");
                return Err(FileError::new(
                    path,
                    format!(
                        "column `{column}` is unknown or appears twice; a manifest has {known}"
                    ),
                ));
            }
        }
        if !header.iter().any(|column| column == "id") {
            return Err(FileError::new(path, "there is no column `id`"));
        }
        let mut manifest = Self::default();
        let mut lines = BTreeMap::new();
        for (line, record) in records {
            let (id, entry) = entry(path, line, &header, &record)?;
            if let Some(first) = lines.insert(id.clone(), line) {
                let twice = format!("video {id} is on line {first} and again on line {line}");
                return Err(FileError::new(path, twice));
            }
            manifest.videos.insert(id, entry);
        }
        Ok(manifest)
    }

    /// Writes the manifest to `path`, sorted by id, atomically.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        let mut rows = vec![COLUMNS.map(str::to_owned)];
        for (id, entry) in &self.videos {
            let file = match &entry.path {
                None => "",
                Some(file) => file
                    .to_str()
                    .ok_or_else(|| format!("{}: not UTF-8", file.display()))
                    .at(path)?,
            };
            let label = entry.label.map_or("", |label| if label { "1" } else { "0" });
            let frames = entry.frames.map(|n| n.to_string()).unwrap_or_default();
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            let (split, camera) = (text(&entry.split), text(&entry.camera));
            let clock = entry.clock.map(String::from).unwrap_or_default();
            rows.push([id.to_string(), file.into(), split, label.into(), frames, camera, clock]);
        }
        write_bytes_atomic(path, &table::csv_of(rows).at(path)?)
    }
}

/// One line of the file.
fn entry(
    path: &Path,
    line: u64,
    header: &csv::StringRecord,
    record: &csv::StringRecord,
) -> Result<(VideoId, ManifestEntry), FileError> {
    let get = |column: &str| {
        let found = header.iter().zip(record).find(|(c, _)| *c == column);
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    };
    let id = VideoId::listed(get("id").unwrap_or_default());
    let id = id.map_err(|e| FileError::line(path, line, e))?;
    let refuse = |column, found, expected| {
        let problem = format!("video {id}: {column} is `{found}`; expected {expected}");
        FileError::line(path, line, problem)
    };
    let label = match get("label") {
        None => None,
        // As another program may have written it: `Normal`, or 1.0 in a column with blanks.
        Some(found) => match found.to_lowercase().as_str() {
            "nan" => None,
            "0" | "0.0" | "normal" => Some(false),
            "1" | "1.0" | "anomalous" | "abnormal" | "anomaly" => Some(true),
            _ => return Err(refuse("label", found, "0, 1, normal, anomalous or abnormal")),
        },
    };
    let frames = get("frames")
        .map(|text| whole(text).map_err(|()| refuse("frames", text, "a whole number")))
        .transpose()?
        .flatten();
    let clock = get("clock").map(|text| {
        text.parse().map_err(|_| refuse("clock", text, "a time such as 2024-01-31 23:59:59"))
    });
    let entry = ManifestEntry {
        path: get("path").map(PathBuf::from),
        split: get("split").map(str::to_owned),
        label,
        frames,
        camera: get("camera").map(str::to_owned),
        clock: clock.transpose()?,
    };
    Ok((id, entry))
}
