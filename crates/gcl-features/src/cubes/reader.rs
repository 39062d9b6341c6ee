//! Cubes of one video, cut while it is decoded.

use std::collections::VecDeque;
use std::path::Path;

use gcl_data::tracks::{Detection, MAX_BOXES};
use gcl_data::{CubePlace, VideoId};

use super::select::is_sure;
use super::{CubeError, CubeRule, roi_align, select};
use crate::frame::Frame;
use crate::source::{Colour, Decoder, FrameSource, open_as};

/// A cube.
#[derive(Debug, Clone, PartialEq)]
pub struct Cube {
    /// Where it stands.
    pub place: CubePlace,
    /// `[3, T, size, size]`: red, green and blue in [0, 1].
    pub values: Vec<f32>,
}

/// A frame's interleaved RGB.
struct RgbPicture {
    rgb: Vec<u8>,
    width: usize,
    height: usize,
}

/// The cubes of one video, in the order of frames and boxes. The video is decoded once; no more frames
/// are held than a cube, or the margin, needs.
pub struct CubeReader {
    video: VideoId,
    source: Box<dyn FrameSource>,
    frame: Frame,
    rule: CubeRule,
    boxes: Vec<Detection>,
    /// The box that comes next.
    next: usize,
    /// Frames in memory; the last is number `read - 1`.
    window: VecDeque<RgbPicture>,
    /// Frames read so far.
    read: usize,
    ended: bool,
    /// Boxes of the current frame that still become cubes, last first.
    ready: Vec<Detection>,
}

gcl_data::brief_debug!(CubeReader);

impl CubeReader {
    /// Opens the video at `path`; `boxes` are all its boxes, in the order of their frames.
    ///
    /// # Errors
    /// [`CubeError::Rule`]; [`CubeError::Video`], also for a
    /// frame with more than [`MAX_BOXES`] boxes that are sure enough.
    pub fn open(
        video: VideoId,
        path: &Path,
        decoder: Decoder,
        boxes: Vec<Detection>,
        rule: CubeRule,
    ) -> Result<Self, CubeError> {
        let rule = rule.validate()?;
        if let Some([_, late]) = boxes.array_windows::<2>().find(|[a, b]| a.frame > b.frame) {
            let frame = late.frame;
            let problem = format!("a box in frame {frame} comes after one in a later frame");
            return Err(CubeError::of(&video, problem));
        }
        for own in boxes.chunk_by(|a, b| a.frame == b.frame) {
            let found = own.iter().filter(|d| is_sure(d, &rule)).count();
            if let (true, Some(first)) = (found > MAX_BOXES, own.first()) {
                let frame = first.frame;
                let problem =
                    format!("{found} boxes in frame {frame}; at most {MAX_BOXES} are accepted");
                return Err(CubeError::of(&video, problem));
            }
        }
        let source =
            open_as(path, decoder, Colour::Rgb, 1).map_err(|e| CubeError::of(&video, e))?;
        let (window, ready) = (VecDeque::new(), Vec::new());
        let frame = Frame::default();
        Ok(Self {
            video,
            source,
            frame,
            rule,
            boxes,
            next: 0,
            window,
            read: 0,
            ended: false,
            ready,
        })
    }

    /// The next cube, or `None` after the last one.
    ///
    /// # Errors
    /// [`CubeError::Video`]; the reader must not be used again.
    #[allow(clippy::should_implement_trait)] // an error ends it, unlike an iterator
    pub fn next(&mut self) -> Result<Option<Cube>, CubeError> {
        while self.ready.is_empty() {
            let Some(first) = self.boxes.get(self.next) else { return Ok(None) };
            let frame = first.frame;
            let rest = self.boxes.get(self.next..).unwrap_or_default();
            let own = rest.iter().take_while(|d| d.frame == frame).count();
            let mut kept = select(rest.get(..own).unwrap_or_default(), &self.rule);
            kept.reverse();
            self.next += own;
            if self.reach(frame)? {
                self.ready = kept;
            }
        }
        Ok(self.ready.pop().map(|detection| self.cut(&detection)))
    }

    /// Frames to each side of the middle that must be known.
    fn ahead(&self) -> usize {
        (self.rule.frames / 2).max(self.rule.margin)
    }

    /// Reads on until the frames around `frame` are there; whether it gives cubes.
    fn reach(&mut self, frame: u32) -> Result<bool, CubeError> {
        let middle = frame as usize;
        while !self.ended && self.read <= middle + self.ahead() {
            if !self.source.next(&mut self.frame).map_err(|e| CubeError::of(&self.video, e))? {
                self.ended = true;
                break;
            }
            let (width, height) = (self.frame.width(), self.frame.height());
            // Frames long before the next box are decoded, and not converted.
            let needed = self.read + self.rule.frames / 2 >= middle;
            let rgb = if needed { self.frame.to_rgb() } else { Vec::new() };
            self.window.push_back(RgbPicture { rgb, width, height });
            self.read += 1;
            if self.window.len() > self.ahead() + self.rule.frames / 2 + 1 {
                self.window.pop_front();
            }
        }
        if middle >= self.read {
            let problem = format!("{} frames, but a box in frame {frame}", self.read);
            return Err(CubeError::of(&self.video, problem));
        }
        let margin = self.rule.margin;
        let inside = middle >= margin && middle + margin < self.read;
        Ok(inside && (middle - margin).is_multiple_of(self.rule.every))
    }

    fn cut(&self, detection: &Detection) -> Cube {
        let half = self.rule.frames / 2;
        let middle = detection.frame as usize;
        let first = self.read - self.window.len();
        let size = self.rule.size;
        let mut planes = vec![0.0; self.rule.values()];
        let mut picture = Vec::with_capacity(3 * size * size);
        for t in 0..self.rule.frames {
            // Before the first frame and behind the last one, those are repeated.
            let frame = (middle + t).saturating_sub(half).min(self.read - 1);
            let Some(from) = self.window.get(frame.saturating_sub(first)) else { continue };
            picture.clear();
            roi_align(&from.rgb, from.width, from.height, detection.bounds, size, &mut picture);
            // [3, size, size] of one frame into [3, T, size, size].
            let plane = size * size;
            for (channel, values) in picture.chunks_exact(plane).enumerate() {
                let at = (channel * self.rule.frames + t) * plane;
                if let Some(slot) = planes.get_mut(at..at + plane) {
                    slot.copy_from_slice(values);
                }
            }
        }
        let Detection { frame, bounds, .. } = *detection;
        Cube { place: CubePlace { video: self.video.clone(), frame, bounds }, values: planes }
    }
}
