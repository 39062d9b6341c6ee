//! Things that move before a fixed camera, without a network: what differs from the background.
//!
//! A frame is shrunk to at most [`WIDEST`] pixels, laid over the reference (a shaking camera, a change of
//! light), and compared with the median of the place over the last minute, in units of how much each pixel
//! varies; pixels that differ and belong together are an object. Frames are judged a few seconds late, so that
//! the background of a video's first frames is known, too.

mod align;
mod background;
mod blobs;
mod picture;

use std::collections::VecDeque;

use gcl_data::tracks::Bounds;

use crate::frame::Frame;
use align::Alignment;
use background::Background;
pub use blobs::Blob;
use blobs::{blobs, excess};
pub use picture::Picture;

/// The largest width and height at which frames are looked at, in pixels.
pub const WIDEST: usize = 400;
/// Frames that are held back.
const AHEAD: usize = 200;
/// Seconds that the background reaches back.
const MEMORY: f64 = 60.0;
/// The least side of an object, as a share of the picture's height, and in pixels.
const LEAST: (f32, usize) = (0.04, 5);
/// A frame of which more than this share differs from the background shows another scene, not objects.
const FLOOD: f32 = 0.6;

/// A frame of another size than the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a frame of {}x{} pixels after frames of {}x{}",
    found.0,
    found.1,
    expected.0,
    expected.1
)]
pub struct FinderError {
    /// Width and height of the frames before.
    pub expected: (usize, usize),
    /// Width and height of this one.
    pub found: (usize, usize),
}

/// One frame with what moves in it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The frame's number, from 0.
    pub frame: u32,
    /// The frame at working size, as the reference's camera and light would have it.
    pub picture: Picture,
    /// The objects, in pixels of that picture.
    pub blobs: Vec<Blob>,
    /// For each pixel of the picture how much it differs from the background; above 1 is an object.
    pub excess: Vec<f32>,
    /// Camera shift in pixels of the picture.
    shift: [f32; 2],
    scale: f32,
}

impl Found {
    /// A blob's box in pixels of the frame.
    pub fn bounds(&self, blob: &Blob) -> Bounds {
        let [dx, dy] = self.shift;
        let [x1, y1, x2, y2] = blob.bounds.map(|side| side as f32);
        [x1 + dx, y1 + dy, x2 + dx, y2 + dy].map(|side| side * self.scale)
    }

    /// Pixels of the frame per pixel of the picture.
    pub fn scale(&self) -> f32 {
        self.scale
    }
}

/// The finder of one video.
#[derive(Debug)]
pub struct Finder {
    background: Background,
    reference: Option<Picture>,
    waiting: VecDeque<(Picture, Alignment)>,
    next: u32,
    /// Width and height of the frames.
    size: (usize, usize),
}

impl Finder {
    /// A finder for a video of so many frames per second.
    pub fn new(fps: f64) -> Self {
        let frames = (MEMORY * fps.clamp(0.1, 1000.0)) as usize;
        Self {
            background: Background::new(frames),
            reference: None,
            waiting: VecDeque::new(),
            next: 0,
            size: (0, 0),
        }
    }

    /// Takes the next frame in, and returns an earlier one, once there is one that is ready.
    ///
    /// # Errors
    /// [`FinderError`].
    pub fn push(&mut self, frame: &Frame) -> Result<Option<Found>, FinderError> {
        let (width, height) = (frame.width(), frame.height());
        if self.next > 0 || !self.waiting.is_empty() {
            let (expected, found) = (self.size, (width, height));
            if expected != found {
                return Err(FinderError { expected, found });
            }
        }
        let factor = width.max(height).div_ceil(WIDEST);
        let picture = Picture::shrunk(&frame.luma(), width, height, factor);
        self.size = (width, height);
        let reference = self.reference.get_or_insert_with(|| picture.clone());
        let alignment = Alignment::of(&picture, reference);
        let picture = alignment.undo(picture);
        self.background.push(&picture);
        self.waiting.push_back((picture, alignment));
        Ok(if self.waiting.len() > AHEAD { self.judge() } else { None })
    }

    /// The next of the frames that were still waiting, after the last one was pushed.
    pub fn rest(&mut self) -> Option<Found> {
        self.judge()
    }

    fn judge(&mut self) -> Option<Found> {
        let (picture, alignment) = self.waiting.pop_front()?;
        if self.background.settle() {
            self.reference = Some(self.background.median.clone());
        }
        let (width, height) = (picture.width, picture.height);
        let excess = excess(&picture, &self.background);
        let differing = excess.iter().filter(|&&e| e > 1.0).count();
        let least = ((LEAST.0 * height as f32) as usize).max(LEAST.1);
        let reach = [(height / 240).max(1), (height / 120).max(1)];
        let blobs = match differing as f32 > FLOOD * excess.len() as f32 {
            true => Vec::new(),
            false => blobs(&excess, width, height, least, reach),
        };
        let frame = self.next;
        self.next += 1;
        let scale = self.size.0.max(self.size.1).div_ceil(WIDEST) as f32;
        let shift = [alignment.dx, alignment.dy];
        Some(Found { frame, picture, blobs, excess, shift, scale })
    }
}
