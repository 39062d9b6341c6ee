//! One video's objects: found, described and followed while it is decoded.

use std::collections::VecDeque;

use gcl_data::BoxTrack;
use gcl_data::tracks::Detection;

use super::finder::{Finder, FinderError, Found, Picture};
use super::sight::Sight;
use super::tracker::{Track, Tracker, TrackerError, TrackerOptions};
use crate::frame::Frame;

/// Seconds over which an object's movement is measured.
const LAG: f64 = 0.08;
/// Standard deviation of a blob around its object, in heights: shadows come and go, and legs.
const NOISE: f64 = 0.1;

/// Why a video's objects are not followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// A frame that does not fit the others.
    #[error(transparent)]
    Finder(#[from] FinderError),
    /// Boxes that the tracker does not take.
    #[error(transparent)]
    Tracker(#[from] TrackerError),
}

/// Follows the objects of one video.
#[derive(Debug)]
pub struct Follower {
    finder: Finder,
    tracker: Tracker<Sight>,
    tracks: Vec<Track<Sight>>,
    /// The last pictures, the newest last.
    recent: VecDeque<Picture>,
    lag: usize,
    fps: f64,
    frames: usize,
    size: (usize, usize),
}

/// The objects of one video.
#[derive(Debug, Clone)]
pub struct Followed {
    pub(super) tracks: Vec<Track<Sight>>,
    /// Frames of the video.
    pub frames: usize,
    /// Width and height of its frames.
    pub size: (usize, usize),
}

impl Follower {
    /// A follower for a video of so many frames per second.
    ///
    /// # Errors
    /// [`FollowError::Tracker`] for a frame rate that is not a positive number.
    pub fn new(fps: f64) -> Result<Self, FollowError> {
        let options = TrackerOptions { fps, noise: NOISE, ..TrackerOptions::default() };
        Ok(Self {
            finder: Finder::new(fps),
            tracker: Tracker::new(options)?,
            tracks: Vec::new(),
            recent: VecDeque::new(),
            lag: ((LAG * fps) as usize).max(1),
            fps,
            frames: 0,
            size: (0, 0),
        })
    }

    /// Takes the next frame in.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn push(&mut self, frame: &Frame) -> Result<(), FollowError> {
        self.frames += 1;
        self.size = (frame.width(), frame.height());
        match self.finder.push(frame)? {
            Some(found) => self.take(found),
            None => Ok(()),
        }
    }

    /// The objects, after the last frame.
    ///
    /// # Errors
    /// [`FollowError`].
    pub fn finish(mut self) -> Result<Followed, FollowError> {
        while let Some(found) = self.finder.rest() {
            self.take(found)?;
        }
        let Self { tracker, mut tracks, frames, size, .. } = self;
        tracks.extend(tracker.finish());
        tracks.sort_by_key(|track| track.boxes.id);
        Ok(Followed { tracks, frames, size })
    }

    fn take(&mut self, found: Found) -> Result<(), FollowError> {
        let seconds = self.recent.len() as f64 / self.fps;
        let before = self.recent.front().map(|picture| (picture, seconds));
        let frame = found.frame;
        let see = |blob| {
            let bounds = found.bounds(blob);
            let detection = Detection { frame, bounds, confidence: None };
            (detection, Sight::of(&found, blob, before))
        };
        let seen = found.blobs.iter().map(see).collect();
        self.tracks.extend(self.tracker.push(frame, seen)?);
        if self.recent.len() == self.lag {
            self.recent.pop_front();
        }
        self.recent.push_back(found.picture);
        Ok(())
    }
}

impl Followed {
    /// The tracks' boxes, in pixels of the frames.
    pub fn boxes(&self) -> Vec<BoxTrack> {
        self.tracks.iter().map(|track| track.boxes.clone()).collect()
    }
}
