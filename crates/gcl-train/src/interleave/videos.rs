//! The videos of a training, with their snippets, and finding each one's file of poses or tracks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gcl_data::files::Found;
use gcl_data::poses::Points;
use gcl_data::tracks::{BOX_POINTS, add_box_windows};
use gcl_data::{
    FeatureSet, FileError, ObjectVideo, PoseFile, PoseSet, TrackFile, VideoId, WindowRule, Windows,
    read_tracks, resolve_all,
};

use super::files::Left;
use crate::error::{Result, TrainError};

/// One video: its snippets, and its frames where they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Video {
    /// Its id.
    pub id: VideoId,
    /// Snippets.
    pub snippets: usize,
    /// Frames; where unknown, the video ends with its last snippet or object.
    pub frames: Option<usize>,
}

/// All videos in the order of their snippets; every kind of object is put on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Videos {
    /// The videos.
    pub list: Vec<Video>,
    /// Frames in a snippet.
    pub length: usize,
}

impl Videos {
    /// The videos of a set of features. `frames` has those of videos whose features do not say.
    ///
    /// # Errors
    /// [`TrainError::NoClipLength`] if the features do not say how many frames a clip has;
    /// [`TrainError::Config`] if clips overlap or leave frames out between them.
    pub fn of(set: &FeatureSet, frames: &BTreeMap<VideoId, usize>) -> Result<Videos> {
        let dir = set.dir().display();
        let clips =
            set.clips().ok_or_else(|| TrainError::NoClipLength { path: set.dir().to_owned() })?;
        if set.rows_are_objects() {
            return Err(TrainError::Config(format!(
                "{dir}: the rows of these features are objects; snippets are clips, one after the other"
            )));
        }
        if clips.parts().is_some() {
            return Err(TrainError::Config(format!(
                "{dir}: {clips} of a video; a pair's objects and snippets meet in frames, which needs clips of a \
                 fixed length"
            )));
        }
        if clips.stride != clips.length {
            return Err(TrainError::Config(format!(
                "{dir}: clips of {} frames every {} frames; snippets follow each other without \
                 gap or overlap",
                clips.length, clips.stride
            )));
        }
        let video = |v: &gcl_data::FeatureVideo| Video {
            id: v.id.clone(),
            snippets: v.segments,
            frames: frames.get(&v.id).copied().or(v.frames),
        };
        Ok(Videos { list: set.videos().iter().map(video).collect(), length: clips.length })
    }

    /// As an object index has them; `reach` is one past the last frame that an object stands for.
    pub(crate) fn outline(&self, reach: &[usize]) -> Vec<ObjectVideo> {
        let outline = |(i, video): (usize, &Video)| {
            let least = reach.get(i).copied().unwrap_or(0);
            let unknown = || video.snippets.saturating_mul(self.length).max(least);
            let frames = video.frames.unwrap_or_else(unknown);
            ObjectVideo { id: video.id.clone(), frames, snippets: video.snippets }
        };
        self.list.iter().enumerate().map(outline).collect()
    }

    /// The file of each video among those found, by [`gcl_data::resolve()`]'s rules.
    fn files<'a>(
        &self,
        folder: &Path,
        found: &'a [(VideoId, PathBuf)],
        left: &mut Left,
    ) -> Result<Vec<Option<&'a Path>>> {
        let ids: Vec<VideoId> = self.list.iter().map(|video| video.id.clone()).collect();
        let mismatch =
            |e: &dyn std::fmt::Display| TrainError::Mismatch(format!("{}: {e}", folder.display()));
        let entries =
            resolve_all(&ids, found.iter().map(|(id, _)| id)).map_err(|e| mismatch(&e))?;
        let file = |entry: &VideoId| {
            found.iter().find(|(id, _)| id == entry).map(|(_, path)| path.as_path())
        };
        let files: Vec<Option<&Path>> = entries.iter().map(|entry| entry.and_then(file)).collect();
        let none = ids.iter().zip(&files).filter(|(_, file)| file.is_none()).map(|(id, _)| id);
        left.without = none.cloned().collect();
        if left.without.len() == ids.len() {
            return Err(mismatch(&"no file of any of the videos that take part"));
        }
        Ok(files)
    }

    /// What `read` makes of each video's file among those found; nothing where there is none, or where it cannot be
    /// read, which is noted.
    fn read_each<T: Default>(
        &self,
        folder: &Path,
        found: &[(VideoId, PathBuf)],
        left: &mut Left,
        read: impl Fn(&Path) -> std::result::Result<T, FileError>,
        mut add: impl FnMut(&VideoId, T, &mut Left) -> Result<()>,
    ) -> Result<()> {
        let files = self.files(folder, found, left)?;
        let (mut good, mut first) = (0, None);
        for (Video { id, .. }, file) in self.list.iter().zip(files) {
            let objects = match file.map(&read) {
                Some(Err(error)) => {
                    left.bad.push((id.clone(), error.to_string()));
                    first = first.or(Some(error));
                    T::default()
                }
                Some(Ok(objects)) => {
                    good += 1;
                    objects
                }
                None => T::default(),
            };
            add(id, objects, left)?;
        }
        match first {
            Some(error) if good == 0 => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Windows of the poses in a folder of AlphaPose files.
    ///
    /// # Errors
    /// If no video has a file that can be read; single ones that cannot are in [`Left::bad`].
    pub fn pose_windows(&self, folder: &Path, rule: WindowRule) -> Result<(Windows, Left)> {
        let set = PoseSet::open(folder)?;
        let mut left = Left::default();
        let mut windows = Windows::of_poses(rule)?;
        self.read_each(
            folder,
            &set.videos,
            &mut left,
            |path: &Path| PoseFile::read(path),
            |id, file, left| {
                left.poses += file.dropped;
                left.linked += usize::from(file.linked);
                Ok(windows.add_poses(id.clone(), &file.tracks)?)
            },
        )?;
        left.flat = windows.flat();
        Ok((windows, left))
    }

    /// Windows of five points of the boxes in a folder of DeepSORT's texts.
    ///
    /// # Errors
    /// As [`Videos::pose_windows`].
    pub fn box_windows(
        &self,
        folder: &Path,
        rule: WindowRule,
        max_gap: u32,
    ) -> Result<(Windows, Left)> {
        let found = Found::below(folder, "txt")?.files;
        let mut left = Left::default();
        let mut windows = Windows::new(rule, Points { joints: BOX_POINTS.joints, ..BOX_POINTS })?;
        self.read_each(
            folder,
            &found,
            &mut left,
            |path: &Path| read_tracks(path),
            |id, file, left| {
                let TrackFile { bad_lines, ignored, .. } = file;
                (left.bad_lines, left.ignored) =
                    (left.bad_lines + bad_lines, left.ignored + ignored);
                Ok(add_box_windows(&mut windows, id.clone(), &file.tracks, max_gap)?)
            },
        )?;
        left.flat = windows.flat();
        Ok((windows, left))
    }
}
