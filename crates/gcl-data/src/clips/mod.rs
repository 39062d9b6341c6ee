//! How a video is cut into clips, and how the clips' scores become one score per frame.

use std::fmt;

use serde::{Deserialize, Serialize};

mod error;

pub use error::ClipError;

/// Frames `start..end` of a video, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first frame.
    pub start: usize,
    /// One past the last frame.
    pub end: usize,
}

impl Span {
    /// The number of frames, 0 if `end` is not after `start`.
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// The stretches of frames that are flagged.
    pub fn runs(flags: &[bool]) -> Vec<Span> {
        let mut start = 0;
        let mut spans = Vec::new();
        for run in flags.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                spans.push(Span { start, end: start + run.len() });
            }
            start += run.len();
        }
        spans
    }

    /// Whether the span holds no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The treatment of the last frames, where they do not fill a whole clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tail {
    /// One more clip, shifted back so that it ends with the last frame. A video shorter than a
    /// clip gives one clip, filled by repeating its last frame. No frame is lost.
    #[default]
    Shift,
    /// They are dropped: `floor(n / length)` clips where stride = length.
    Drop,
    /// One more clip, filled by looping over its own frames (RTFM): `ceil(n / length)` clips where
    /// stride = length.
    Loop,
    /// The 2017 3D-ResNet extractor's enumeration: `ceil(n / length) - 1` clips where
    /// stride = length. The last 1 to `length` frames have no clip of their own, and a video of at
    /// most `length` frames has none at all.
    PaperResnext,
    /// No clips of a fixed length: a video is cut into `length` parts of equal length, however long it is
    /// (Sultani et al.: 32). See [`Clips::equal_parts`].
    Equal,
}

crate::named!(Tail:
    Shift = "shift", Drop = "drop", Loop = "loop", PaperResnext = "paper-resnext", Equal = "equal");

impl Tail {
    /// The rules of clips of a fixed length, which can be cut as a video is read.
    pub const OF_CLIPS: [Tail; 4] = [Tail::Shift, Tail::Drop, Tail::Loop, Tail::PaperResnext];
}

/// The rule that cuts a video into clips of `length` frames, one every `stride` frames.
///
/// Neither may be zero ([`Clips::validate`]; deserialising checks it); the other functions take a
/// zero as 1 instead of dividing by it.
///
/// ```
/// use gcl_data::{Clips, Span};
///
/// // 16 frames every 16 frames: 40 frames give two whole clips, and a third for the last 8 frames,
/// // shifted back so that it is whole too.
/// let clips = Clips::default();
/// assert_eq!(clips.count(40), 3);
/// assert_eq!(clips.span(2, 40), Span { start: 32, end: 40 });
/// assert!(clips.frames_of(2, 40).eq(24..40));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawClips")]
pub struct Clips {
    /// Frames in a clip; 16 in both papers.
    pub length: usize,
    /// Frames from one clip's start to the next one's.
    pub stride: usize,
    /// The treatment of the last frames.
    pub tail: Tail,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClips {
    length: usize,
    stride: usize,
    #[serde(default)]
    tail: Tail,
}

impl TryFrom<RawClips> for Clips {
    type Error = ClipError;
    fn try_from(raw: RawClips) -> Result<Self, ClipError> {
        Self { length: raw.length, stride: raw.stride, tail: raw.tail }.validate()
    }
}

impl Default for Clips {
    /// 16 frames every 16 frames, with a shifted tail clip.
    fn default() -> Self {
        Self { length: 16, stride: 16, tail: Tail::Shift }
    }
}

impl fmt::Display for Clips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            Some(parts) => write!(f, "{parts} equal parts"),
            None => write!(f, "length {}, stride {}, tail {}", self.length, self.stride, self.tail),
        }
    }
}

impl Clips {
    /// The largest length or stride, in frames.
    pub const MAX: usize = 1 << 16;

    /// Checks that length and stride are 1 to [`Clips::MAX`].
    ///
    /// # Errors
    /// [`ClipError::Range`].
    pub fn validate(self) -> Result<Self, ClipError> {
        for (what, found) in [("length", self.length), ("stride", self.stride)] {
            if !(1..=Self::MAX).contains(&found) {
                return Err(ClipError::Range { what, found });
            }
        }
        Ok(self)
    }

    /// As [`Clips::validate`], and refuses equal parts: for those who cut a video as they read it.
    ///
    /// # Errors
    /// [`ClipError::Range`] and [`ClipError::Parts`].
    pub fn of_fixed_length(self) -> Result<Self, ClipError> {
        match self.parts() {
            None => self.validate(),
            Some(_) => Err(ClipError::Parts(self)),
        }
    }

    /// The rule of `n` parts of equal length, whatever a video's length: part i of a video of F frames is
    /// frames ⌊i F / n⌋ to ⌊(i + 1) F / n⌋. Where its rows' frames are depends on the video's length, which
    /// must therefore be known.
    ///
    /// ```
    /// use gcl_data::{Clips, Span};
    ///
    /// let parts = Clips::equal_parts(32);
    /// assert_eq!((parts.count(1_411), parts.count(9)), (32, 32));
    /// assert_eq!(parts.span(1, 1_411), Span { start: 44, end: 88 });
    /// ```
    pub fn equal_parts(n: usize) -> Self {
        Self { length: n, stride: n, tail: Tail::Equal }
    }

    /// The number of equal parts, where that is the rule.
    pub fn parts(&self) -> Option<usize> {
        (self.tail == Tail::Equal).then_some(self.length.max(1))
    }

    fn cut(&self, frames: usize) -> Parts {
        let (length, stride) = (self.length.max(1), self.stride.max(1));
        let whole = match self.tail {
            Tail::PaperResnext => frames.saturating_sub(length).div_ceil(stride),
            _ if frames < length => 0,
            _ => (frames - length) / stride + 1,
        };
        let covered = if whole == 0 { 0 } else { (whole - 1) * stride + length };
        let extra = match self.tail {
            Tail::Shift => covered < frames,
            // With a stride above the length the next clip may start after the last frame.
            Tail::Loop => covered < frames && whole.saturating_mul(stride) < frames,
            Tail::Drop | Tail::PaperResnext | Tail::Equal => false,
        };
        Parts { length, stride, whole, covered, extra }
    }

    /// The number of clips of a video of `frames` frames.
    pub fn count(&self, frames: usize) -> usize {
        if let Some(parts) = self.parts() {
            return if frames == 0 { 0 } else { parts };
        }
        let parts = self.cut(frames);
        parts.whole + usize::from(parts.extra)
    }

    /// The frames to which clip `i`'s score applies; empty, at the video's end, if there is no such
    /// clip.
    ///
    /// The spans of all clips follow each other without gap or overlap. Where stride = length, the score
    /// of a whole clip applies to its own frames; where clips overlap, to the `stride` frames at its
    /// centre (the first and last clip extend to their outer ends). The score of a tail clip applies to
    /// the frames that no whole clip covers.
    pub fn span(&self, i: usize, frames: usize) -> Span {
        if let Some(parts) = self.parts() {
            // In wide numbers: frames times parts may be more than fits.
            let border =
                |i: usize| (i.min(parts) as u128 * frames as u128 / parts as u128) as usize;
            return Span { start: border(i), end: border(i.saturating_add(1)) };
        }
        let parts = self.cut(frames);
        let offset = parts.length.saturating_sub(parts.stride) / 2;
        let border = |i: usize| if i == 0 { 0 } else { i * parts.stride + offset };
        if i < parts.whole {
            let last = i + 1 == parts.whole;
            let end = if last { parts.covered } else { border(i + 1) };
            Span { start: border(i), end }
        } else if i == parts.whole && parts.extra {
            Span { start: parts.covered, end: frames }
        } else {
            Span { start: frames, end: frames }
        }
    }

    /// The source frames of clip `i`, in order: `length` of them, or none if there is no such clip; of an equal part
    /// its own frames.
    /// Frames repeat only where the tail rule fills a clip up.
    pub fn frames_of(&self, i: usize, frames: usize) -> impl Iterator<Item = usize> + use<> {
        let parts = self.cut(frames);
        let is_extra = i == parts.whole && parts.extra;
        let exists = i < parts.whole || is_extra;
        let looping = self.tail == Tail::Loop;
        let equal = self.parts().map(|_| self.span(i, frames));
        let start = match self.tail {
            Tail::Equal => equal.map_or(0, |span| span.start),
            _ if !exists => 0,
            Tail::Shift if is_extra => frames.saturating_sub(parts.length),
            _ => i * parts.stride,
        };
        // A clip that exists has at least one frame, so there is always something to repeat.
        let own = frames.saturating_sub(start).max(1);
        let length = match equal {
            Some(span) => span.len(),
            None if exists => parts.length,
            None => 0,
        };
        (0..length).map(move |k| match k {
            k if k < own => start + k,
            k if looping => start + k % own,
            _ => start + own - 1,
        })
    }

    /// One score per frame from one score per clip: each is repeated over its [`span`](Self::span), and
    /// frames after the last clip take the last score. The paper gives no rule; see docs/method.md.
    ///
    /// # Errors
    /// [`ClipError::Count`] unless there is one score for each clip, [`ClipError::NoClip`] for a
    /// video that has frames but no clip, [`ClipError::Memory`].
    pub fn expand(&self, scores: &[f32], frames: usize) -> Result<Vec<f32>, ClipError> {
        let expected = self.count(frames);
        if scores.len() != expected {
            return Err(ClipError::Count { frames, expected, found: scores.len(), clips: *self });
        }
        let mut out = Vec::new();
        out.try_reserve_exact(frames).map_err(|_| ClipError::Memory(frames))?;
        for (i, &score) in scores.iter().enumerate() {
            out.resize(self.span(i, frames).end, score);
        }
        match scores.last() {
            Some(&last) => out.resize(frames, last),
            None if frames > 0 => return Err(ClipError::NoClip { frames, clips: *self }),
            None => {}
        }
        Ok(out)
    }
}

/// A video's clips: `whole` ones that end at frame `covered`, and perhaps one `extra`.
struct Parts {
    length: usize,
    stride: usize,
    whole: usize,
    covered: usize,
    extra: bool,
}
