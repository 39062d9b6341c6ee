//! Scores: one `.npy` file of `f32` per video, one score per frame, and `scores.json` for the folder.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::file::{FileError, find_json, remove_file, write_json};
use crate::files::with_extension;
use crate::id::VideoId;
use crate::left_out::{LeftOut, write_left_out};
use crate::npy::{Npy, NpyError, write_f32};

/// The description of all scores in a folder; higher always means more anomalous.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreInfo {
    /// Whether every score is in [0, 1].
    pub bounded: bool,
    /// The source of the scores, such as `discriminator` or `generator`.
    pub source: String,
    /// The model that scored, such as its hash.
    pub model: Option<String>,
}

impl fmt::Display for ScoreInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = if self.bounded { "bounded" } else { "unbounded" };
        write!(f, "`{}`, {bounds}", self.source)?;
        match &self.model {
            Some(model) => write!(f, ", model {model}"),
            None => Ok(()),
        }
    }
}

/// Writes a folder of scores, video by video.
#[derive(Debug, Clone)]
pub struct ScoreWriter {
    dir: PathBuf,
    info: ScoreInfo,
}

impl ScoreWriter {
    /// Starts, or continues, the scores that `info` describes in `dir`: writes `scores.json`.
    ///
    /// # Errors
    /// [`NpyError::File`], also if the folder has scores with another description, or `.npy` files
    /// without any.
    pub fn create(dir: impl AsRef<Path>, info: ScoreInfo) -> Result<Self, NpyError> {
        let dir = dir.as_ref();
        let taken = |found: String| {
            let problem = format!("the folder already holds {found}; choose another folder");
            NpyError::from(FileError::new(dir, problem))
        };
        match find_json::<ScoreInfo>(&dir.join(INFO), DESCRIPTION)? {
            Some(found) if found != info => return Err(taken(format!("scores of {found}"))),
            None if dir.exists() && !with_extension(dir, "npy")?.is_empty() => {
                return Err(taken("other .npy files".to_owned()));
            }
            _ => {}
        }
        write_json(&dir.join(INFO), &info)?;
        Ok(Self { dir: dir.to_owned(), info })
    }

    /// Writes, or replaces, the scores of `id`: one per frame.
    ///
    /// # Errors
    /// [`NpyError::File`] for no scores and for one outside [0, 1] in a
    /// bounded folder, [`NpyError::NotFinite`] for one that is not finite, or if writing fails.
    pub fn write(&self, id: &VideoId, scores: &[f32]) -> Result<(), NpyError> {
        let path = id.file(&self.dir, "npy");
        if scores.is_empty() {
            return Err(no_list(&path, &[0]));
        }
        // A NaN is left to the writer, whose error says that it is not finite.
        check_bounds(&path, self.info.bounded, scores)?;
        write_f32(&path, &[scores.len()], scores)
    }

    /// Notes which videos have no scores, and why ([`read_left_out`](crate::read_left_out)). Scores of theirs that an
    /// earlier call left are removed.
    ///
    /// # Errors
    /// [`NpyError::File`].
    pub fn leave_out(&self, videos: &[LeftOut]) -> Result<(), NpyError> {
        for (id, _) in videos {
            remove_file(&id.file(&self.dir, "npy"))?;
        }
        Ok(write_left_out(&self.dir, videos)?)
    }
}

/// A folder of scores, opened: headers are checked, values are read on demand.
///
/// ```
/// use gcl_data::{ScoreInfo, ScoreSet, ScoreWriter, VideoId};
///
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let info = ScoreInfo { bounded: true, source: "discriminator".to_owned(), model: None };
/// let video = VideoId::new("test/01")?;
/// ScoreWriter::create(dir, info)?.write(&video, &[0.1, 0.1, 0.9])?;
///
/// let scores = ScoreSet::open(dir)?;
/// assert_eq!(scores.frames(&video), Some(3));
/// assert_eq!(scores.read(&video)?, [0.1, 0.1, 0.9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ScoreSet {
    dir: PathBuf,
    info: Option<ScoreInfo>,
    videos: Vec<(VideoId, usize)>,
    /// The file of each.
    files: Vec<PathBuf>,
}

impl ScoreSet {
    /// Opens the scores in `dir` and below. A folder without `scores.json`, from other tools, is
    /// taken as unbounded scores.
    ///
    /// # Errors
    /// [`NpyError`]: no file, or one that is not a list of scores.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, NpyError> {
        let dir = dir.as_ref();
        if dir.is_file() {
            let what =
                "not a folder; scores are a folder of .npy files, one a video (unpack an archive)";
            return Err(FileError::new(dir, what).into());
        }
        let info = find_json(&dir.join(INFO), DESCRIPTION)?;
        let (mut videos, mut files) = (Vec::new(), Vec::new());
        for (id, file) in with_extension(dir, "npy")? {
            let npy = Npy::open(&file)?;
            files.push(file);
            match *npy.shape() {
                [frames] | [frames, 1] | [1, frames] if frames > 0 => videos.push((id, frames)),
                ref shape => {
                    return Err(no_list(npy.path(), shape));
                }
            }
        }
        if videos.is_empty() {
            return Err(FileError::new(dir, "no .npy file here or below").into());
        }
        Ok(Self { dir: dir.to_owned(), info, videos, files })
    }

    /// The description, if the folder has one.
    pub fn info(&self) -> Option<&ScoreInfo> {
        self.info.as_ref()
    }

    /// The videos with their numbers of frames, sorted by id.
    pub fn videos(&self) -> &[(VideoId, usize)] {
        &self.videos
    }

    /// The number of scored frames of `id`.
    pub fn frames(&self, id: &VideoId) -> Option<usize> {
        self.place(id).map(|(frames, _)| frames)
    }

    /// The scores of `id`, one per frame.
    ///
    /// # Errors
    /// [`NpyError::File`] if there are none or one is outside [0, 1] in a bounded folder,
    /// [`NpyError::NotFinite`] for a value that is not finite, an error also if the file was replaced since the set was opened.
    pub fn read(&self, id: &VideoId) -> Result<Vec<f32>, NpyError> {
        let Some((frames, file)) = self.place(id) else {
            return Err(FileError::new(&self.dir, format!("no scores of video {id}")).into());
        };
        let npy = Npy::open(file)?;
        if npy.shape().iter().product::<usize>() != frames {
            return Err(no_list(npy.path(), npy.shape()));
        }
        let scores = npy.to_f32()?;
        check_bounds(npy.path(), self.info.as_ref().is_some_and(|info| info.bounded), &scores)?;
        Ok(scores)
    }

    /// The number of scored frames of `id`, and their file.
    fn place(&self, id: &VideoId) -> Option<(usize, &Path)> {
        let i = self.videos.binary_search_by(|(video, _)| video.cmp(id)).ok()?;
        Some((self.videos.get(i)?.1, self.files.get(i)?))
    }
}

const INFO: &str = "scores.json";
const DESCRIPTION: &str = "the description of scores";

fn no_list(path: &Path, shape: &[usize]) -> NpyError {
    let problem = format!("shape {shape:?}; scores are [frames], at least one");
    FileError::new(path, problem).into()
}

fn check_bounds(path: &Path, bounded: bool, scores: &[f32]) -> Result<(), FileError> {
    let outside = |score: f32| !(0.0..=1.0).contains(&score) && score.is_finite();
    match scores.iter().enumerate().find(|(_, score)| bounded && outside(**score)) {
        None => Ok(()),
        Some((frame, score)) => Err(FileError::new(
            path,
            format!(
                "the score {score} of frame {frame} is outside [0, 1], but the scores are said to be \
                 bounded"
            ),
        )),
    }
}
