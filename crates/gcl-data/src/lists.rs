//! The split lists of data sets and of published code, as manifests.
//!
//! | function | lines |
//! |---|---|
//! | [`read_zhong`] | `01_0014`: ShanghaiTech's videos, train and test ([Zhong et al., CVPR 2019](https://arxiv.org/abs/1903.07256)) |
//! | [`read_ucf`] | `Abuse/Abuse001_x264.mp4`: UCF-Crime's videos, train and test ([Sultani et al., CVPR 2018](https://arxiv.org/abs/1801.04264)) |
//! | [`read_feature_list`] | `/anywhere/01_0015_i3d.npy`: feature files, as RTFM lists them |

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::file::FileError;
use crate::id::VideoId;
use crate::manifest::{Manifest, ManifestEntry};
use crate::text::read_text;

/// One line of a list of feature files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFeature {
    /// The video: the file's name without `.npy` and without `_i3d` or `_c3d`.
    pub id: VideoId,
    /// The path as listed, with `\` read as `/`.
    pub path: PathBuf,
}

/// ShanghaiTech's weakly supervised split: one name per line. A name is `SCENE_CLIP`; the anomalous videos
/// are those whose clip number has four digits, and a scene is a camera.
///
/// # Errors
/// [`FileError`], with the line; a video in both files is refused.
pub fn read_zhong(train: &Path, test: &Path) -> Result<Manifest, FileError> {
    both(train, test, |name| {
        let (scene, clip) = name.split_once('_')?;
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let anomalous = match clip.len() {
            3 => false,
            4 => true,
            _ => return None,
        };
        let camera = (digits(scene) && digits(clip)).then(|| scene.to_owned())?;
        let entry =
            ManifestEntry { label: Some(anomalous), camera: Some(camera), ..Default::default() };
        Some((name.to_owned(), entry))
    })
}

/// UCF-Crime's `Anomaly_Train.txt` and `Anomaly_Test.txt`: one path per line. An id is the path without
/// extension; videos whose name starts with `Normal` are normal.
///
/// # Errors
/// As [`read_zhong`].
pub fn read_ucf(train: &Path, test: &Path) -> Result<Manifest, FileError> {
    both(train, test, |line| {
        let (id, _) = line.rsplit_once('.')?;
        let name = id.rsplit('/').next().unwrap_or(id);
        let label = Some(!name.starts_with("Normal"));
        let path = Some(PathBuf::from(line));
        Some((id.to_owned(), ManifestEntry { path, label, ..Default::default() }))
    })
}

/// A list of feature files, in its own order.
///
/// # Errors
/// As [`read_zhong`].
pub fn read_feature_list(path: &Path) -> Result<Vec<ListedFeature>, FileError> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (number, line) in lines(path)? {
        let line = line.replace('\\', "/");
        let name = line.rsplit('/').next().unwrap_or(&line);
        let expected = "the path of a .npy file";
        let wrong = || FileError::line(path, number, format!("`{line}`; expected {expected}"));
        let stem = name.strip_suffix(".npy").ok_or_else(wrong)?;
        let stem = stem.strip_suffix("_i3d").or(stem.strip_suffix("_c3d")).unwrap_or(stem);
        let id = VideoId::new(stem).map_err(|e| FileError::line(path, number, e))?;
        if !seen.insert(id.clone()) {
            return Err(FileError::line(path, number, format!("video {id} is in it twice")));
        }
        out.push(ListedFeature { id, path: PathBuf::from(line) });
    }
    Ok(out)
}

/// Two lists as one manifest with splits; `parse` says what a line means.
fn both(
    train: &Path,
    test: &Path,
    parse: impl Fn(&str) -> Option<(String, ManifestEntry)>,
) -> Result<Manifest, FileError> {
    let mut manifest = Manifest::default();
    let mut files: BTreeMap<VideoId, &Path> = BTreeMap::new();
    for (path, split) in [(train, "train"), (test, "test")] {
        for (line, text) in lines(path)? {
            let Some((name, mut entry)) = parse(&text) else {
                let expected = "a video's name, such as 01_0014 or Abuse/Abuse001_x264.mp4";
                return Err(FileError::line(path, line, format!("`{text}`; expected {expected}")));
            };
            let id = VideoId::new(name).map_err(|e| FileError::line(path, line, e))?;
            if let Some(first) = files.insert(id.clone(), path) {
                let twice = format!("video {id} is in {} already", first.display());
                return Err(FileError::line(path, line, twice));
            }
            entry.split = Some(split.to_owned());
            manifest.videos.insert(id, entry);
        }
    }
    Ok(manifest)
}

/// The lines that are not empty, with their numbers from 1.
fn lines(path: &Path) -> Result<Vec<(u64, String)>, FileError> {
    let text = read_text(path)?;
    let lines = text.lines().map(str::trim);
    let lines: Vec<(u64, String)> = (1..)
        .zip(lines)
        .filter(|(_, line)| !line.is_empty())
        .map(|(number, line)| (number, line.to_owned()))
        .collect();
    if lines.is_empty() { Err(FileError::new(path, "no video in it")) } else { Ok(lines) }
}
