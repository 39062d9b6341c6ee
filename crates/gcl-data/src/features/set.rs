//! A folder of features, opened: which videos there are, and their values on demand.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::agree::alike;
use super::error::FeatureError;
use super::file::FeatureFile;
use super::layout::{Listing, list};
use super::meta::ExtractorIdentity;
use super::note::FeatureNote;
use super::notes::VideoNotes;
use super::objects::{ObjectRow, Strongest, read_object_rows, strongest};
use super::open::{OpenedFile, VideoFiles, look};
use super::regions::Regions;
use crate::clips::Clips;
use crate::clock::Clock;
use crate::id::VideoId;
use crate::left_out::LeftOut;

/// The parts into which Sultani's features cut every video.
const PARTS: usize = 32;

/// One video of a [`FeatureSet`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureVideo {
    /// The video.
    pub id: VideoId,
    /// Rows: clips, `T`, or objects where the set's rows are those.
    pub segments: usize,
    /// Crops per clip; 1 for a `[T, d]` file.
    pub crops: usize,
    /// Values per crop, `d`.
    pub dim: usize,
    /// Frames of the video; unknown for a plain `.npy`.
    pub frames: Option<usize>,
    /// Frames per second, where known.
    pub fps: Option<f64>,
    /// What else is known of its pictures.
    pub notes: VideoNotes,
}

impl FeatureVideo {
    /// When its frames are shown, where that is known.
    pub fn clock(&self) -> Option<Clock> {
        Clock::new(self.fps, self.notes.times.clone())
    }
}

/// A folder of feature files that fit together, sorted by id.
///
/// Only headers and descriptions are read at opening. Each read opens its file and closes it again,
/// so the number of videos is not bounded by the number of open files.
///
/// ```
/// use gcl_data::{FeatureSet, VideoId, write_f32};
///
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// // Plain features of another tool: two clips of three dimensions.
/// write_f32(&dir.join("01.npy"), &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// let features = FeatureSet::open(dir)?;
/// assert_eq!((features.total(), features.dim()), (2, 3));
/// assert_eq!(features.index_of(&VideoId::new("01")?), Some(0));
/// let mut values = Vec::new();
/// features.read_rows(0, 1..2, &mut values)?;
/// assert_eq!(values, [4.0, 5.0, 6.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FeatureSet {
    dir: PathBuf,
    videos: Vec<FeatureVideo>,
    files: Vec<VideoFiles>,
    notes: Vec<FeatureNote>,
    left_out: Vec<LeftOut>,
    identity: Option<ExtractorIdentity>,
    clips: Option<Clips>,
    regions: Option<Regions>,
    dim: usize,
    crops: usize,
}

impl FeatureSet {
    /// Opens all `.npy` files in `dir` and below; where there is none, all `.npz`, each with one array of features;
    /// where there is none either, all `.txt` with a line of 64 numbers or more for each clip. For plain files,
    /// without descriptions, the clip rule stays unknown.
    ///
    /// Files `NAME__0` to `NAME__9` are the crops of one video. Arrays `[crops, T, d]` are known by their first
    /// axis, which is the same for all videos while the second is not. [`FeatureSet::notes`] says what was taken
    /// so, and what was passed over.
    ///
    /// `NAME_rgb` and `NAME_flow` are two streams of one video, whose values are joined. A video whose file cannot be
    /// read, or is of another number of dimensions or crops than most, is among [`FeatureSet::left_out`].
    ///
    /// # Errors
    /// [`FeatureError`]: no file that can be read, videos that do not match each other, or arrays of which it
    /// is not clear which axis is the crops.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, FeatureError> {
        Self::open_with(dir, None)
    }

    /// As [`FeatureSet::open`], with the clip rule of plain files.
    ///
    /// # Errors
    /// As [`FeatureSet::open`], and [`FeatureError::OtherClips`] if the files have descriptions with
    /// another rule than the given one.
    pub fn open_with(dir: impl AsRef<Path>, clips: Option<Clips>) -> Result<Self, FeatureError> {
        let dir = dir.as_ref();
        let Listing { videos, crops_first, notes, mut left_out } = list(dir)?;
        let notes = notes.into_iter().map(FeatureNote::Read).collect();
        let (mut opened, mut error) = (Vec::with_capacity(videos.len()), None);
        for listed in videos {
            let id = listed.id.clone();
            match look(dir, listed, crops_first) {
                Ok(found) => opened.push(found),
                Err(reason) => {
                    left_out.push((id, reason.to_string()));
                    error = error.or(Some(reason));
                }
            }
        }
        let opened = alike(opened, &mut left_out)?;
        left_out.sort();
        let Some(first) = opened.first() else {
            let only = left_out.into_iter().next().map(|(_, reason)| FeatureError::Differs(reason));
            return Err(error.or(only).unwrap_or_else(|| FeatureError::Empty(dir.to_owned())));
        };
        let identity = first.meta.as_ref().map(|meta| meta.extractor.clone());
        let clips = match (clips.map(Clips::validate).transpose()?, &identity) {
            (Some(expected), Some(identity)) if identity.clips != expected => {
                return Err(FeatureError::OtherClips { expected, found: identity.clips });
            }
            (given, None) => given,
            (_, Some(identity)) => Some(identity.clips),
        };
        let mut set = Self {
            dir: dir.to_owned(),
            videos: Vec::new(),
            files: Vec::new(),
            notes,
            left_out,
            identity,
            clips,
            regions: None,
            dim: first.dim,
            crops: first.crops,
        };
        opened.iter().for_each(|found| set.push(found));
        set.note_parts();
        Ok(set)
    }

    /// The same set without the videos whose values cannot all be read, such as those with a NaN, which are then among
    /// [`FeatureSet::left_out`]. Reads every value once.
    ///
    /// # Errors
    /// [`FeatureError`] of the first, if no video is left.
    pub fn readable(&self) -> Result<Self, FeatureError> {
        let (mut bad, mut first, mut values) = (Vec::new(), None, Vec::new());
        for (index, video) in self.videos.iter().enumerate() {
            if let Err(error) = self.read(index, &mut values) {
                bad.push((video.id.clone(), error.to_string()));
                first = first.or(Some(error));
            }
        }
        match first {
            Some(error) if bad.len() == self.videos.len() => Err(error),
            _ => Ok(self.without(bad)),
        }
    }

    /// The same set without these videos, which are then among [`FeatureSet::left_out`].
    #[must_use]
    pub fn without(&self, videos: Vec<LeftOut>) -> Self {
        let mut set = self.select(|id| videos.iter().all(|(bad, _)| bad != id));
        set.left_out.extend(videos);
        set.left_out.sort();
        set.left_out.dedup();
        set
    }

    /// Videos in the folder whose files cannot be used, each with its file and the reason.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    fn push(&mut self, found: &OpenedFile) {
        self.files.push(found.files.clone());
        self.regions = self.regions.or(found.meta.as_ref().and_then(|meta| meta.regions));
        self.videos.push(FeatureVideo {
            id: found.id.clone(),
            segments: found.segments,
            crops: found.crops,
            dim: found.dim,
            frames: found.meta.as_ref().map(|meta| meta.frames),
            fps: found.meta.as_ref().and_then(|meta| meta.fps),
            notes: found.meta.as_ref().map_or_else(VideoNotes::default, |meta| meta.video.clone()),
        });
    }

    /// Videos of which there are no features, for models of objects alone: a row of one value, which cannot be
    /// read, and 16 frames a snippet.
    pub fn of_objects(dir: impl AsRef<Path>, ids: impl IntoIterator<Item = VideoId>) -> Self {
        let bare = |id| FeatureVideo {
            id,
            segments: 1,
            crops: 1,
            dim: 1,
            frames: None,
            fps: None,
            notes: VideoNotes::default(),
        };
        let mut videos: Vec<FeatureVideo> = ids.into_iter().map(bare).collect();
        videos.sort_by(|a, b| a.id.cmp(&b.id));
        videos.dedup_by(|a, b| a.id == b.id);
        let none = VideoFiles { paths: Vec::new(), streams: false, crops_first: false, length: 0 };
        Self {
            dir: dir.as_ref().to_owned(),
            files: vec![none; videos.len()],
            videos,
            notes: Vec::new(),
            left_out: Vec::new(),
            identity: None,
            clips: Some(Clips::default()),
            regions: None,
            dim: 1,
            crops: 1,
        }
    }

    /// Whether there are features, and not [videos alone](Self::of_objects).
    pub fn has_features(&self) -> bool {
        self.files.iter().any(|files| !files.paths.is_empty())
    }

    /// Says so where plain features look like Sultani's: 32 equal parts of each video, whatever its length.
    fn note_parts(&mut self) {
        let all = self.videos.iter().all(|video| video.segments == PARTS);
        let known =
            self.identity.is_some() || self.clips.is_some_and(|clips| clips.parts().is_some());
        if all && !known && self.videos.len() > 1 {
            self.notes.push(FeatureNote::EqualParts { videos: self.videos.len(), parts: PARTS });
        }
    }

    /// What was taken in another than the usual form, and what was passed over, for the user to know.
    pub fn notes(&self) -> &[FeatureNote] {
        &self.notes
    }

    /// The videos, sorted by id.
    pub fn videos(&self) -> &[FeatureVideo] {
        &self.videos
    }

    /// The position of `id` among [`FeatureSet::videos`].
    pub fn index_of(&self, id: &VideoId) -> Option<usize> {
        self.videos.binary_search_by(|video| video.id.cmp(id)).ok()
    }

    /// The same set with only the videos that `keep` accepts, also of those that were left out; it may become empty.
    pub fn select(&self, mut keep: impl FnMut(&VideoId) -> bool) -> Self {
        let mut set = self.clone();
        let kept = self.videos.iter().zip(&self.files).filter(|(v, _)| keep(&v.id));
        (set.videos, set.files) = kept.map(|(v, f)| (v.clone(), f.clone())).unzip();
        set.left_out.retain(|(id, _)| keep(id));
        set
    }

    /// Values per clip, `d`.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Crops per clip.
    pub fn crops(&self) -> usize {
        self.crops
    }

    /// Clips of all videos together.
    pub fn total(&self) -> usize {
        self.videos.iter().map(|video| video.segments).sum()
    }

    /// The extractor of the features; `None` for plain files.
    pub fn identity(&self) -> Option<&ExtractorIdentity> {
        self.identity.as_ref()
    }

    /// Checks that the features are like those of training: of the same dimension and, where both have a
    /// description, of the same extractor.
    ///
    /// # Errors
    /// [`FeatureError::Unlike`] naming the first difference.
    pub fn check_like(
        &self,
        dim: usize,
        extractor: Option<&ExtractorIdentity>,
    ) -> Result<(), FeatureError> {
        let unlike = |(what, expected, found)| {
            let dir = self.dir.clone();
            Err(FeatureError::Unlike { dir, what, expected, found })
        };
        if dim != self.dim {
            let what = "the number of dimensions".to_owned();
            return unlike((what, dim.to_string(), self.dim.to_string()));
        }
        match extractor.zip(self.identity.as_ref()).and_then(|(a, b)| a.difference(b)) {
            None => Ok(()),
            Some((key, a, b)) => unlike((format!("the extractor's {key}"), a, b)),
        }
    }

    /// The clip rule, from the descriptions or the caller.
    pub fn clips(&self) -> Option<Clips> {
        self.clips
    }

    /// Whether rows are objects, and not clips.
    pub fn rows_are_objects(&self) -> bool {
        self.identity.as_ref().is_some_and(ExtractorIdentity::rows_are_objects)
    }

    /// Where the object of each row of the video at `index` is; `None` where rows are clips.
    ///
    /// # Errors
    /// [`FeatureError::NoVideo`]; [`FeatureError::File`] if the list beside the features is damaged or
    /// missing.
    pub fn object_rows(&self, index: usize) -> Result<Option<Vec<ObjectRow>>, FeatureError> {
        let no_video = FeatureError::NoVideo { index, videos: self.videos.len() };
        let video = self.videos.get(index).ok_or(no_video)?;
        let (true, Some(clips)) = (self.rows_are_objects(), self.clips) else { return Ok(None) };
        let path = video.id.file(&self.dir, "csv");
        let segments = clips.count(video.frames.unwrap_or_default());
        Ok(Some(read_object_rows(&path, video.segments, segments)?))
    }

    /// One score for each clip of the video at `index`, from one for each row: where rows are objects, the
    /// largest of a clip's; a clip without an object takes the video's smallest.
    ///
    /// # Errors
    /// As [`FeatureSet::object_rows`].
    pub fn clip_scores(&self, index: usize, scores: Vec<f32>) -> Result<Vec<f32>, FeatureError> {
        let Some(objects) = self.strongest(index, &scores)? else { return Ok(scores) };
        let floor = scores.iter().copied().fold(f32::INFINITY, f32::min);
        Ok(objects.into_iter().map(|object| object.map_or(floor, |(_, score)| score)).collect())
    }

    /// The object of each clip of the video at `index` that gives the clip its score
    /// ([`FeatureSet::clip_scores`]), by its number; `None` for a clip without an object. Empty where rows are
    /// clips.
    ///
    /// # Errors
    /// As [`FeatureSet::object_rows`].
    pub fn clip_objects(
        &self,
        index: usize,
        scores: &[f32],
    ) -> Result<Vec<Option<u32>>, FeatureError> {
        let objects = self.strongest(index, scores)?.unwrap_or_default();
        Ok(objects.into_iter().map(|object| object.map(|(row, _)| row.object)).collect())
    }

    fn strongest(&self, index: usize, scores: &[f32]) -> Result<Option<Strongest>, FeatureError> {
        let frames = self.videos.get(index).and_then(|video| video.frames).unwrap_or_default();
        Ok(match (self.object_rows(index)?, self.clips) {
            (Some(rows), Some(clips)) => Some(strongest(&rows, scores, clips.count(frames))),
            _ => None,
        })
    }

    /// Which part of the picture each value belongs to, where the descriptions say so.
    pub fn regions(&self) -> Option<Regions> {
        self.regions
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Replaces `out` by the features `[T, d]` of the video at `index`, each the mean over its
    /// crops.
    ///
    /// # Errors
    /// As [`FeatureSet::read_rows`].
    pub fn read(&self, index: usize, out: &mut Vec<f32>) -> Result<(), FeatureError> {
        let segments = self.videos.get(index).map_or(0, |video| video.segments);
        self.read_rows(index, 0..segments, out)
    }

    /// Replaces `out` by the features of the clips in `range` of the video at `index`: `[range, d]`,
    /// each the mean over its crops.
    ///
    /// # Errors
    /// As [`FeatureSet::open_video`] and [`FeatureFile::read_rows`].
    pub fn read_rows(
        &self,
        index: usize,
        range: Range<usize>,
        out: &mut Vec<f32>,
    ) -> Result<(), FeatureError> {
        out.clear();
        self.open_video(index)?.read_rows(range, out)
    }

    /// Opens the file of the video at `index`, for many reads.
    ///
    /// # Errors
    /// [`FeatureError::NoVideo`]; [`FeatureError::Changed`] if the file was replaced since the set was
    /// opened.
    pub fn open_video(&self, index: usize) -> Result<FeatureFile, FeatureError> {
        let (video, files) = self
            .videos
            .get(index)
            .zip(self.files.get(index))
            .ok_or(FeatureError::NoVideo { index, videos: self.videos.len() })?;
        FeatureFile::open(files, video)
    }
}
