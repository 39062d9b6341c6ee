//! One video: decode, look for objects, join them over time.

use std::sync::atomic::{AtomicBool, Ordering};

use gcl_data::VideoId;
use gcl_data::tracks::Detection;

use crate::frame::Frame;
use crate::networks::NetworkError;
use crate::objects::{Track, Tracker, TrackerError, TrackerOptions};
use crate::pipeline::Progress;
use crate::source::{FrameSource, SourceError};

/// Frames between two progress events.
const REPORT_EVERY: usize = 16;
/// Frames per second of footage that does not say, such as folders of frames.
const FPS: f64 = 25.0;

/// Why a video is not followed to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FollowStop {
    #[error("cancelled")]
    Cancelled,
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Tracker(#[from] TrackerError),
    /// The next video would fail, too.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// What is followed, and how.
pub(crate) struct Following<'a> {
    pub id: &'a VideoId,
    /// The confidence from which on a box starts a track.
    pub sure: f32,
    /// Every so many-th frame is looked at.
    pub every: u32,
    pub cancel: &'a AtomicBool,
    pub progress: &'a (dyn Fn(Progress<'_>) + Sync),
}

impl Following<'_> {
    /// The tracks of all that `look` sees in a video's frames, by their number, and the number of frames.
    pub fn follow<T>(
        &self,
        source: &mut dyn FrameSource,
        mut look: impl FnMut(&Frame, u32) -> Result<Vec<(Detection, T)>, NetworkError>,
    ) -> Result<(Vec<Track<T>>, usize), FollowStop> {
        let (id, progress) = (self.id, self.progress);
        progress(Progress::Started { id, frames: source.info().frames });
        let fps = source.info().fps.filter(|fps| fps.is_finite() && *fps > 0.0).unwrap_or(FPS);
        let options = TrackerOptions { fps, sure: self.sure, ..TrackerOptions::default() };
        let mut tracker = Tracker::new(options)?;
        let (mut frame, mut frames, mut tracks) = (Frame::default(), 0usize, Vec::new());
        while source.next(&mut frame)? {
            if self.cancel.load(Ordering::Relaxed) {
                return Err(FollowStop::Cancelled);
            }
            let place = frames as u32;
            if place.is_multiple_of(self.every.max(1)) {
                tracks.extend(tracker.push(place, look(&frame, place)?)?);
            }
            frames += 1;
            if frames.is_multiple_of(REPORT_EVERY) {
                progress(Progress::Frames { id, frames: REPORT_EVERY });
            }
        }
        progress(Progress::Frames { id, frames: frames % REPORT_EVERY });
        tracks.extend(tracker.finish());
        tracks.sort_by_key(|track| track.boxes.id);
        Ok((tracks, frames))
    }
}
