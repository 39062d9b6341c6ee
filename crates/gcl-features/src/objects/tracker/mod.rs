//! Boxes of a detector, frame by frame, joined into tracks.
//!
//! A Kalman filter says where each object is to be expected ([`TrackerOptions`] has its settings), and
//! the seen boxes that overlap most with the expected ones continue them. Where the detector says how sure
//! it is, unsure boxes continue tracks and start none ([ByteTrack](https://arxiv.org/abs/2110.06864)). What
//! then is left, such as an object that moves by more than its size between two frames, may be off by as
//! much as the filter is unsure (a buffered overlap, [C-BIoU](https://arxiv.org/abs/2211.14317)).

mod associate;
mod error;
mod kalman;
mod options;
#[cfg(test)]
mod tests;

use gcl_data::BoxTrack;
use gcl_data::tracks::{Bounds, Detection, MAX_BOXES};

pub use associate::iou;
use associate::{Expected, pair};
pub use error::TrackerError;
use kalman::Kalman;
pub use options::TrackerOptions;

/// An object through one video, with what its boxes brought along.
#[derive(Debug, Clone, PartialEq)]
pub struct Track<T = ()> {
    /// Its number, frames and boxes, as the filter has them; there is no box where it was out of sight.
    pub boxes: BoxTrack,
    /// What came with each of its boxes.
    pub notes: Vec<T>,
}

/// A track that may go on.
#[derive(Debug)]
struct Live<T> {
    filter: Kalman,
    /// Its number, once it has boxes enough.
    id: Option<u32>,
    frames: Vec<u32>,
    boxes: Vec<Bounds>,
    notes: Vec<T>,
}

/// Joins the boxes of one video. `T` is whatever should travel with a box: its class, what it looks like,
/// or nothing.
///
/// ```
/// use gcl_data::tracks::Detection;
/// use gcl_features::objects::{Tracker, TrackerOptions};
///
/// let mut tracker = Tracker::new(TrackerOptions::default())?;
/// let mut tracks = Vec::new();
/// for frame in 0..20 {
///     // Somebody walks to the right, and is behind a tree for 4 frames.
///     let x = 5.0 * frame as f32;
///     let walker = Detection { frame, bounds: [x, 50.0, x + 40.0, 150.0], confidence: None };
///     let seen = if (8..12).contains(&frame) { vec![] } else { vec![(walker, ())] };
///     tracks.extend(tracker.push(frame, seen)?);
/// }
/// tracks.extend(tracker.finish());
/// assert_eq!((tracks.len(), tracks[0].boxes.frames.len()), (1, 16));
/// # Ok::<(), gcl_features::objects::TrackerError>(())
/// ```
#[derive(Debug)]
pub struct Tracker<T = ()> {
    options: TrackerOptions,
    live: Vec<Live<T>>,
    /// The number of the next confirmed track.
    next: u32,
    last: Option<u32>,
}

impl<T> Tracker<T> {
    /// A tracker of one video.
    ///
    /// # Errors
    /// [`TrackerError`].
    pub fn new(options: TrackerOptions) -> Result<Self, TrackerError> {
        options.validate()?;
        Ok(Self { options, live: Vec::new(), next: 1, last: None })
    }

    /// Takes the boxes of a frame in, and returns the tracks that have ended by now. Frames come in
    /// ascending order and may be left out, where the detector did not look; one without a box is pushed
    /// without a box.
    ///
    /// # Errors
    /// [`TrackerError`]; the tracks are then as before.
    pub fn push(
        &mut self,
        frame: u32,
        seen: Vec<(Detection, T)>,
    ) -> Result<Vec<Track<T>>, TrackerError> {
        self.check(frame, &seen)?;
        let passed = self.last.map_or(0, |last| frame - last);
        self.last = Some(frame);
        for track in &mut self.live {
            track.filter.predict(passed, &self.options);
        }
        let owners = self.owners(&seen);
        for ((detection, note), owner) in seen.into_iter().zip(owners) {
            if let Some(track) = owner.and_then(|owner| self.live.get_mut(owner)) {
                track.filter.update(detection.bounds, &self.options);
                track.add(frame, note);
            } else if self.options.is_sure(&detection) {
                let filter = Kalman::new(detection.bounds, &self.options);
                let (frames, boxes, notes) = (Vec::new(), Vec::new(), Vec::new());
                let mut track = Live { filter, id: None, frames, boxes, notes };
                track.add(frame, note);
                self.live.push(track);
            }
        }
        for track in &mut self.live {
            if track.id.is_none() && track.frames.len() >= self.options.confirm {
                track.id = Some(self.next);
                self.next += 1;
            }
        }
        let patience = (self.options.patience * self.options.fps) as u32;
        let ended = self.live.extract_if(.., |track| {
            let (first, last) = track.ends();
            frame - last > patience.min(last - first + 1)
        });
        Ok(ended.filter_map(Live::track).collect())
    }

    /// The tracks that were still going on.
    pub fn finish(self) -> Vec<Track<T>> {
        self.live.into_iter().filter_map(Live::track).collect()
    }

    /// The confirmed tracks that were seen in the last frame: their numbers, and their boxes as the filter
    /// has them.
    pub fn present(&self) -> impl Iterator<Item = (u32, Bounds)> {
        let seen = self.live.iter().filter(|track| Some(track.ends().1) == self.last);
        seen.filter_map(|track| Some((track.id?, *track.boxes.last()?)))
    }

    /// The live track that each box continues.
    fn owners(&self, seen: &[(Detection, T)]) -> Vec<Option<usize>> {
        let mut owners = vec![None; seen.len()];
        let mut free: Vec<usize> = (0..self.live.len()).collect();
        for (sure, exact) in [(true, true), (false, true), (true, false)] {
            let expect = |&i: &usize| {
                let filter = self.live.get(i)?.filter;
                let doubt = if exact { 0.0 } else { filter.doubt() };
                Some((i, Expected { bounds: filter.bounds(), doubt }))
            };
            let expected: Vec<_> = free.iter().filter_map(expect).collect();
            let open = seen.iter().enumerate().filter(|(j, (detection, _))| {
                self.options.is_sure(detection) == sure && owners.get(*j) == Some(&None)
            });
            let open: Vec<_> = open.map(|(j, (detection, _))| (j, detection.bounds)).collect();
            for (i, j) in pair(&expected, &open, self.options.overlap) {
                free.retain(|&other| other != i);
                if let Some(owner) = owners.get_mut(j) {
                    *owner = Some(i);
                }
            }
        }
        owners
    }

    fn check(&self, frame: u32, seen: &[(Detection, T)]) -> Result<(), TrackerError> {
        let refuse = |problem: String| Err(TrackerError(problem));
        if let Some(last) = self.last.filter(|&last| frame <= last) {
            return refuse(format!("boxes of frame {frame} come after those of frame {last}"));
        }
        if seen.len() > MAX_BOXES {
            let found = seen.len();
            return refuse(format!(
                "frame {frame} has {found} boxes; at most {MAX_BOXES} are accepted"
            ));
        }
        for (Detection { frame: found, bounds, .. }, _) in seen {
            if *found != frame {
                return refuse(format!("a box of frame {found} is among those of frame {frame}"));
            }
            let [x1, y1, x2, y2] = *bounds;
            if !(x1 < x2 && y1 < y2 && bounds.iter().all(|side| side.is_finite())) {
                return refuse(format!("frame {frame}: the box {bounds:?} has no area"));
            }
        }
        Ok(())
    }
}

impl<T> Live<T> {
    fn add(&mut self, frame: u32, note: T) {
        self.frames.push(frame);
        self.boxes.push(self.filter.bounds());
        self.notes.push(note);
    }

    /// The first and the last frame in which it was seen.
    fn ends(&self) -> (u32, u32) {
        let end = |frame: Option<&u32>| frame.copied().unwrap_or_default();
        (end(self.frames.first()), end(self.frames.last()))
    }

    /// The track, if it is one.
    fn track(self) -> Option<Track<T>> {
        let Self { id, frames, boxes, notes, .. } = self;
        Some(Track { boxes: BoxTrack { id: id?, frames, boxes }, notes })
    }
}
