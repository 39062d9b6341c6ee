//! A frame after resizing.

/// Levels of a picture, interleaved red, green and blue.
#[derive(Debug, Clone, PartialEq)]
pub enum Samples {
    /// Whole levels.
    Bytes(Vec<u8>),
    /// Levels from 0 to 255, not rounded.
    Floats(Vec<f32>),
}

/// The part of a resized frame that crops need: all of it, or only the centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The part's size.
    pub(super) width: usize,
    pub(super) height: usize,
    /// Where it lies in the resized frame, and that frame's size.
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) of: (usize, usize),
    /// `height * width * 3` levels.
    pub(super) samples: Samples,
}

impl Picture {
    /// Width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The levels, `height * width * 3` of them.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Whether crops of both lie in the same places.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let place = |p: &Self| (p.width, p.height, p.left, p.top, p.of);
        place(self) == place(other)
    }
}
