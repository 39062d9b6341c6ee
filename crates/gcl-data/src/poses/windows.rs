//! Windows of T frames over tracks of points, gathered and normalised batch by batch.

use std::path::Path;

use super::{OPENPOSE_JOINTS, Track, WindowError, WindowRule, to_openpose};
use crate::clips::Span;
use crate::file::{At, FileError};
use crate::id::VideoId;
use crate::npy::Npy;

/// The place of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowPlace {
    /// The video, by its position in [`Windows::videos`].
    pub video: usize,
    /// The person.
    pub person: u32,
    /// The T frame numbers from its first frame on. Where frames are missing, its last poses are of
    /// frames after them.
    pub span: Span,
}

/// The points of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Points {
    /// V, points per frame: 18 joints, or those of a box.
    pub joints: usize,
    /// Values per point: 2 (x, y) or 3 (with confidence).
    pub channels: usize,
}

/// Windows of tracks. The points of a track are held once, `[n, V, C]`, however much windows overlap: a
/// batch is gathered on demand.
///
/// ```
/// use gcl_data::poses::{Augment, Resolution};
/// use gcl_data::{Track, VideoId, WindowRule, Windows};
///
/// // One person through 30 frames: COCO's 17 key-points as x, y and confidence.
/// let keypoints = (0..30 * 17 * 3).map(|i| (i % 101) as f32).collect();
/// let person = Track { id: 1, frames: (0..30).collect(), keypoints };
/// let mut windows = Windows::of_poses(WindowRule::training(24))?;
/// windows.add_poses(VideoId::new("01_0014")?, &[person])?;
/// assert_eq!(windows.len(), 1);
///
/// let mut batch = Vec::new();
/// windows.normalised(&[0], Augment::None, Resolution::default(), &mut batch)?;
/// assert_eq!(batch.len(), 2 * 24 * 18); // x and y of 18 joints in 24 frames
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    rule: WindowRule,
    points: Points,
    videos: Vec<VideoId>,
    values: Vec<f32>,
    places: Vec<WindowPlace>,
    /// For each window, where its first value is in `values`.
    offsets: Vec<usize>,
    flat: usize,
}

impl Windows {
    /// No window yet.
    ///
    /// # Errors
    /// [`WindowError::Refused`], also for points without x and y.
    pub fn new(rule: WindowRule, points: Points) -> Result<Self, WindowError> {
        let rule = rule.validate()?;
        let Points { joints, channels } = points;
        for (what, found, min) in [("points", joints, 1), ("channels", channels, 2)] {
            if !(min..=WindowRule::MAX).contains(&found) {
                return Err(WindowError::rule(what, found, WindowRule::MAX));
            }
        }
        let (videos, values, places, offsets) = (vec![], vec![], vec![], vec![]);
        Ok(Self { rule, points, videos, values, places, offsets, flat: 0 })
    }

    /// No window of poses yet: 18 joints of x, y and confidence.
    ///
    /// # Errors
    /// [`WindowError::Refused`].
    pub fn of_poses(rule: WindowRule) -> Result<Self, WindowError> {
        Self::new(rule, Points { joints: OPENPOSE_JOINTS, channels: 3 })
    }

    /// Adds a video, with or without tracks, and returns its position.
    pub fn add_video(&mut self, id: VideoId) -> usize {
        self.videos.push(id);
        self.videos.len() - 1
    }

    /// Adds a video and the windows of its persons.
    ///
    /// # Errors
    /// As [`Windows::add_points`].
    pub fn add_poses(&mut self, id: VideoId, tracks: &[Track]) -> Result<(), WindowError> {
        let video = self.add_video(id);
        for track in tracks {
            self.add_points(video, track.id, &track.frames, &to_openpose(&track.keypoints))?;
        }
        Ok(())
    }

    /// Adds the windows of one track of the video at position `video`: `frames` are ascending, `values`
    /// are `[n, V, C]`.
    ///
    /// A window whose points all have the same y cannot be normalised, and is left out
    /// ([`Windows::flat`]).
    ///
    /// # Errors
    /// [`WindowError::Refused`] for a video that does not exist, or values that do not fit the frames,
    /// frames that do not ascend, a value that is not finite; nothing is added.
    pub fn add_points(
        &mut self,
        video: usize,
        person: u32,
        frames: &[u32],
        values: &[f32],
    ) -> Result<(), WindowError> {
        let refuse = |problem: String| Err(WindowError::Refused(problem));
        let Some(id) = self.videos.get(video) else {
            let videos = self.videos.len();
            return refuse(format!(
                "video number {video} does not exist; there are {videos} videos"
            ));
        };
        let who = format!("video {id}, person {person}");
        let row = self.points.joints * self.points.channels;
        if Some(values.len()) != frames.len().checked_mul(row) {
            let (expected, found) = (frames.len().saturating_mul(row), values.len());
            return refuse(format!("{who}: {found} values, expected {expected}"));
        }
        if let Some([_, frame]) = frames.array_windows::<2>().find(|[a, b]| a >= b) {
            return refuse(format!("{who}: frame {frame} is not after the one before it"));
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            let frame = frames.get(at / row).copied().unwrap_or(0);
            return refuse(format!("{who}, frame {frame}: a value is not finite"));
        }
        let base = self.values.len();
        let mut used = false;
        for start in self.rule.starts(frames) {
            let window = values.get(start * row..(start + self.rule.length) * row);
            if is_flat(window.unwrap_or_default(), self.points.channels) {
                self.flat += 1;
                continue;
            }
            let first = frames.get(start).map_or(0, |frame| *frame as usize);
            let span = Span { start: first, end: first + self.rule.length };
            self.places.push(WindowPlace { video, person, span });
            self.offsets.push(base + start * row);
            used = true;
        }
        if used {
            self.values.extend_from_slice(values);
        }
        Ok(())
    }

    /// Windows that are a file of their own: `.npy`, `[N, T, V, 3]` in pixels. Their video is named as
    /// the file, their persons are counted, and they start at frame 0. All of them are kept, so that
    /// the file's order stays theirs.
    ///
    /// # Errors
    /// [`WindowError::Npy`] or [`WindowError::File`], the latter also for
    /// a window whose points all have one and the same y.
    pub fn read_npy(path: impl AsRef<Path>) -> Result<Self, WindowError> {
        let path = path.as_ref();
        let npy = Npy::open(path)?;
        let shape = npy.shape();
        let (&[count, length, joints, channels @ 3], false) = (shape, shape.contains(&0)) else {
            let form = "windows are [N, T, V, 3] (x, y, confidence), none of them 0";
            return Err(FileError::new(path, format!("shape {shape:?}; {form}")).into());
        };
        let rule = WindowRule { length, stride: 1, missing: 0 };
        let mut windows = Self::new(rule, Points { joints, channels })?;
        windows
            .add_video(VideoId::from_path(path.parent().unwrap_or(Path::new("")), path).at(path)?);
        windows.values = npy.to_f32()?;
        let size = length * joints * channels;
        let flat = windows.values.chunks_exact(size).position(|window| is_flat(window, channels));
        if let Some(window) = flat {
            return Err(FileError::new(
                path,
                format!(
                    "window number {window} (from 0): all its points have the same y, so that it \
                     has no scale; leave it out"
                ),
            )
            .into());
        }
        let span = Span { start: 0, end: length };
        for (index, person) in (0..count).zip(0u32..) {
            windows.places.push(WindowPlace { video: 0, person, span });
            windows.offsets.push(index * size);
        }
        Ok(windows)
    }

    /// The number of windows.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The rule.
    pub fn rule(&self) -> WindowRule {
        self.rule
    }

    /// The points of each window.
    pub fn points(&self) -> Points {
        self.points
    }

    /// The videos, in the order in which they were added.
    pub fn videos(&self) -> &[VideoId] {
        &self.videos
    }

    /// The place of each window.
    pub fn places(&self) -> &[WindowPlace] {
        &self.places
    }

    /// The number of windows left out because all their points have the same y.
    pub fn flat(&self) -> usize {
        self.flat
    }

    /// One window's points in pixels, `[T, V, C]`.
    ///
    /// # Errors
    /// [`WindowError::Refused`] if there is none.
    pub fn pixels(&self, index: usize) -> Result<&[f32], WindowError> {
        let size = self.rule.length * self.points.joints * self.points.channels;
        let window = self.offsets.get(index).and_then(|&at| self.values.get(at..at + size));
        window.ok_or_else(|| {
            let windows = self.len();
            let problem =
                format!("window number {index} does not exist; there are {windows} windows");
            WindowError::Refused(problem)
        })
    }
}

/// Whether all points, of `channels` values each, have one and the same y: nothing to scale by.
fn is_flat(window: &[f32], channels: usize) -> bool {
    let mut ys = window.chunks_exact(channels).map(|point| point.get(1));
    let first = ys.next().flatten();
    ys.all(|y| y == first)
}
